"""What checks found and what measures say."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Severity = Literal["error", "warning", "info"]


class Entry(BaseModel):
    """Base of the parts of a report."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Finding(Entry):
    """One check and the rows that fail it; a passed check has a count of 0."""

    check: str
    """Stable id of the check."""
    severity: Severity
    """error: breaks use; warning: likely a mistake; info: worth knowing."""
    title: str
    """What should hold, in a line."""
    table: str
    """Table that was looked at."""
    count: int
    """Rows that fail."""
    of: int
    """Rows that were looked at."""
    examples: list[dict[str, Any]]
    """Up to five failing rows: key and what is wrong."""
    repair: str | None = None
    """Curation step that would mend it."""


class Figure(Entry):
    """One number with the interval it is known to."""

    measure: str
    """Name of the measure."""
    group: dict[str, str]
    """What the number is about, such as aspect and kind; empty for all."""
    value: float | None
    """The number; null where it is not defined."""
    low: float | None = None
    """Lower end of the 95% interval, where there is one."""
    high: float | None = None
    """Upper end."""
    n: int
    """Number of items behind it."""


class Report(Entry):
    """What was checked, what was found, what was measured."""

    format: Literal[1] = 1
    """Version of this file's format."""
    dataset: str
    """What was looked at."""
    rows: dict[str, int]
    """Table -> rows."""
    findings: list[Finding]
    """Every check that ran, worst first."""
    skipped: dict[str, str]
    """Check or measure that could not run -> why."""
    figures: list[Figure]
    """What the measures say."""

    def count(self, severity: Severity) -> int:
        """How many checks of this severity found rows."""
        return sum(1 for finding in self.findings if finding.severity == severity and finding.count)
