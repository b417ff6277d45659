"""Family `preferences`: responses to prompts, what annotators say of them, and the pairs that follow.

After HelpSteer2 (arXiv 2406.08673, 2410.01257), UltraFeedback (arXiv 2310.01377) and MAH-DPO (arXiv 2510.01167): every
candidate is kept with its model, ratings are per attribute, and a pair names the objective under which one response is
preferred. Ours: each annotator's own verdict is kept, ties and incomparable pairs are rows, and a pair says which share
of the annotators agrees with it.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import ConfigDict, Field

from ..field_docs import Documented
from ..row import ForeignKey, Key, Row
from ..views import View
from .shared import SHARED, Aspect, RowRef, Share

Preferred = Literal["first", "second", "tie", "incomparable", "depends"]
"""Which of two responses is preferred. Incomparable: better in ways that cannot be weighed against each other.
Depends: on something that the prompt does not say."""
Verdict = Literal["first", "second", "tie", "incomparable", "depends", "abstain"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
"""What an annotator may say of two responses."""
DIRECT = "preference"
"""Objective of the pairs that were compared directly, and the aspect of the verdicts on them."""
STRENGTH = "strength"
"""Aspect of the signed strength of a direct comparison."""
OVERALL = "overall"
"""Objective of the pairs that follow from the weighted ratings of several attributes."""
RUBRIC = "rubric"
"""Objective of the pairs that follow from a rubric, and the aspect of the points of a response."""


class Turn(Documented):
    """A turn of the conversation before the prompt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "user", "assistant"]
    """Who speaks."""
    content: str
    """The text of the turn."""


class Prompt(Row):
    """A prompt that may be answered well in more than one way."""

    prompt_id: Annotated[str, Key(), Field(min_length=1)]
    """Id from the source, or a digest of the text."""
    text: Annotated[str, Field(min_length=1, pattern=r"\S")]
    """The prompt, or the last turn of the user."""
    turns: list[Turn] = []
    """The conversation before it; empty for a single turn."""
    topic: str | None = None
    """Topic, as the source has it."""
    language: str | None = None
    """Language, as the source has it."""
    source: Annotated[str, Field(min_length=1)]
    """Where it comes from: name of the source, and place in it."""


class GivenResponse(Documented):
    """A response that came with the source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    """The response."""
    model: str | None = None
    """Model that wrote it; null where it is unknown."""


class JudgedPrompt(Prompt):
    """A prompt, with its responses where they came with the source."""

    responses: list[GivenResponse] = []
    """Responses that came with the source; empty where they were written for it."""


class Response(Row):
    """A response to a prompt; all candidates are kept, whether a pair uses them or not."""

    response_id: Annotated[str, Key(), Field(min_length=1)]
    """Digest of the prompt and of the response's place among its candidates."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """The prompt."""
    writer_id: Annotated[str | None, ForeignKey("annotators.annotator_id")] = None
    """Who wrote it; null for a response that came with the source."""
    place: Annotated[int, Field(ge=0)]
    """Place among the responses to its prompt, from 0."""
    text: str
    """The response; empty where the model wrote nothing, or where the source has its scores alone."""
    model: str | None = None
    """Model that wrote it; null for a person, and where it is unknown."""
    temperature: Annotated[float | None, Field(ge=0)] = None
    """Sampling temperature; null where the endpoint's own default held, and where it is unknown."""
    sample: Annotated[int, Field(ge=0)] = 0
    """Number of the sample, where a writer was asked more than once at one temperature."""
    digest: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""
    """Digest of the ask in the journal; empty where it was not asked by us."""


class Comparison(Row):
    """Two responses to one prompt that annotators compared; their verdicts are in the annotations.

    Aspect `preference` has the verdict, aspect `strength` how strong it is: -3 to 3, above 0 where the second is
    better, as in HelpSteer2. `options` are in the order in which the annotator saw the responses.
    """

    comparison_id: Annotated[str, Key(), Field(min_length=1)]
    """Digest of both responses."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """The prompt."""
    first_id: Annotated[str, ForeignKey("responses.response_id")]
    """The response with the lower place."""
    second_id: Annotated[str, ForeignKey("responses.response_id")]
    """The other."""


class Pair(Row):
    """Two responses to one prompt, and which is preferred under one objective; ties are rows as well."""

    pair_id: Annotated[str, Key(), Field(min_length=1)]
    """Both responses and the objective."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """The prompt."""
    first_id: Annotated[str, ForeignKey("responses.response_id")]
    """The response with the lower place; whether it is the better one is in `preferred`."""
    second_id: Annotated[str, ForeignKey("responses.response_id")]
    """The other."""
    objective: Annotated[str, Field(min_length=1)]
    """Under what it is preferred: a rated attribute, `overall`, `preference`, a criterion or a user."""
    context: str | None = None
    """The criterion, profile or configuration in words, kept apart from the prompt."""
    preferred: Preferred | None
    """Which is preferred; null where the annotators do not decide it."""
    margin: Annotated[float | None, Field(ge=0)] = None
    """Distance of the two scores, or absolute mean strength of a direct comparison; null where there is neither."""
    first_score: float | None = None
    """Score of the first under the objective; null for a direct comparison."""
    second_score: float | None = None
    """Score of the second."""
    agreement: Annotated[float | None, Field(ge=0, le=1)] = None
    """Share of the annotators who say `preferred`, 0 to 1; null where it is null."""
    distribution: list[Share] = []
    """Share of the annotators for each verdict, most frequent first."""
    n: Annotated[int, Field(ge=0)] = 0
    """Annotators who judged both responses and did not abstain."""
    basis: list[RowRef] = []
    """The responses, or the comparison, that it rests on."""


TABLES: dict[str, type[Row]] = {
    "prompts": JudgedPrompt,
    "responses": Response,
    "comparisons": Comparison,
    "pairs": Pair,
    **SHARED,
}
"""Table name -> row type, the main table first."""

PAIRS = View(
    "pairs",
    """SELECT pair_id, concat_ws(chr(10), p.text, objective, context) AS prompt, f.text AS first, s.text AS second,
        CASE WHEN preferred IN ('first', 'second', 'tie') THEN preferred END AS preferred, pair.prompt_id AS group_id,
        first_score, second_score, f.model AS first_model, s.model AS second_model, first_id, second_id,
        objective, n AS raters, pair.split
    FROM theirs.pairs pair JOIN theirs.prompts p USING (prompt_id)
    JOIN theirs.responses f ON f.response_id = first_id JOIN theirs.responses s ON s.response_id = second_id""",
)
"""Pairs as checks and measures read them. The objective belongs to what is asked: a pair that is reversed under
another one contradicts nothing."""
VOICES = View(
    "voices",
    """SELECT prompt_id AS item_id, coalesce(writer_id, model) AS annotator_id, text, place AS sample
    FROM theirs.responses""",
)
READ_AS = (PAIRS, VOICES)
PLOTS = {
    "score_agreement": "interval",
    "judge_bias": "interval",
    "group_preferences": "heatmap",
    "objective_reversals": "heatmap",
}

SIDES = "Prompt: {prompt_id.text}\nFirst response: {first_id.text}\nSecond response: {second_id.text}\n"
COMPARED = (
    Aspect(
        item_table="comparisons",
        aspect=DIRECT,
        labels=[*VERDICTS],
        rules=["majority", "soft"],
        question=f"{SIDES}Which response is better?",
    ),
    Aspect(item_table="comparisons", aspect=STRENGTH, low=-3, high=3, rules=["mean"]),
)
"""What is judged of a comparison."""
