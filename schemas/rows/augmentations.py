"""Family `augmentations`: a response made better or worse in one attribute, after Crome (arXiv 2506.16507).

As in the paper a teacher lists what makes a response to a prompt good, rewrites a response along one of these
attributes, up or down, and the two responses under an irrelevant question are a tie. Ours: all attributes of both are
scored by annotators, and an edit counts only if its attribute moves and the others do not.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..row import ForeignKey, Key, Row
from ..views import View
from .preferences import VOICES, Pair, Prompt, Response
from .shared import SHARED, Aspect

Direction = Literal["up", "down"]
LEVEL = "level"
"""The aspect of the scores."""
LOW, HIGH = 1, 5
"""Ends of the scale of a level."""


class Attribute(Row):
    """Something that makes a response to this prompt good: a line of its rubric."""

    attribute_id: Annotated[str, Key(), Field(min_length=1)]
    """Prompt and number."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """The prompt."""
    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S")]
    """Its name."""
    meaning: Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]
    """What it means for this prompt."""
    writer_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who named it."""
    digest: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""
    """Digest of the ask in the journal."""


class Edit(Row):
    """A response that was rewritten along one attribute."""

    edit_id: Annotated[str, Key(), Field(min_length=1)]
    """Parent, attribute and direction."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """The prompt."""
    parent_id: Annotated[str, ForeignKey("responses.response_id")]
    """The response that was rewritten."""
    child_id: Annotated[str, ForeignKey("responses.response_id")]
    """What it became."""
    attribute_id: Annotated[str, ForeignKey("attributes.attribute_id")]
    """The attribute."""
    direction: Direction
    """Whether the child should be better or worse in it."""


class Scored(Row):
    """A response and an attribute, whose level annotators score."""

    scored_id: Annotated[str, Key(), Field(min_length=1)]
    """Response and attribute."""
    response_id: Annotated[str, ForeignKey("responses.response_id")]
    """The response."""
    attribute_id: Annotated[str, ForeignKey("attributes.attribute_id")]
    """The attribute."""


class Drift(Row):
    """How the scores of a child differ from those of its parent."""

    edit_id: Annotated[str, Key(), ForeignKey("edits.edit_id")]
    """The edit."""
    target_change: float | None
    """Mean level of its attribute, child less parent; null where one is not scored."""
    other_change: float | None
    """Largest absolute change of another attribute; null where none is scored."""
    length_change: float
    """Words of the child divided by those of the parent."""
    accepted: bool
    """Whether the attribute moves far enough in its direction, and no other too far."""


TABLES: dict[str, type[Row]] = {
    "prompts": Prompt,
    "responses": Response,
    "attributes": Attribute,
    "edits": Edit,
    "scored": Scored,
    "drifts": Drift,
    "pairs": Pair,
    **SHARED,
}
"""Table name -> row type, the main table first."""

READ_AS = (
    View(
        "pairs",
        """SELECT pair_id, concat_ws(chr(10), coalesce(context, p.text), objective) AS prompt, f.text AS first,
            s.text AS second, preferred, pair.prompt_id AS group_id, f.model AS first_model, s.model AS second_model,
            pair.split
        FROM theirs.pairs pair JOIN theirs.prompts p USING (prompt_id)
        JOIN theirs.responses f ON f.response_id = first_id JOIN theirs.responses s ON s.response_id = second_id""",
    ),
    VOICES,
)
PLOTS = {"edit_acceptance": "interval"}
SCORE = Aspect(item_table="scored", aspect=LEVEL, low=LOW, high=HIGH, rules=["mean"])
"""What is judged of a response: its level in an attribute."""
NEUTRAL = "neutral"
"""Objective of a pair under an irrelevant question, which is its context; it is always a tie."""
