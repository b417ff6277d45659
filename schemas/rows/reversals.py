"""Family `reversals`: pairs of responses whose preference reverses with the criterion, after RPR (arXiv 2407.14916).

As in the paper a row has two responses, two criteria with a category each, a scenario for each criterion, and profiles
of people; the first response is better under criterion x, the second under y. Ours: independent annotators verify both
directions and each verdict is kept, and what is not verified stays in `reversals`, marked, and makes no pair.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..row import ForeignKey, Key, Row
from .preferences import PAIRS, VOICES, Pair, Prompt, Response
from .shared import SHARED, Aspect

Side = Literal["x", "y"]
VERDICTS = ("first", "second", "tie", "abstain")
"""What an annotator may say of two responses under a criterion."""
FULFILS = "fulfils"
"""The aspect of the verdicts on a criterion."""


class Category(Row):
    """A category of criteria, from a closed list."""

    category: Annotated[str, Key(), Field(min_length=1)]
    """Its name."""


class Criterion(Row):
    """Something that a response may be judged by; annotators judge which of the two fulfils it better."""

    criterion_id: Annotated[str, Key(), Field(min_length=1)]
    """Prompt and side."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """The prompt."""
    category: Annotated[str, ForeignKey("categories.category")]
    """What kind of criterion it is."""
    side: Side
    """x: the first response should be better under it; y: the second."""
    text: Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]
    """The criterion."""
    scenario: str | None = None
    """A situation of somebody to whom this criterion matters; null where none was written."""
    writer_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who wrote it."""
    digest: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""
    """Digest of the ask in the journal."""


class Profile(Row):
    """Somebody to whom the criterion matters most, among others: a person who writes the prompt."""

    profile_id: Annotated[str, Key(), Field(min_length=1)]
    """Criterion and number."""
    criterion_id: Annotated[str, ForeignKey("criteria.criterion_id")]
    """The criterion that decides."""
    text: Annotated[str, Field(min_length=1, pattern=r"\S")]
    """The person in words."""
    digest: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""
    """Digest of the ask in the journal."""


class Reversal(Row):
    """Two responses and two criteria, and whether annotators confirm that the preference reverses."""

    prompt_id: Annotated[str, Key(), ForeignKey("prompts.prompt_id")]
    """The prompt."""
    first_id: Annotated[str, ForeignKey("responses.response_id")]
    """The response that should be better under x."""
    second_id: Annotated[str, ForeignKey("responses.response_id")]
    """The response that should be better under y."""
    x_id: Annotated[str, ForeignKey("criteria.criterion_id")]
    """Criterion x."""
    y_id: Annotated[str, ForeignKey("criteria.criterion_id")]
    """Criterion y."""
    agreed_x: Annotated[float | None, Field(ge=0, le=1)]
    """Share of the annotators who prefer the first under x; null where all abstain."""
    agreed_y: Annotated[float | None, Field(ge=0, le=1)]
    """Share of the annotators who prefer the second under y."""
    verified: bool
    """Whether both shares reach what the recipe asks for."""


TABLES: dict[str, type[Row]] = {
    "prompts": Prompt,
    "categories": Category,
    "responses": Response,
    "criteria": Criterion,
    "profiles": Profile,
    "reversals": Reversal,
    "pairs": Pair,
    **SHARED,
}
"""Table name -> row type, the main table first."""

READ_AS = (PAIRS, VOICES)
PLOTS = {"reversal_pass_rate": "interval"}

VERDICT = Aspect(item_table="criteria", aspect=FULFILS, labels=[*VERDICTS], rules=["majority", "soft"])
"""What is judged of a criterion."""
