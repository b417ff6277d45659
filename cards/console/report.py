"""How a report is printed: the problem of each finding first, then the rule, failing rows and a way to repair them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import click

from .text import COLOURS, clean, echo, one_line, table

if TYPE_CHECKING:
    from ...schemas.report import AuditResult, Figure, Finding, Report, Severity

MAX_FIGURES = 20
"""Figures of one measure that are printed."""
MIN_FOLDED = 4
"""Figures with the same value that are printed as one line."""
MAX_EXAMPLES = 5
"""Failing rows printed for each finding."""
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


def print_summary(report: Report) -> None:
    """Print what a build needs to say about its report: a problem and its rule for each failed check."""
    for finding in report.found():
        _print_problem(finding)
    _print_totals(report)


def print_report(report: Report) -> None:
    """Print a whole report: findings with failing rows, suppressed ones, figures, skipped checks."""
    if profile := report.profile:
        echo(clean(f"{report.dataset}: read as {profile.title} (--as {profile.name}), {profile.how}"))
    for finding in [*report.found(), *report.suppressed()]:
        _print_problem(finding)
        _print_details(finding)
    _print_figures(report.figures)
    for audit in report.audits:
        _print_audit(audit)
    for check, reason in report.skipped.items():
        echo(clean(f"skipped {check}: {reason}"), err=True)
    _print_totals(report)


def _print_problem(finding: Finding) -> None:
    severity = click.style(finding.severity, fg=COLOURS[finding.severity])
    share = f" ({100 * finding.share:.3g}%)" if finding.share is not None else ""
    source = f" (source: {finding.evidence})" if finding.evidence else ""
    echo(f"{severity}: {one_line(finding.problem or f'{finding.counted} in {finding.table}')}{share}")
    echo(f"  {one_line(f'{finding.check}, table {finding.table}: {finding.rule}{source}')}")


def _print_details(finding: Finding) -> None:
    if finding.suppressed is not None:
        echo(f"  suppressed: {one_line(finding.suppressed)}")
        return
    if finding.parts:
        parts = ", ".join(f"{part}: {count:,}" for part, count in finding.parts.items())
        echo(f"  by part: {one_line(parts)}")
    for example in finding.examples[:MAX_EXAMPLES]:
        cells = " · ".join(f"{column}: {value}" for column, value in example.items() if value is not None)
        echo(f"    {one_line(cells)}")
    if finding.declared:
        echo(f"  severity: changed from {finding.declared} by the checks file")
    if finding.repair:
        echo(
            clean(f"  fix: {'pluriset repair --rule' if finding.auto_repairable else 'curation step'} {finding.repair}")
        )
    if finding.file:
        echo(clean(f"  all failing rows: {finding.file}"))


def _print_audit(audit: AuditResult) -> None:
    """Print what an audit asks and concludes, then its tested figures; the others are in the JSON."""
    echo(f"audit: {click.style(one_line(audit.question), bold=True)}")
    echo(f"  {one_line(audit.conclusion or f'{audit.audit} is not applicable: {audit.not_applicable}')}")
    tested = [figure for figure in audit.figures if figure.p is not None]
    rows = [(f.measure, *_cells([f]), f"{f.adjusted_p if f.adjusted_p is not None else f.p:.2g}") for f in tested]
    if rows:
        p = f"p ({audit.correction})" if audit.correction else "p"
        table("", ["figure", "group", "value", "95% interval", "n", p], rows[:MAX_FIGURES])
    if more := len(audit.figures) - len(rows[:MAX_FIGURES]):
        echo(f"  {more:,} more figures with --json")
    for example in audit.examples[:MAX_EXAMPLES]:
        echo(f"    {one_line(' · '.join(f'{name}: {cell}' for name, cell in example.items()))}")


def _print_totals(report: Report) -> None:
    counts = ", ".join(f"{report.count(severity)} {severity}" for severity in SEVERITIES)
    suppressed = f", {len(report.suppressed())} suppressed" if report.suppressed() else ""
    echo(f"checks: {report.ran}; {counts}{suppressed}")


def _print_figures(figures: Sequence[Figure]) -> None:
    """Print a table of figures; of a measure with many, the first ones."""
    rows = []
    for measure, group in groupby(figures, lambda figure: figure.measure):
        folded = _folded([*group])
        rows += [(measure, *_cells(alike)) for alike in folded[:MAX_FIGURES]]
        if more := sum(map(len, folded[MAX_FIGURES:])):
            rows.append((measure, f"{more:,} more with --json", "", "", ""))
    if rows:
        table("", ["measure", "group", "value", "95% interval", "n"], rows)


def _folded(figures: Sequence[Figure]) -> list[list[Figure]]:
    """Figures by line: those with the same value, whose groups differ only in the last part, share one if many do."""
    alike: dict[object, list[Figure]] = {}
    for figure in figures:
        alike.setdefault((figure.value, *[*figure.group.items()][:-1], *[*figure.group][-1:]), []).append(figure)
    return [
        line for same in alike.values() for line in ([same] if len(same) >= MIN_FOLDED else [[one] for one in same])
    ]


def _cells(alike: Sequence[Figure]) -> tuple[str, str, str, str]:
    """Group, value, interval and n of one line; several figures are counted in place of the part that differs."""
    first = alike[0]
    value = "not defined" if first.value is None else f"{first.value:,.6g}"
    parts = [f"{key} {part}" for key, part in first.group.items()]
    if len(alike) > 1:
        low, high = min(figure.n for figure in alike), max(figure.n for figure in alike)
        group = [*parts[:-1], f"{[*first.group][-1]}: {len(alike):,} of them"]
        return ", ".join(group), value, "", f"{low:,}" if low == high else f"{low:,} to {high:,}"
    interval = f"{first.low:,.6g} to {first.high:,.6g}" if None not in (first.low, first.high) else ""
    return ", ".join(parts) or "all", value, interval, f"{first.n:,}"


def exit_if_errors(report: Report) -> None:
    """Exit with code 1 if a check of severity error fails."""
    if report.count("error"):
        raise SystemExit(1)
