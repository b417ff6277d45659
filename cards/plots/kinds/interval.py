"""A point with its 95% interval for each value, such as agreement by aspect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....schemas.report import Figure
from ..style import INK, MAX_ROWS, PALETTE, WIDTH, Spec, about, number, row_axis, row_labels, title


def spec(figures: Sequence[Figure]) -> Spec:
    """Points on a scale from zero, or below, to one, or above; a value without an interval is a point alone."""
    defined = [figure for figure in figures if figure.value is not None]
    rows = [_row(figure, figure.value or 0.0) for figure in defined[:MAX_ROWS]]
    for row, label in zip(rows, row_labels(row["row"] for row in rows), strict=True):
        row["row"] = label
    ends = [end for row in rows for end in (row["low"], row["high"], row["value"])]
    domain = [min(-0.05, *ends), max(1.0, *ends)]
    x = {"type": "quantitative", "title": "line: 95% interval; in brackets: items", "scale": {"domain": domain}}
    return {
        "title": title(figures, len(rows), len(defined)),
        "width": WIDTH,
        "height": {"step": 42},
        "data": {"values": rows},
        "encoding": {"y": row_axis([row["row"] for row in rows])},
        "layer": [
            {
                "mark": {"type": "rule", "color": INK},
                "encoding": {"x": {"datum": 0, "type": "quantitative"}, "y": None},
            },
            {
                "mark": {"type": "rule", "color": PALETTE[0], "strokeWidth": 4, "strokeCap": "round"},
                "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "color": PALETTE[0], "size": 110, "opacity": 1},
                "encoding": {"x": {"field": "value", **x}},
            },
            {
                "mark": {"type": "text", "dy": -13, "fontSize": 13, "color": INK},
                "encoding": {"x": {"field": "value", **x}, "text": {"field": "shown"}},
            },
        ],
    }


def _row(figure: Figure, value: float) -> dict[str, Any]:
    low, high = (value if end is None else end for end in (figure.low, figure.high))
    return {
        "row": f"{about(figure)} ({figure.n:,})",
        "value": value,
        "low": low,
        "high": high,
        "shown": number(value),
    }
