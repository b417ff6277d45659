"""The difference between two versions of a dataset."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from . import html
from .field_docs import Stored

Bump = Literal["major", "minor", "patch", "none"]
ChangeKind = Literal["added", "removed", "changed", "moved", "provenance"]


class Entry(Stored):
    """Base of the parts of a difference."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TableChange(Entry):
    """Changes to the rows of one table, matched by key."""

    table: str
    added: int
    """Rows with a new key."""
    removed: int
    """Rows whose key no longer exists."""
    changed: int
    """Rows with the same key and other values."""
    moved: int
    """Rows with the same key in another split."""
    provenance: int = 0
    """Rows with the same key and values that come from another answer: only digest, model or temperature differ."""
    columns: dict[str, int]
    """Column -> rows with the same key in which it changed; those of provenance are left out."""
    examples: dict[ChangeKind, list[str]]
    """Up to five keys of each."""


class Drift(Entry):
    """How far one distribution moved."""

    table: str
    column: str
    """The column; for labels, the aspect."""
    distance: float
    """Total variation distance, 0 to 1: half the sum of the absolute differences of shares. The usual definition."""
    before: dict[str, float]
    """Value -> share."""
    after: dict[str, float]


class LabelFlip(Entry):
    """A judgement of the same annotator on the same item that is another one now."""

    item_table: str
    item_id: str
    annotator_id: str
    aspect: str
    before: str
    """Label, or score, of the earlier version."""
    after: str
    """Label, or score, of the later version."""


class FigureChange(Entry):
    """One figure of the reports before and after, such as agreement or coverage."""

    measure: str
    group: dict[str, str]
    before: float | None
    after: float | None
    disjoint: bool
    """Whether both have intervals and these do not overlap: a rule of thumb, not a test."""


class Difference(Entry):
    """Everything that changed from one version to another."""

    before: str
    after: str
    bump: Bump
    """The suggested semver bump. The rule is ours: major where something was removed or changed its meaning, minor
    where something was added, patch where values or texts were corrected, none where nothing changed."""
    reasons: list[str]
    """Why this bump."""
    tables: list[TableChange]
    drifts: list[Drift]
    """Distributions that moved, furthest first."""
    figures: list[FigureChange]
    """Figures that moved."""
    flips: int = 0
    """Judgements that are another label or score now."""
    flip_examples: list[LabelFlip] = []
    """The first of them."""
    changelog: str
    """An entry for the changelog of the card, as Markdown."""

    def __repr__(self) -> str:
        return f"Difference({self.before!r} -> {self.after!r}, bump={self.bump!r})"

    def _repr_html_(self) -> str:
        """For notebooks: the bump with its reasons, changed tables, and distributions that moved."""
        heads = ["table", "added", "removed", "changed", "moved", "provenance only"]
        changes = [(c.table, c.added, c.removed, c.changed, c.moved, c.provenance) for c in self.tables]
        return (
            html.heading(f"{self.before} → {self.after}", f"semver bump: {self.bump}; {'; '.join(self.reasons)}")
            + html.table(
                heads,
                [row for row in changes if any(row[1:])],
            )
            + html.table(["table", "column", "drift"], [(d.table, d.column, d.distance) for d in self.drifts])
        )
