"""A bar for each value, from zero."""

from __future__ import annotations

from collections.abc import Sequence

from ....schemas.report import Figure
from ..style import MAX_ROWS, PALETTE, WIDTH, Spec, about, number, row_axis, title


def spec(figures: Sequence[Figure]) -> Spec:
    """Horizontal bars with their values."""
    defined = [figure for figure in figures if figure.value is not None]
    rows = [{"row": about(f), "value": f.value, "shown": number(f.value)} for f in defined[:MAX_ROWS]]
    x = {"field": "value", "type": "quantitative", "title": None}
    return {
        "title": title(figures, len(rows), len(defined)),
        "width": WIDTH,
        "height": {"step": 30},
        "data": {"values": rows},
        "encoding": {"y": row_axis([str(row["row"]) for row in rows]), "x": x},
        "layer": [
            {"mark": {"type": "bar", "color": PALETTE[0], "height": 18}},
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 12},
                "encoding": {"text": {"field": "shown"}},
            },
        ],
    }
