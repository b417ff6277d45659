"""How far groups are apart: a cell for each two groups, a map for each attribute and aspect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ....schemas.report import Figure
from ..style import MARK_INK, Spec, number, shortened, title, words

PAIR = ("group", "other group")
"""The two groups that span a map; the others tell the maps apart."""
MAX_MAPS = 4
MAX_GROUPS = 12


def spec(figures: Sequence[Figure]) -> Spec:
    """Maps one under the other, the pair of groups that is furthest apart the darkest; a distance counts both ways."""
    maps: dict[str, dict[tuple[str, str], float]] = {}
    for figure in figures:
        name = ", ".join(shortened(value) for key, value in figure.group.items() if key not in PAIR)
        one, other = (shortened(figure.group.get(key, "")) for key in PAIR)
        distances = maps.setdefault(name, {})
        distances[one, other] = distances[other, one] = figure.value or 0.0
    shown = [*maps.items()][:MAX_MAPS]
    return {
        "title": title(figures, len(shown), len(maps)),
        "vconcat": [_map(name, distances) for name, distances in shown],
        "spacing": 24,
    }


def _map(name: str, distances: Mapping[tuple[str, str], float]) -> Spec:
    groups = sorted({group for pair in distances for group in pair})[:MAX_GROUPS]
    cells = [
        {"one": one, "other": other, "distance": distance, "shown": number(distance)}
        for (one, other), distance in distances.items()
        if one in groups and other in groups
    ]
    axis = {"type": "nominal", "sort": groups, "title": None}
    most = max([0.01, *(abs(cell["distance"]) for cell in cells if isinstance(cell["distance"], float))])
    return {
        "title": {"text": words(name) if name else "", "fontSize": 13, "fontWeight": "normal"},
        "width": {"step": 52},
        "height": {"step": 34},
        "data": {"values": cells},
        "encoding": {
            "x": {"field": "one", **axis, "axis": {"labelAngle": -40}},
            "y": {"field": "other", **axis},
        },
        "layer": [
            {
                "mark": "rect",
                "encoding": {
                    "color": {
                        "field": "distance",
                        "type": "quantitative",
                        "scale": {"scheme": "oranges", "domain": [0, most], "type": "linear"},
                        "legend": None,
                    },
                },
            },
            {
                "mark": {"type": "text", "fontSize": 12},
                "encoding": {
                    "text": {"field": "shown"},
                    "color": {
                        "condition": {"test": f"datum.distance > {0.65 * most}", "value": "white"},
                        "value": MARK_INK,
                    },
                },
            },
        ],
    }
