"""A report as one HTML page for people who do not program: no network, no scripts, dataset content only as text."""

from __future__ import annotations

import hashlib
import math
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import groupby
from os.path import relpath
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape
from pydantic_core import to_json

from ...schemas.report import Figure, Finding, Report
from ...schemas.run_layout import REPORT_PAGE
from ...validators.tables.atomic_write import write_atomic
from ..markdown import visible
from ..plots.drawing import can_draw, svg
from ..plots.plots import plots
from ..plots.style import in_dark

MAX_FIGURES = 60
"""Figures of one measure on the page; the JSON has all of them."""
MAX_CHARACTERS = 300
"""Characters of a cell."""
SEVERITIES = {
    "error": "The dataset cannot be used as it is: using these rows gives wrong results, or none.",
    "warning": "Probably a mistake: inspect these rows before using them.",
    "info": "Not wrong in itself, but it affects what the data can be used for.",
}
"""Severity -> what it means."""
EVIDENCE = {
    "file": "observed in a file of this dataset",
    "card": "stated on the card of this dataset, not tested on its files",
    "recalled": "recalled from the literature, not tested on files, and therefore never above info",
}
"""Evidence for a rule -> in words."""


class Drawn(NamedTuple):
    """A figure with its position on a scale; positions are percent of the width."""

    figure: Figure
    about: list[tuple[str, str]]
    at: float | None
    low: float | None
    high: float | None


class Scale(NamedTuple):
    """Figures of one measure with the same groups, on one scale."""

    measure: str
    scale: tuple[float, float]
    zero: float
    figures: list[Drawn]
    left_out: int


def write(path: Path, report: Report, rows: Path | None = None) -> None:
    """Write the page of a report; the files of failing rows are in the folder `rows`, by default beside the page.

    Raises `RunError` if the file cannot be written.
    """
    folder = Path(relpath(rows or path.parent, path.parent))
    findings = [f.model_copy(update={"file": f.file and (folder / f.file).as_posix()}) for f in report.findings]
    write_atomic(path, render(report.model_copy(update={"findings": findings})))


def render(report: Report) -> str:
    """The page: problems, worst first, then figures, passed checks and skipped ones."""
    anchored = _anchored(report.found() + report.suppressed())
    return _template().render(
        report=report,
        found=[pair for pair in anchored if pair[1].suppressed is None],
        suppressed=[pair for pair in anchored if pair[1].suppressed is not None],
        passed=[finding for finding in report.findings if not finding.count],
        scales=[*scales(report.figures)],
        audits=[(audit, [*scales(_by_measure(audit.figures))]) for audit in report.audits],
        images=_images(report),
        severities=SEVERITIES,
        evidence=EVIDENCE,
    )


def _images(report: Report) -> dict[str, tuple[str, str, str]]:
    """Measure -> plot on a light and on a dark page, and its alternative text: images in which no script can run."""
    if not can_draw():
        return {}
    return {
        plot.measure: (_address(svg(plot.spec)), _address(svg(in_dark(plot.spec))), plot.alt) for plot in plots(report)
    }


def _address(image: str) -> str:
    return "data:image/svg+xml;base64," + b64encode(image.encode()).decode()


def scales(figures: Sequence[Figure]) -> Iterator[Scale]:
    """The figures by measure and groups, each with its position."""
    for (measure, _), some in groupby(figures, lambda f: (f.measure, tuple(f.group))):
        all_figures = [*some]
        ends = [end for f in all_figures for end in (f.value, f.low, f.high) if end is not None and math.isfinite(end)]
        low, high = min([0.0, *ends]), max([1.0, *ends])
        drawn = [_drawn(figure, low, high) for figure in all_figures[:MAX_FIGURES]]
        yield Scale(measure, (low, high), _position(0, low, high), drawn, len(all_figures) - len(drawn))


def _by_measure(figures: Sequence[Figure]) -> list[Figure]:
    """Figures of one measure and kind of group next to each other, in the order in which each first occurs."""
    kinds = list(dict.fromkeys((figure.measure, *figure.group) for figure in figures))
    return sorted(figures, key=lambda figure: kinds.index((figure.measure, *figure.group)))


def _drawn(figure: Figure, low: float, high: float) -> Drawn:
    at, start, end = (None if x is None else _position(x, low, high) for x in (figure.value, figure.low, figure.high))
    return Drawn(figure, [*figure.group.items()] or [("", "all")], at, start, end)


def _position(value: float, low: float, high: float) -> float:
    """Percent of the width, between 2 and 98, so that a point at an end is not clipped."""
    return round(2 + 96 * (value - low) / (high - low), 2) if math.isfinite(value) else 2.0


def _anchored(findings: Iterable[Finding]) -> list[tuple[str, Finding]]:
    """Findings with anchors: the same check on the same table has the same anchor in every report."""
    taken: dict[str, int] = {}
    anchored = []
    for finding in findings:
        slug = re.sub(r"[^a-z0-9]+", "-", f"check {finding.check} {finding.table}".lower()).strip("-")
        taken[slug] = taken.get(slug, 0) + 1
        anchored.append((slug if taken[slug] == 1 else f"{slug}-{taken[slug]}", finding))
    return anchored


def _cell(value: Any) -> str:
    """A value as text, with invisible characters made visible."""
    text = "" if value is None else value if isinstance(value, str) else to_json(value, fallback=str).decode()
    return visible(text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS] + "…")


def _prose(sentence: str) -> Markup:
    """A sentence as a heading, with its `code spans`."""
    parts = re.split(r"`([^`]*)`", visible(sentence[:1].upper() + sentence[1:].removesuffix(".")))
    return Markup().join(Markup("<code>{}</code>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts))


def _number(value: float) -> str:
    """A number with separators and at most three decimals."""
    if not math.isfinite(value):
        return str(value)
    shown = f"{round(value, 3) + 0.0:,.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    return shown.replace("-", "\u2212")


def _percent(share: float) -> str:
    """A share in percent; only zero reads as 0%, and only all as 100%."""
    if 0 < share < 0.001:
        return "less than 0.1%"
    return f"{min(100 * share, 99.9) if share < 1 else 100:.1f}%".replace(".0%", "%")


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "cell": _cell,
        "columns": lambda rows: list(dict.fromkeys(column for row in rows for column in row)),
        "digest": lambda style: b64encode(hashlib.sha256(style.encode()).digest()).decode(),  # for the security policy
        "number": _number,
        "p": lambda p: "< 0.001" if p < 0.001 else _number(p),
        "percent": _percent,
        "prose": _prose,
        "link": quote,
    }
    return environment.from_string((resources.files(__package__) / f"{REPORT_PAGE}.j2").read_text(encoding="utf-8"))
