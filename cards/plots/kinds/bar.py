"""A bar for each value, from zero."""

from __future__ import annotations

from collections.abc import Sequence

from ....schemas.report import Figure
from ..style import MAX_ROWS, PALETTE, WIDTH, Spec, about, number, row_axis, row_labels, title


def spec(figures: Sequence[Figure]) -> Spec:
    """Horizontal bars with their values."""
    defined = [figure for figure in figures if figure.value is not None]
    bars = defined[:MAX_ROWS]
    labels = row_labels(about(figure) for figure in bars)
    rows = [
        {"row": label, "value": figure.value, "shown": number(figure.value), "negative": (figure.value or 0) < 0}
        for label, figure in zip(labels, bars, strict=True)
    ]
    x = {"field": "value", "type": "quantitative", "title": None}
    return {
        "title": title(figures, len(rows), len(defined)),
        "width": WIDTH,
        "height": {"step": 30},
        "data": {"values": rows},
        "encoding": {"y": row_axis(labels), "x": x},
        "layer": [
            {"mark": {"type": "bar", "color": PALETTE[0], "height": 18}},
            *(
                {
                    "transform": [{"filter": f"datum.negative == {condition}"}],
                    "mark": {"type": "text", "align": align, "dx": offset, "fontSize": 12},
                    "encoding": {"text": {"field": "shown"}},
                }
                for condition, align, offset in (("false", "left", 5), ("true", "right", -5))
            ),
        ],
    }
