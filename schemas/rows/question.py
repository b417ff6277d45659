"""A question of a benchmark: what people or models judged, or what the dataset has the answer to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ..row import Key, Row
from .shared import Share


class Question(Row):
    """One item with its answer: the label that most annotators gave, or the one that the dataset has."""

    item_id: Annotated[str, Key(), Field(min_length=1)]
    """Key of the item."""
    input: Annotated[str, Field(min_length=1)]
    """What is asked."""
    choices: list[str]
    """The labels to choose from; abstaining is none of them."""
    target: Annotated[str, Field(pattern="^[A-Z]$")]
    """Letter of the answer: A is the first of the choices."""
    distribution: list[Share]
    """Share of each label among the annotators who did not abstain, most frequent first; none where the dataset has
    the answer."""
    n: Annotated[int, Field(ge=0)]
    """Annotators who judged and did not abstain; 0 where the dataset has the answer."""
