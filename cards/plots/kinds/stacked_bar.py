"""Shares of labels, a bar for each group, such as valence by kind of consideration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ....schemas.report import Figure
from ..style import (
    MAX_ROWS,
    WIDTH,
    Spec,
    label_colours,
    label_order,
    number,
    readable_on,
    row_axis,
    shortened,
    title,
)

LABEL = "label"
"""The group that is stacked; the others tell the bars apart."""
NARROWEST = 8
"""Percent of a bar that has room for its number."""


def spec(figures: Sequence[Figure]) -> Spec:
    """Bars from 0 to 100%, shared out over the labels; the numbers in them are the values."""
    bars: dict[str, dict[str, float]] = {}
    for figure in figures:
        name = ", ".join(shortened(value) for key, value in figure.group.items() if key != LABEL) or "all"
        label = shortened(figure.group.get(LABEL, ""))
        bars.setdefault(name, {})[label] = max(0.0, figure.value or 0.0)
    shown = dict([*bars.items()][:MAX_ROWS])
    labels = label_order({label for values in shown.values() for label in values})
    colours = dict(zip(labels, label_colours(labels), strict=True))
    are_counts = all((figure.value or 0) == int(figure.value or 0) for figure in figures)
    x = {"type": "quantitative", "title": "share (%), with counts" if are_counts else "share (%)"}
    legend = {"title": None, "orient": "bottom", "columns": 4}
    scale = {"domain": labels, "range": [*colours.values()]}
    return {
        "title": title(figures, len(shown), len(bars)),
        "width": WIDTH,
        "height": {"step": 44},
        "data": {"values": [part for name, values in shown.items() for part in _parts(name, values, colours)]},
        "encoding": {"y": row_axis([*shown])},
        "layer": [
            {
                "mark": {"type": "bar", "height": 28},
                "encoding": {
                    "x": {"field": "from", "scale": {"domain": [0, 100]}, **x},
                    "x2": {"field": "to"},
                    "color": {"field": "label", "type": "nominal", "scale": scale, "legend": legend},
                },
            },
            {
                "mark": {"type": "text", "fontSize": 12},
                "encoding": {
                    "x": {"field": "middle", **x},
                    "text": {"field": "shown"},
                    "color": {"field": "ink", "type": "nominal", "scale": None},
                },
            },
        ],
    }


def _parts(name: str, values: dict[str, float], colours: dict[str, str]) -> Iterator[dict[str, Any]]:
    largest = max(values.values(), default=0) or 1
    total, start = sum(value / largest for value in values.values()) or 1, 0.0
    for label, colour in colours.items():
        share = 100 * (values.get(label, 0) / largest) / total
        yield {
            "row": name,
            "label": label,
            "from": start,
            "to": start + share,
            "middle": start + share / 2,
            "shown": number(values.get(label)) if share >= NARROWEST else "",
            "ink": readable_on(colour),
        }
        start += share
