"""Counts by a whole number, such as situations by how many considerations they have, and the mean."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ....schemas.report import Figure
from ..style import INK, PALETTE, WIDTH, Spec, number, title, words

COUNT = re.compile(r"\d{1,6}", re.ASCII)


def spec(figures: Sequence[Figure]) -> Spec:
    """A bar for each number; a figure about nothing in particular is the mean, a dashed line."""
    counted = [f for f in figures if len(f.group) == 1 and COUNT.fullmatch(next(iter(f.group.values())))]
    numbers = {int(next(iter(figure.group.values()))): figure.value or 0 for figure in counted}
    means = [figure.value for figure in figures if not figure.group and figure.value is not None]
    name = next(iter(counted[0].group)) if counted else "number"
    bars = [{"from": n - 0.42, "to": n + 0.42, "count": count} for n, count in sorted(numbers.items())]
    x = {
        "type": "quantitative",
        "title": words(name).lower() + "".join(f" (dashed: mean {number(mean)})" for mean in means),
        "axis": {"grid": False, "tickMinStep": 1, "format": "d"},
        "scale": {"zero": False, "nice": False},
    }
    return {
        "title": title(figures),
        "width": WIDTH,
        "height": 180,
        "layer": [
            {
                "data": {"values": bars},
                "mark": {"type": "bar", "color": PALETTE[0]},
                "encoding": {
                    "x": {"field": "from", **x},
                    "x2": {"field": "to"},
                    "y": {"field": "count", "type": "quantitative", "title": "count", "axis": {"tickMinStep": 1}},
                    "y2": {"datum": 0},
                },
            },
            {
                "data": {"values": [{"mean": mean} for mean in means]},
                "mark": {"type": "rule", "color": INK, "strokeDash": [6, 4], "strokeWidth": 2},
                "encoding": {"x": {"field": "mean", **x}},
            },
        ],
    }
