"""What lies between two versions of a dataset."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from .field_docs import Stored

Bump = Literal["major", "minor", "patch", "none"]


class Entry(Stored):
    """Base of the parts of a difference."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TableChange(Entry):
    """What happened to the rows of one table, matched by key."""

    table: str
    added: int
    """Rows whose key is new."""
    removed: int
    """Rows whose key is gone."""
    changed: int
    """Rows of the same key with other values."""
    moved: int
    """Rows of the same key in another split."""
    columns: dict[str, int]
    """Column -> rows of the same key in which it changed."""
    examples: dict[Literal["added", "removed", "changed", "moved"], list[str]]
    """Up to five keys of each."""


class Drift(Entry):
    """How far one distribution moved."""

    table: str
    what: str
    """The column; for a label, the aspect."""
    distance: float
    """Total variation distance, 0 to 1: half the sum of the absolute differences of shares. The usual definition."""
    before: dict[str, float]
    """Value -> share."""
    after: dict[str, float]


class Moved(Entry):
    """One figure of the reports before and after, such as agreement or coverage."""

    measure: str
    group: dict[str, str]
    before: float | None
    after: float | None
    apart: bool
    """Whether both have intervals and these do not overlap: more than chance, at a glance and no test."""


class Difference(Entry):
    """Everything that changed from one version to the other."""

    before: str
    after: str
    bump: Bump
    """The suggested step of the version; the rule is ours: major where what was there is gone or means something
    else, minor where something is new, patch where values or texts were corrected, none where nothing changed."""
    reasons: list[str]
    """Why this step."""
    tables: list[TableChange]
    drifts: list[Drift]
    """Distributions that moved, furthest first."""
    figures: list[Moved]
    """Figures that moved."""
    entry: str
    """An entry for the changelog of the card, as Markdown."""
