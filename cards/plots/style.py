"""How all plots look: colours that colour-blind readers can tell apart, and text that is readable at phone width."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ...schemas.printable import printable
from ...schemas.report import Figure

Spec = dict[str, Any]
"""A Vega-Lite specification, or a part of one."""
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
INK, GRID, PAPER = "#24292f", "#d0d7de", "#fbfbf9"
"""Text, grid lines, and an opaque background, so that a plot can be read on a light page and on a dark one."""
MARK_INK = "#24292e"
"""Text on a coloured mark; not that of `INK`, because marks have the same colours in the dark."""
DARK = {INK: "#e6edf3", GRID: "#3d444d", PAPER: "#161b22"}
"""Colour of a plot on a light page -> the same on a dark one."""
PALETTE = ("#0072b2", "#d55e00", "#e69f00", "#999999", "#009e73", "#cc79a7", "#56b4e9", "#f0e442")
"""Okabe and Ito (2008)."""
LABEL_ORDER = ("supports", "opposes", "either", "abstain")
"""Labels that always have the same colour and place; others follow in alphabetical order."""
WIDTH = 340
"""Pixels of the plotting area; with the labels of an axis it stays under 520."""
MAX_ROWS = 30
"""Bars or intervals in one plot; all of them are in `report.json`."""
LABEL_LENGTH = 40
"""Characters of a label."""
CONFIG: Spec = {
    "background": PAPER,
    "padding": 12,
    "font": "Liberation Sans, Arial, sans-serif",
    "view": {"stroke": None},
    "title": {"anchor": "start", "fontSize": 15, "color": INK, "subtitleFontSize": 12, "subtitleColor": INK},
    "axis": {
        "labelFontSize": 13, "titleFontSize": 12, "titleFontWeight": "normal", "labelColor": INK, "titleColor": INK,
        "gridColor": GRID, "domainColor": GRID, "tickColor": GRID, "labelLimit": 170,
    },
    "legend": {"labelFontSize": 13, "labelColor": INK, "labelLimit": 170},
}  # fmt: skip


def in_dark(spec: Any) -> Any:
    """A specification as it is drawn on a dark page."""
    if isinstance(spec, dict):
        return {key: in_dark(value) for key, value in spec.items()}
    if isinstance(spec, list):
        return [in_dark(value) for value in spec]
    return DARK.get(spec, spec) if isinstance(spec, str) else spec


def words(name: str) -> str:
    """A name as words: `label_pairs` as `Label pairs`."""
    return printable(name).replace("_", " ").capitalize()


def title(figures: Sequence[Figure], shown: int | None = None, of: int | None = None) -> Spec:
    """The title of a plot; where not all rows are `shown`, it says so."""
    cut = shown is not None and of is not None and shown < of
    subtitle = {"subtitle": f"{shown} of {of}; the others are in report.json"} if cut else {}
    return {"text": words(figures[0].measure), **subtitle}


def about(figure: Figure) -> str:
    """What a figure is about, as words."""
    return ", ".join(map(shortened, figure.group.values())) or "all"


def row_labels(labels: Iterable[str]) -> list[str]:
    """Labels that tell rows apart: where shortened ones are equal, later ones are numbered."""
    seen = Counter[str]()
    unique = []
    for label in labels:
        seen[label] += 1
        unique.append(label if seen[label] == 1 else f"{label} [{seen[label]}]")
    return unique


def shortened(label: str) -> str:
    """A printable label that fits on an axis."""
    label = printable(label, "\N{REPLACEMENT CHARACTER}")
    return label if len(label) <= LABEL_LENGTH else label[:LABEL_LENGTH] + "…"


def number(value: float | None) -> str:
    """A value with two decimals at most, and a proper minus sign."""
    if value is None:
        return ""
    return (f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:.2g}").replace("-", "\u2212")


def label_order(labels: set[str]) -> list[str]:
    """Labels in the order in which every plot has them."""
    return sorted(labels, key=lambda label: (LABEL_ORDER.index(label) if label in LABEL_ORDER else 99, label))


def label_colours(labels: Sequence[str]) -> list[str]:
    """The colour of each label: its own where it has one, else the next in the palette."""
    others = [label for label in labels if label not in LABEL_ORDER]
    places = [LABEL_ORDER.index(one) if one in LABEL_ORDER else len(LABEL_ORDER) + others.index(one) for one in labels]
    return [PALETTE[place % len(PALETTE)] for place in places]


def readable_on(colour: str) -> str:
    """White on a dark colour, dark ink on a light one, by luminance."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else MARK_INK


def row_axis(order: Sequence[str]) -> Spec:
    """The axis on which every row of a plot has its name, in the given order."""
    return {
        "field": "row",
        "type": "nominal",
        "sort": [*order],
        "title": None,
        "axis": {"grid": False, "ticks": False, "domain": False, "labelPadding": 8},
    }
