"""Family `users`: pairs of responses, labelled as different types of users prefer them, after VPL (arXiv 2408.10075).

As in UltraFeedback-P a user is a rule that scores ratings, pairs on which users differ are controversial, and each
label comes with context: pairs of a survey that show what this user prefers. Ours: rules may weigh several attributes
and the length of a response, annotators may be users as well, ties are drawn once for a pair and marked, and a pair of
the survey is never evaluated.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ..field_docs import Documented
from ..row import ForeignKey, Key, Row
from ..views import View
from .preferences import COMPARED, DIRECT, VOICES, Comparison, Response
from .preferences import Prompt as PlainPrompt
from .shared import SHARED, Aspect

Side = Literal["first", "second"]
LENGTH = "length"
"""The attribute that no annotator rates: words of a response."""
LOW, HIGH = 1, 5
"""Ends of the scale on which attributes are rated."""


class GivenRating(Documented):
    """A rating that came with the source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: Annotated[int, Field(ge=0)]
    """Place of the response that is rated."""
    attribute: str
    """What is rated."""
    score: Annotated[float, Field(ge=LOW, le=HIGH)]
    """The rating."""


class Prompt(PlainPrompt):
    """A prompt with the two responses that users compare."""

    responses: list[str] = []
    """Responses that came with the source; empty where both were written for it."""
    ratings: list[GivenRating] = []
    """Ratings of them that came with the source; empty where the role `rate` was asked."""


class Weight(Documented):
    """How much an attribute counts for a user."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attribute: str
    """A rated attribute, or `length`: the words of a response."""
    weight: float
    """What its value is multiplied by; below 0 where less is better."""


class User(Row):
    """A type of user: a rule that scores ratings, or an annotator who compares."""

    user_id: Annotated[str, Key(), Field(min_length=1)]
    """Name of the rule, or `annotator:` and the id of the annotator."""
    weights: list[Weight] = []
    """The rule; a response scores the sum of its mean ratings by weight. Empty for an annotator."""
    annotator_id: Annotated[str | None, ForeignKey("annotators.annotator_id")] = None
    """The annotator; null for a rule."""


class Label(Row):
    """Which response of a pair one user prefers; what another prefers is a row of its own."""

    label_id: Annotated[str, Key(), Field(min_length=1)]
    """Pair and user."""
    comparison_id: Annotated[str, ForeignKey("comparisons.comparison_id")]
    """The pair."""
    user_id: Annotated[str, ForeignKey("users.user_id")]
    """The user."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """The prompt."""
    first_score: float | None = None
    """Score of the first response under the rule of the user; null for an annotator, and where a rating is missing."""
    second_score: float | None = None
    """Score of the second."""
    preferred: Side | None
    """Which the user prefers; null where a rating is missing or the annotator does not choose."""
    tied: bool
    """Whether both are equal to the user and `preferred` was drawn; the draw of a pair is the same for all users."""
    original: Side | None
    """Which scores higher by all rated attributes together, ties drawn alike; null where a rating is missing."""
    reversed: bool | None
    """Whether the user prefers the other one; null where one of the two is not known."""
    controversial: bool
    """Whether two users prefer different responses of this pair."""
    surveyed: bool
    """Whether the pair is in the survey: then it is context for other pairs, and not evaluated itself."""


class ContextPair(Documented):
    """A pair of the survey, and what the user of the label prefers of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    comparison_id: str
    """The pair."""
    preferred: Side
    """Which response the user prefers."""


class Context(Row):
    """Pairs of the survey that show what the user of a label prefers."""

    label_id: Annotated[str, Key(), ForeignKey("labels.label_id")]
    """The label that is to be predicted."""
    pairs: list[ContextPair]
    """What is shown of the user; the order is drawn."""
    length: Annotated[int, Field(ge=1)]
    """How many pairs."""
    identifies: bool
    """Whether no other user prefers the same on all of them."""


TABLES: dict[str, type[Row]] = {
    "prompts": Prompt,
    "responses": Response,
    "comparisons": Comparison,
    "users": User,
    "labels": Label,
    "contexts": Context,
    **SHARED,
}
"""Table name -> row type, the main table first."""

READ_AS = (
    View(
        "pairs",
        """SELECT label_id AS pair_id, p.text AS prompt, f.text AS first, s.text AS second, preferred,
            l.prompt_id AS group_id, first_score, second_score, l.user_id AS annotator_id, f.model AS first_model,
            s.model AS second_model, l.split
        FROM theirs.labels l JOIN theirs.prompts p USING (prompt_id)
        JOIN theirs.comparisons c USING (comparison_id)
        JOIN theirs.responses f ON f.response_id = c.first_id
        JOIN theirs.responses s ON s.response_id = c.second_id""",
    ),
    VOICES,
)
PLOTS = {"user_satisfaction": "interval"}


def rated(attribute: str) -> Aspect:
    """The aspect of a rated attribute of a response."""
    return Aspect(item_table="responses", aspect=attribute, low=LOW, high=HIGH, rules=["mean"])


COMPARISON = tuple(aspect for aspect in COMPARED if aspect.aspect == DIRECT)
"""What an annotator who is a user judges."""
