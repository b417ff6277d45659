"""A question of a benchmark: what people or models judged, put so that another model can be asked the same."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ..row import Key, Row
from .shared import Share


class Question(Row):
    """One item on one aspect, with the label that most annotators gave; where there is none it is no question."""

    item_id: Annotated[str, Key(), Field(min_length=1)]
    """Key of the item."""
    input: Annotated[str, Field(min_length=1)]
    """What is asked."""
    choices: list[str]
    """The labels to choose from; abstaining is none of them."""
    target: Annotated[str, Field(pattern="^[A-Z]$")]
    """Letter of the label that most annotators gave: A is the first of the choices."""
    distribution: list[Share]
    """Share of each label among the annotators who did not abstain, most frequent first."""
    n: Annotated[int, Field(ge=1)]
    """Annotators who judged and did not abstain."""
