"""Shares beside the shares that were aimed for, such as annotators by attribute and the target of the recipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....schemas.report import Figure
from ..style import INK, MAX_ROWS, PALETTE, WIDTH, Spec, number, row_axis, row_labels, shortened, title

SHARE = "share"
"""The group that says what a figure is: `TARGET`, or else the actual share."""
TARGET = "target"


def spec(figures: Sequence[Figure]) -> Spec:
    """A bar for each actual share in percent, and a mark where its target is."""
    rows: dict[str, dict[str, float]] = {}
    for figure in figures:
        name = ", ".join(shortened(value) for key, value in figure.group.items() if key != SHARE) or "all"
        kind = TARGET if figure.group.get(SHARE) == TARGET else "actual"
        rows.setdefault(name, {})[kind] = 100 * (figure.value or 0.0)
    shown = [*rows.items()][:MAX_ROWS]
    labels = row_labels(name for name, _ in shown)
    bars = [_bar(label, values) for label, (_, values) in zip(labels, shown, strict=True)]
    most = max([100.0, *(value for bar in bars for value in (bar["actual"], bar["target"]) if value is not None)])
    x = {"type": "quantitative", "title": "share (%); mark: target", "scale": {"domain": [0, most]}}
    return {
        "title": title(figures, len(shown), len(rows)),
        "width": WIDTH,
        "height": {"step": 32},
        "data": {"values": bars},
        "encoding": {"y": row_axis(labels)},
        "layer": [
            {"mark": {"type": "bar", "color": PALETTE[6], "height": 16}, "encoding": {"x": {"field": "actual", **x}}},
            {
                "mark": {"type": "tick", "color": PALETTE[1], "thickness": 4, "size": 26},
                "encoding": {"x": {"field": "target", **x}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "dy": -1, "fontSize": 12, "color": INK},
                "encoding": {"x": {"field": "actual", **x}, "text": {"field": "shown"}},
            },
        ],
    }


def _bar(label: str, values: dict[str, float]) -> dict[str, Any]:
    actual, target = max(0.0, values.get("actual", 0.0)), values.get(TARGET)
    return {"row": label, "actual": actual, "target": target, "shown": number(actual)}
