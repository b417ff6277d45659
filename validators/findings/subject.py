"""What is judged: a run of ours or anybody's dataset, brought into the one form that checks and measures meet."""

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
    """A dataset that is ready to be judged."""

    dataset: str
    """What it is called."""
    raw: Tables
    """Its tables as they are; checks that need no knowledge look at them."""
    tables: Tables
    """Its tables as their row types want them."""
    row_types: RowTypes
    """Table -> row type, where we know one; what keeps not to it is a finding."""
    rejects: Tables = field(default_factory=dict)
    """What was rejected, in full, where it is published with the tables."""
    views: Tables = field(default_factory=dict)
    """What it is read as, by the names of `schemas.views`."""
    findings: Sequence[Finding] = ()
    """What was found on the way."""
    failing: Mapping[str, Callable[[], DuckDBPyRelation]] = field(default_factory=dict)
    """Check of such a finding -> all its failing rows."""
    skipped: Mapping[str, str] = field(default_factory=dict)
    """What could not be looked at on the way, and why."""
    profile: Profile | None = None
    """What it was taken for."""
    configs: Mapping[str, Config] = field(default_factory=dict)
    """Table -> the config of a published dataset that it is, which says how its columns are known."""

    def all(self) -> Tables:
        """Tables and views by name; a view hides a table."""
        return {**self.tables, **self.views}

    def own(self) -> frozenset[str]:
        """Tables of ours, whose row types say what may be null and what must be unique."""
        return frozenset(self.row_types) - set(self.views) if self.profile is None else frozenset()
