"""The report: findings of checks and figures of measures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_args

from pydantic import AfterValidator, ConfigDict

from . import aliases, html
from .field_docs import Stored

if TYPE_CHECKING:
    from polars import DataFrame

Severity = Literal["error", "warning", "info"]
CheckId = Annotated[str, AfterValidator(partial(aliases.component, "checks"))]
"""Id of a check; a renamed one is read as the current one."""
MeasureId = Annotated[str, AfterValidator(partial(aliases.component, "measures"))]
"""Name of a measure; a renamed one is read as the current one."""
Evidence = Literal["file", "card", "recalled"]
"""Where a rule about a published dataset comes from: a real file, its card, or memory."""
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_IRREGULAR = {"strata": "stratum"}


def counted(count: int, of: int, unit: str | None) -> str:
    """A count with its total and unit, such as `4 of 16 situations`; without the total where it is unknown."""
    if unit is None:
        return "the table as a whole"
    total = of if of >= count else 0
    noun = unit if (total or count) != 1 else singular(unit)
    return f"{count:,} of {total:,} {noun}" if total else f"{count:,} {noun}"


def singular(plural: str) -> str:
    """The singular of a unit."""
    if plural in _IRREGULAR:
        return _IRREGULAR[plural]
    return plural[:-3] + "y" if plural.endswith("ies") else plural.removesuffix("s")


def problem_line(problem: str, count: int, of: int, unit: str | None, options: Mapping[str, Any] | None = None) -> str:
    """The problem of a finding as one sentence that leads with its count; empty where the count is 0.

    `problem` is what follows the count and begins with its verb in both numbers, such as
    `have|has fewer than {least} considerations`. Where the unit is null it is the whole sentence.
    """
    if not count:
        return ""
    if options is not None:
        problem = problem.format_map({name: _in_words(value) for name, value in options.items()})
    if unit is None:
        return problem
    verb, _, rest = problem.partition(" ")
    many, _, one = verb.partition("|")
    return f"{counted(count, of, unit)} {one if one and count == 1 else many} {rest}"


def _in_words(value: Any) -> Any:
    return _NUMBERS[value] if type(value) is int and 0 <= value < len(_NUMBERS) else value


class Entry(Stored):
    """Base of the parts of a report."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Finding(Entry):
    """One check and the rows that fail it; a passed check has a count of 0."""

    problem: str = ""
    """What is wrong and how often, in a sentence; empty where the check passed."""
    rule: str
    """What should hold."""
    check: CheckId
    """Stable id of the check."""
    severity: Severity
    """error: the dataset cannot be used as it is; warning: probably a mistake; info: a property to be aware of."""
    table: str
    """Table that was checked."""
    count: int
    """Units that fail; 1 where the table as a whole fails."""
    of: int
    """Units that were checked, 0 where their number is unknown; rows, where the unit is null."""
    unit: str | None = "rows"
    """What is counted, in the plural: rows, cells, situations, ...; null where the table as a whole is checked."""
    examples: list[dict[str, Any]]
    """Up to five failing rows: their key and `problem`, what is wrong with each."""
    parts: dict[str, int] = {}
    """Failing rows by column, or by problem where there are few; most frequent first, the remainder as `others`."""
    repair: str | None = None
    """Curation step that fixes it."""
    auto_repairable: bool = False
    """Whether `pluriset repair` can apply that step to any dataset; otherwise it belongs in a recipe."""
    evidence: Evidence | None = None
    """Where a rule about a published dataset comes from; null for a rule that holds for all data."""
    declared: Severity | None = None
    """The check's own severity, where a checks file overrides it."""
    suppressed: str | None = None
    """The reason a checks file gives for suppressing it; a suppressed finding is shown but not counted."""
    file: str | None = None
    """The file with all failing rows, if they were written."""

    @property
    def headline(self) -> str:
        """The problem; the rule where the check passed, and in reports of versions without problem lines."""
        return self.problem or self.rule

    @property
    def share(self) -> float | None:
        """The share of units that fail, 0 to 1; null where their number is unknown or a unit can fail twice."""
        return self.count / self.of if self.unit and 0 < self.of >= self.count else None

    @property
    def counted(self) -> str:
        """The count with its total and unit, such as `4 of 16 situations`."""
        return counted(self.count, self.of, self.unit)


class Figure(Entry):
    """One number with the interval it is known to."""

    measure: MeasureId
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


class AuditFigure(Figure):
    """A figure of an audit; where it was tested, how often chance alone would give one as extreme."""

    p: float | None = None
    """P-value of the test, 0 to 1; null where the figure was not tested."""
    adjusted_p: float | None = None
    """The p-value corrected for the other tests of the same audit, by the audit's `correction`."""

    def is_significant(self, alpha: float) -> bool:
        """Whether the corrected p-value, or the only one, is below `alpha`; false where nothing was tested."""
        p = self.p if self.adjusted_p is None else self.adjusted_p
        return p is not None and p < alpha


