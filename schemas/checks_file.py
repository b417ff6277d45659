"""The checks file, `pluriset.yaml`: overrides of checks, suppressed findings, and the roles of columns."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from .field_docs import Stored
from .report import CheckId, Severity

NAME = "pluriset.yaml"
"""The name under which a checks file is picked up beside the data."""


class Override(Stored):
    """An override of one check."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: CheckId
    """Id of the check, as in reports."""
    table: str | None = None
    """The only table it applies to; all tables if not given."""
    severity: Severity | None = None
    """Severity of its findings."""
    suppress: Annotated[str, Field(pattern=r"\S", max_length=1000)] | None = None
    """The reason to suppress its findings: they are shown with it, but not counted."""
    options: dict[str, Any] = {}
    """Options of the check, for all tables."""

    @model_validator(mode="after")
    def _overrides_something(self) -> Override:
        if self.severity is None and self.suppress is None and not self.options:
            raise ValueError("nothing is overridden: set severity, suppress or options")
        if self.options and self.table is not None:
            raise ValueError("options apply to all tables: leave `table` out, or add an override of its own")
        return self

    def applies_to(self, check: str, table: str) -> bool:
        """Whether it applies to a finding."""
        return self.check == check and self.table in (None, table)


class ChecksFile(Stored):
    """All overrides; the last one that applies to a finding wins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    checks: list[Override]
    """The overrides, in order."""
    roles: dict[str, dict[str, str]] = {}
    """Table -> column -> its role, as `pluriset describe` writes it: the data must have these columns."""
