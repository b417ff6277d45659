"""What was not chosen is kept beside what was: the candidates for an answer of which the best was taken."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ..row import ForeignKey, ItemKey, Key, Row

NAME = "candidates"
"""The table; a dataset has it where the best of several answers was taken."""


class Candidate(Row):
    """One of several answers to the same prompt; who scored it how is in the annotations, with aspect `score`."""

    candidate_id: Annotated[str, Key(), Field(min_length=1)]
    """Digest of what it is a candidate for and of its number."""
    item_table: Annotated[str, Field(min_length=1)]
    """Table of the row that it is a candidate for."""
    item_id: Annotated[str, ItemKey("item_table"), Field(min_length=1)]
    """Key of that row."""
    writer_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who answered."""
    sample: Annotated[int, Field(ge=0)]
    """Number of the answer."""
    text: Annotated[str, Field(min_length=1)]
    """The answer, as JSON."""
    scorer: Annotated[str, Field(min_length=1)]
    """What scored it, with its options."""
    score: float | None = None
    """Mean of its scores, in the units of the scorer; null where nobody could score it."""
    selected: bool
    """Whether it was taken: it has the highest score for its prompt, and the lowest number of those."""
    digest: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""
    """Digest of the ask in the journal."""
