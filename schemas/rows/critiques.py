"""Family `critiques`: responses criticised, checked by their own writer, and corrected, after CriticBench.

CriticBench (arXiv 2402.14809) has generation, critique and correction of one response, with a label whether it is
right. Ours: several critics whose verdicts are all kept, the point that a critique quotes, the writer's check of its
own response, and whether others find the correction better.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..row import ForeignKey, Key, Row
from .preferences import PAIRS, VOICES, Pair, Response
from .preferences import Prompt as PlainPrompt
from .shared import SHARED, Aspect

Verdict = Literal["right", "wrong", "abstain"]
Improved = Literal["better", "same", "worse", "abstain"]
VERDICT, SELF_CHECK, IMPROVED = "verdict", "self_check", "improved"
"""Aspects: what critics say of a response, what its writer says of it, and what others say of a correction."""


class Prompt(PlainPrompt):
    """A prompt, and what its source knows of an answer."""

    answers: list[str] = []
    """Right answers, as the source has them."""
    responses: list[str] = []
    """A response that came with the source; empty where one was written for it."""
    is_right: bool | None = None
    """Whether that response is right, as the source has it; null where it does not say."""


class Critique(Row):
    """What a critic says of a response."""

    critique_id: Annotated[str, Key(), Field(min_length=1)]
    """Response and critic."""
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    """The prompt."""
    response_id: Annotated[str, ForeignKey("responses.response_id")]
    """The response."""
    corrected_id: Annotated[str | None, ForeignKey("responses.response_id")] = None
    """The response corrected by this critique; null where it says that nothing is wrong, or nothing was corrected."""
    writer_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """The critic."""
    verdict: Verdict
    """Whether the response is right or wrong."""
    point: str
    """The words of the response that are criticised; empty where none are."""
    text: Annotated[str, Field(min_length=1, pattern=r"\S")]
    """The critique."""
    digest: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""
    """Digest of the ask in the journal."""


TABLES: dict[str, type[Row]] = {
    "prompts": Prompt,
    "responses": Response,
    "critiques": Critique,
    "pairs": Pair,
    **SHARED,
}
"""Table name -> row type, the main table first."""

READ_AS = (PAIRS, VOICES)
PLOTS = {"critique_f1": "interval"}
ASPECTS = (
    Aspect(item_table="responses", aspect=VERDICT, labels=["right", "wrong", "abstain"], rules=["majority", "soft"]),
    Aspect(item_table="responses", aspect=SELF_CHECK, labels=["right", "wrong", "abstain"]),
    Aspect(item_table="critiques", aspect=IMPROVED, labels=["better", "same", "worse", "abstain"], rules=["majority"]),
)
"""What is judged."""
