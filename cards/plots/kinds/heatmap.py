"""Shares by two labels, such as how often two annotators give two labels to one item, a map for each aspect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....schemas.report import Figure
from ..style import MARK_INK, Spec, label_order, shortened, title, words

PAIR = ("label", "other label")
"""The two groups that span a map; the others tell the maps apart."""
MAX_MAPS = 3
MAX_LABELS = 12


def spec(figures: Sequence[Figure]) -> Spec:
    """Maps one under the other; a pair of different labels is halved over its two cells, off the diagonal."""
    maps: dict[str, dict[tuple[str, str], float]] = {}
    for figure in figures:
        name = ", ".join(shortened(value) for key, value in figure.group.items() if key not in PAIR)
        one, other = (shortened(figure.group.get(key, "")) for key in PAIR)
        maps.setdefault(name, {})[one, other] = figure.value or 0.0
    shown = [*maps.items()][:MAX_MAPS]
    return {
        "title": title(figures, len(shown), len(maps)),
        "vconcat": [_map(name, shares) for name, shares in shown],
        "spacing": 24,
    }


def _map(name: str, shares: Mapping[tuple[str, str], float]) -> Spec:
    labels = label_order({label for pair in shares for label in pair})[:MAX_LABELS]
    cells: list[dict[str, Any]] = [
        {"one": one, "other": other, "share": share, "shown": f"{share:.0f}"}
        for one in labels
        for other in labels
        for share in [100 * _share(shares, one, other)]
    ]
    axis = {"type": "nominal", "sort": labels, "title": None}
    colour = {"scheme": "blues", "domain": [0, max(100.0, *(abs(cell["share"]) for cell in cells))], "type": "linear"}
    return {
        "title": {"text": f"{words(name)}: pairs of judgements (%)", "fontSize": 13, "fontWeight": "normal"},
        "width": {"step": 62},
        "height": {"step": 40},
        "data": {"values": cells},
        "encoding": {
            "x": {"field": "one", **axis, "axis": {"labelAngle": 0 if len(labels) < 6 else -40}},
            "y": {"field": "other", **axis},
        },
        "layer": [
            {
                "mark": "rect",
                "encoding": {
                    "color": {"field": "share", "type": "quantitative", "scale": colour, "legend": None},
                },
            },
            {
                "mark": {"type": "text", "fontSize": 13},
                "encoding": {
                    "text": {"field": "shown"},
                    "color": {"condition": {"test": "datum.share > 60", "value": "white"}, "value": MARK_INK},
                },
            },
        ],
    }


def _share(shares: Mapping[tuple[str, str], float], one: str, other: str) -> float:
    if one == other:
        return shares.get((one, one), 0.0)
    return (shares.get((one, other), 0.0) + shares.get((other, one), 0.0)) / 2
