"""What is left after each step, such as rows from their seeds to those that are published, a part for each table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ....schemas.report import Figure
from ..style import INK, PALETTE, WIDTH, Spec, number, row_axis, row_labels, shortened, title, words

STEP = "step"
"""The group that names a step; the others tell the parts apart."""
MAX_PARTS = 6
MAX_STEPS = 12


def spec(figures: Sequence[Figure]) -> Spec:
    """Bars that get shorter: what a step left in blue, what it took in orange. Each part has a scale of its own."""
    parts: dict[str, list[Figure]] = {}
    for figure in figures:
        name = ", ".join(shortened(value) for key, value in figure.group.items() if key != STEP)
        parts.setdefault(name, []).append(figure)
    shown = [*parts.items()][:MAX_PARTS]
    return {
        "title": title(figures, len(shown), len(parts)),
        "vconcat": [_part(name, steps[:MAX_STEPS]) for name, steps in shown],
        "spacing": 20,
        "resolve": {"scale": {"x": "independent"}},
    }


def _part(name: str, steps: Sequence[Figure]) -> Spec:
    labels = row_labels(shortened(figure.group.get(STEP, "all")) for figure in steps)
    bars = [*_bars(labels, steps)]
    most = max((bar["before"] for bar in bars), default=0)
    x: Spec = {"type": "quantitative", "title": None, "axis": {"grid": False, "tickCount": 4}}
    x["scale"] = {"domain": [0, most or 1], "nice": False}
    return {
        "title": {"text": words(name) if name else "", "fontSize": 13, "fontWeight": "normal"},
        "width": WIDTH,
        "height": {"step": 28},
        "data": {"values": bars},
        "encoding": {"y": row_axis(labels)},
        "layer": [
            {
                "mark": {"type": "bar", "color": PALETTE[0], "height": 18},
                "encoding": {"x": {"field": "start", **x}, "x2": {"field": "left"}},
            },
            {
                "mark": {"type": "bar", "color": PALETTE[1], "height": 18},
                "encoding": {"x": {"field": "left", **x}, "x2": {"field": "before"}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 12, "color": INK},
                "encoding": {"x": {"field": "before", **x}, "text": {"field": "shown"}},
            },
        ],
    }


def _bars(labels: Sequence[str], steps: Sequence[Figure]) -> Iterator[dict[str, Any]]:
    before: float | None = None
    for label, figure in zip(labels, steps, strict=True):
        left = max(0.0, figure.value or 0.0)
        before = left if before is None else max(before, left)
        taken = f" ({number(left - before)})" if before > left else ""
        yield {"row": label, "start": 0, "left": left, "before": before, "shown": number(left) + taken}
        before = left
