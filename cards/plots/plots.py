"""The plots of a report, each of a named kind."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from ...schemas.component import NAME
from ...schemas.errors import DataError
from ...schemas.report import Figure, Report
from . import kinds as plot_kinds
from .style import CONFIG, SCHEMA, Spec, about, number, words

DEFAULT_KINDS: Mapping[str, str] = {
    "agreement": "interval",
    "score_agreement": "interval",
    "label_pairs": "heatmap",
    "label_shares": "stacked_bar",
    "group_differences": "disagreement_map",
    "rows_kept": "flow",
    "target_coverage": "coverage",
}
"""Measure -> kind of plot, for measures that every family has. A family names kinds of its own under `PLOTS`."""
SPOKEN_FIGURES = 6
"""Figures that an alternative text reads out; with more of them it says only how many there are."""


@dataclass(frozen=True)
class Plot:
    """The plot of one measure."""

    measure: str
    spec: Spec
    """A Vega-Lite specification, complete with data and style."""
    alt: str
    """What the plot shows, for readers who do not see it."""


def kinds() -> list[str]:
    """The kinds of plot there are."""
    return sorted(module.name for module in iter_modules(plot_kinds.__path__))


def plots(report: Report) -> Iterator[Plot]:
    """A plot for each measure with at least one finite value and a kind: first those of the family of the dataset.

    Raises `DataError` for an unknown kind, and for the name of a measure that could not be a file name.
    """
    for measure, kind in {**report.plots, **DEFAULT_KINDS, **report.plots}.items():
        if not NAME.fullmatch(measure):
            raise DataError("not the name of a measure", where="plots", got=measure)
        if kind not in kinds():
            raise DataError.unknown("no such kind of plot", kind, kinds(), where=f"plot of {measure}")
        figures = [
            figure
            for figure in report.figures
            if figure.measure == measure
            and all(map(math.isfinite, (figure.value or 0, figure.low or 0, figure.high or 0)))
        ]
        if any(figure.value is not None for figure in figures):
            spec = import_module(f".{kind}", plot_kinds.__name__).spec(figures)
            yield Plot(measure, {"$schema": SCHEMA, "config": CONFIG, **spec}, _alt(measure, figures))


def _alt(measure: str, figures: list[Figure]) -> str:
    if len(figures) > SPOKEN_FIGURES:
        return f"{words(measure)}: {len(figures)} values, listed in the table below."
    shown = (f"{about(figure)} {number(figure.value)}" for figure in figures if figure.value is not None)
    return f"{words(measure)}: {', '.join(shown)}."
