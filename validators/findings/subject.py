"""The dataset under validation, a run or any other, in the form that checks and measures work on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from duckdb import DuckDBPyRelation

from ...schemas.published_dataset import Config
from ...schemas.report import Finding, Profile
from ...schemas.row import RowTypes
from ..tables.sql import Tables


@dataclass(frozen=True)
class Subject:
    """A dataset that is ready to be checked."""

    dataset: str
    """Its name."""
    raw: Tables
    """Its tables as they are, for checks of any table."""
    tables: Tables
    """Its tables with the types of their row types."""
    row_types: RowTypes
    """Table -> row type, if it has one; violations are findings."""
    rejects: Tables = field(default_factory=dict)
    """Rejected rows by table, if they are published with the tables."""
    views: Tables = field(default_factory=dict)
    """The views of `schemas.views` that it is read as."""
    findings: Sequence[Finding] = ()
    """Findings made while reading it."""
    failing: Mapping[str, Callable[[], DuckDBPyRelation]] = field(default_factory=dict)
    """Check of such a finding -> its failing rows."""
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Check -> why it could not run while reading."""
    profile: Profile | None = None
    """The profile that it was recognised as; null for a run."""
    plots: Mapping[str, str] = field(default_factory=dict)
    """Measure -> kind of plot that its family asks for."""
    configs: Mapping[str, Config] = field(default_factory=dict)
    """Table -> config of the published dataset, with the evidence for its columns."""

    def all(self) -> Tables:
        """Tables and views by name; a view hides a table."""
        return {**self.tables, **self.views}

    def own_tables(self) -> frozenset[str]:
        """Tables of a run, whose row types define nulls and keys; none for other datasets."""
        return frozenset(self.row_types) - set(self.views) if self.profile is None else frozenset()