class AuditResult(Entry):
    """What one audit says of the dataset, or why it says nothing."""

    audit: str
    """Name of the audit."""
    question: str
    """What it asks."""
    conclusion: str | None = None
    """What one learns, in a sentence; null where the audit is not applicable."""
    detected: bool | None = None
    """Whether what the audit looks for is in the data; null where the data cannot say."""
    figures: list[AuditFigure] = []
    """The numbers behind the conclusion."""
    correction: str | None = None
    """How p-values were corrected for several tests, such as Holm; null where there was at most one."""
    examples: list[dict[str, Any]] = []
    """Rows that show what was detected, the most telling first."""
    not_applicable: str | None = None
    """What the audit needs and the dataset lacks; null where it ran."""


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
    reasons: dict[str, str] = {}
    """Column -> why it has its role, and how sure that is."""


class ReportFrames(NamedTuple):
    """A report as data frames."""

    findings: DataFrame
    """A row for each check and table."""
    figures: DataFrame
    """A row for each figure."""


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
    skipped: dict[Annotated[CheckId, AfterValidator(partial(aliases.component, "measures"))], str]
    """Check or measure that could not run -> why."""
    figures: list[Figure]
    """What the measures say."""
    profile: Profile | None = None
    """What the dataset was taken for; null for a run of ours."""
    overrides: str | None = None
    """The checks file that was applied."""
    audits: list[AuditResult] = []
    """The results of the audits that were asked for."""
    plots: dict[str, str] = {}
    """Measure -> kind of plot that the family of the dataset asks for."""

    @property
    def ran(self) -> str:
        """How many checks ran, each counted once, and how many of them compared the card and manifest with the rows."""
        checks = {finding.check for finding in self.findings}
        about = sum(check.startswith(("card.", "manifest.")) for check in checks)
        return f"{len(checks):,} ran{f', {about} of them on card and manifest' if about else ''}"

    @property
    def quiet(self) -> int:
        """How many checks found nothing in any table."""
        return len({finding.check for finding in self.findings} - {f.check for f in self.findings if f.count})

    def __repr__(self) -> str:
        severities: tuple[Severity, ...] = get_args(Severity)
        counts = ", ".join(f"{severity}={self.count(severity)}" for severity in severities)
        return f"Report({self.dataset!r}, {counts}, figures={len(self.figures)})"

    def _repr_html_(self) -> str:
        """For notebooks: problems, worst first, and figures."""
        severities: tuple[Severity, ...] = get_args(Severity)
        counts = ", ".join(f"{self.count(severity)} of severity {severity}" for severity in severities)
        figures = [
            (f.measure, ", ".join(f"{key} {value}" for key, value in f.group.items()), f.value, f.low, f.high, f.n)
            for f in self.figures
        ]
        return (
            html.heading(self.dataset, f"checks: {self.ran}; failed: {counts}")
            + html.table(
                ["severity", "problem", "table", "check"],
                [(f.severity, f.problem or f"{f.counted}: {f.rule}", f.table, f.check) for f in self.found()],
            )
            + html.table(["measure", "group", "value", "low", "high", "n"], figures)
        )

    def to_polars(self) -> ReportFrames:
        """Findings and figures as two data frames; `group` is a struct column with a field for each kind of group."""
        import polars

        texts, counts = ("check", "severity", "problem", "rule", "table", "unit", "suppressed"), ("count", "of")
        columns = {
            **dict.fromkeys(texts, polars.String),
            **dict.fromkeys(counts, polars.Int64),
            "share": polars.Float64,
        }
        findings = [{name: getattr(finding, name) for name in columns} for finding in self.findings]
        keys = dict.fromkeys(key for figure in self.figures for key in figure.group)
        figures = [
            figure.model_dump(exclude={"group"}) | {"group": {key: figure.group.get(key) for key in keys} or None}
            for figure in self.figures
        ]
        return ReportFrames(
            polars.DataFrame(findings, schema=columns), polars.DataFrame(figures, infer_schema_length=None)
        )

    def figures_of(self, measure: str) -> list[Figure]:
        """The figures of one measure."""
        return [figure for figure in self.figures if figure.measure == measure]

    def count(self, severity: Severity) -> int:
        """How many checks of this severity found rows and are not suppressed."""
        return sum(1 for finding in self.found() if finding.severity == severity)

    def found(self) -> list[Finding]:
        """The findings with rows that are not suppressed."""
        return [finding for finding in self.findings if finding.count and finding.suppressed is None]

    def suppressed(self) -> list[Finding]:
        """The findings with rows that a checks file suppresses."""
        return [finding for finding in self.findings if finding.count and finding.suppressed is not None]
