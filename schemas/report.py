"""What checks found and what measures say."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict

from .field_docs import Stored

Severity = Literal["error", "warning", "info"]
Evidence = Literal["file", "card", "recalled"]
"""How a rule about somebody's dataset is known: from a real file, from its card, or from memory."""


class Entry(Stored):
    """Base of the parts of a report."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
    """Units that fail; what is said of the whole table is said once."""
    of: int
    """Units that were looked at, 0 where nobody counted them; rows, where the table as a whole is looked at."""
    unit: str | None = "rows"
    """What is counted: rows, cells, columns, items, ...; null where the finding is about the table as a whole."""
    examples: list[dict[str, Any]]
    """Up to five failing rows: key and what is wrong."""
    parts: dict[str, int] = {}
    """Failing rows by column, or by problem where there are few; most frequent first, what is left as `others`."""
    repair: str | None = None
    """Curation step that would mend it."""
    mends: bool = False
    """Whether `pluriset repair` makes that step too, on anybody's dataset; else it is for a recipe."""
    evidence: Evidence | None = None
    """How the rule is known, where it is about somebody's dataset; null for a rule that holds of all data."""
    declared: Severity | None = None
    """The severity of the check itself, where a checks file gave it another."""
    suppressed: str | None = None
    """The reason for which a checks file suppresses it; it then counts nowhere, but is shown."""
    file: str | None = None
    """The file with all failing rows, where they were written."""

    @property
    def share(self) -> float | None:
        """What fails of what was looked at, 0 to 1; null where that is no share, such as where a unit fails twice."""
        return self.count / self.of if self.unit and 0 < self.of >= self.count else None

    @property
    def counted(self) -> str:
        """How many of what in words, `in` so many where one can fail twice; it goes before `of` and the table."""
        if not self.unit:
            return "the whole"
        if not self.of:
            return f"{self.count:,} {self.unit.removesuffix('s') if self.count == 1 else self.unit}"
        return f"{self.count:,} {'of' if self.count <= self.of else 'in'} {self.of:,} {self.unit}"


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


class Profile(Entry):
    """What the dataset was taken for, which decides what is checked."""

    name: str
    """Name of the published dataset or of the generic profile; what `--as` takes."""
    title: str
    """Its name in words."""
    how: str
    """How it was found, such as by its columns or because it was named."""
    evidence: Evidence | None = None
    """How its shape is known; null for a shape that was read off the columns."""
    columns: dict[str, str] = {}
    """Column -> the role that it was taken for."""


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
    profile: Profile | None = None
    """What the dataset was taken for; null for a run of ours."""
    decisions: str | None = None
    """The checks file that was followed."""

    @property
    def ran(self) -> str:
        """How many checks ran, each counted once, and how many of them looked at what is said about the rows."""
        checks = {finding.check for finding in self.findings}
        about = sum(check.startswith(("card.", "manifest.")) for check in checks)
        return f"{len(checks):,} ran{f', {about} of them on card and manifest' if about else ''}"

    @property
    def quiet(self) -> int:
        """How many checks found nothing in any table."""
        return len({finding.check for finding in self.findings} - {f.check for f in self.findings if f.count})

    def count(self, severity: Severity) -> int:
        """How many checks of this severity found rows and are not suppressed."""
        return sum(1 for finding in self.found() if finding.severity == severity)

    def found(self) -> list[Finding]:
        """The findings with rows that are not suppressed."""
        return [finding for finding in self.findings if finding.count and finding.suppressed is None]

    def suppressed(self) -> list[Finding]:
        """The findings with rows that a checks file suppresses."""
        return [finding for finding in self.findings if finding.count and finding.suppressed is not None]
