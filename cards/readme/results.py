"""Data for the sections of a card that come from the report: checks, measures and audits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from markupsafe import Markup

from ...schemas.component import find, names
from ...schemas.report import AuditFigure, Figure, Report, Severity
from ...schemas.run_layout import PLOTS
from ...validators import measures as measuring
from ..markdown import Safe, code, number, prose
from ..plots.plots import Plot
from .sections import summary

MAX_FIGURES = 50
"""Figures of one measure in a card; the rest are in the report."""

SEVERITIES: tuple[Severity, ...] = get_args(Severity)

ELSEWHERE = ("annotator_coverage", "equivalence_classes", "raw_agreement")
"""Measures that have a section of their own, or a column beside another measure."""


def checks(report: Report) -> dict[str, Any]:
    """Failed checks, worst first, and passed ones."""
    failed = sorted((f for f in report.findings if f.count), key=lambda f: SEVERITIES.index(f.severity))
    passed: dict[tuple[str, str], list[Markup]] = {}
    for finding in (finding for finding in report.findings if not finding.count):
        covered = Safe("{} ({})").format(code(finding.table), f"{finding.of:,} {finding.unit or 'rows'}")
        passed.setdefault((finding.check, finding.rule), []).append(covered)
    counts = ", ".join(f"{report.count(severity):,} of severity {severity}" for severity in SEVERITIES)
    return {
        "summary": f"Checks: {report.ran}. Failed: {counts}.",
        "failed": [
            [f.severity, prose(f.problem or f.counted), code(f.table), prose(f.rule), code(f.check)] for f in failed
        ],
        "passed": [[prose(rule), Safe(", ").join(tables), code(check)] for (check, rule), tables in passed.items()],
    }


def measures(report: Report, plots: Sequence[Plot]) -> list[dict[str, Any]]:
    """The figures of each measure as a table, with its plot if there is one."""
    described = names(measuring.__name__)
    alt_texts = {plot.measure: plot.alt for plot in plots}
    raw_agreement = {figure.group.get("aspect"): figure.value for figure in report.figures_of("raw_agreement")}
    found = []
    for name in dict.fromkeys(f.measure for f in report.figures if f.measure not in ELSEWHERE):
        figures = [figure for figure in report.figures if figure.measure == name]
        groups = list(dict.fromkeys(key for figure in figures for key in figure.group))
        interval = any(figure.low is not None for figure in figures)
        rows = [_figure(figure, groups, interval) for figure in figures[:MAX_FIGURES]]
        beside = name == "agreement" and bool(raw_agreement)
        for row, figure in zip(rows, figures, strict=False) if beside else ():
            raw = raw_agreement.get(figure.group.get("aspect"))
            row.insert(-1, "undefined" if raw is None else raw)
        found.append(
            {
                "title": name.replace("_", " ").capitalize(),
                "meaning": prose(summary(find(measuring.__name__, name)) if name in described else ""),
                "plot": f"{PLOTS}/{name}.png" if name in alt_texts else None,
                "alt": alt_texts.get(name),
                "head": [
                    *groups,
                    "value",
                    *(["95% interval"] if interval else []),
                    *(["raw agreement"] if beside else []),
                    "n",
                ],
                "rows": rows,
                "more": max(0, len(figures) - MAX_FIGURES),
            }
        )
    return found


def audits(report: Report) -> list[dict[str, Any]]:
    """What each audit asks and concludes, with the figures that it tested."""
    found = []
    for audit in report.audits:
        tested = [figure for figure in audit.figures if figure.p is not None]
        p = f"p ({audit.correction})" if audit.correction else "p"
        found.append(
            {
                "question": prose(audit.question),
                "answer": prose(audit.conclusion or f"Not applicable: {audit.not_applicable}."),
                "head": ["figure", "about", "value", "95% interval", "n", p],
                "rows": [_tested(figure) for figure in tested[:MAX_FIGURES]],
                "more": len(audit.figures) - min(len(tested), MAX_FIGURES),
            }
        )
    return found


def _tested(figure: AuditFigure) -> list[object]:
    about = "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in figure.group.items()) or "all"
    *_, value, ends, n = _figure(figure, (), True)
    p = figure.p if figure.adjusted_p is None else figure.adjusted_p
    return [figure.measure.replace("_", " "), about, value, ends, n, p]


def _figure(figure: Figure, groups: Sequence[str], interval: bool) -> list[object]:
    about = [figure.group.get(name, "all") for name in groups]
    value = "undefined" if figure.value is None else figure.value
    bounded = figure.low is not None and figure.high is not None
    ends = Safe("{} to {}").format(number(figure.low or 0.0), number(figure.high or 0.0)) if bounded else ""
    return [*about, value, *([ends] if interval else []), figure.n]
