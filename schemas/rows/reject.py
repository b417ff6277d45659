"""What went missing and why: nothing vanishes without a row here."""

from __future__ import annotations

from typing import Literal

from ..field_docs import Stored
from ..row import Row

Level = Literal["seed", "ask", "row"]


class Reject(Stored, Row):
    """A seed, an ask or a row that is not in the dataset, with the reason."""

    level: Level
    """Whether a whole seed, a single ask or a single row is missing."""
    table: str
    """Table in which it is missing."""
    key: str
    """Key of what is missing; for a broken line of a source, the place of the line."""
    step: str
    """Step that rejected it: source, ask, or the name of a curation step."""
    reason: str
    """Short reason, the same words for the same cause, so that they can be counted."""
    detail: str | None = None
    """What was found, in full; masked like every text where the recipe masks."""
    digest: str | None = None
    """Digest of the ask in the journal, where an ask is the cause."""
    kept_key: str | None = None
    """Key of the row that was kept instead."""
    row: str | None = None
    """The row or seed itself, its columns as JSON; masked like `detail`."""
    votes: str | None = None
    """The judgements of a removed row as JSON: annotator, aspect, label and score of each."""
