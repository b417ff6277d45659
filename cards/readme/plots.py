"""A few pictures of a dataset, from the figures of its report. Needs the extra `cards`."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...schemas import report as reports
from ...schemas.run_layout import PLOTS

INK, PALE, PAPER = "#24292f", "#d0d7de", "#fbfbf9"
"""Text, lines, and an opaque ground, so that a picture can be read on a light page and on a dark one."""
COLOURS = ("#0072b2", "#d55e00", "#e69f00", "#999999", "#009e73", "#cc79a7", "#56b4e9", "#f0e442")
"""Okabe and Ito (2008): can be told apart by nearly everybody."""
ORDER = ("supports", "opposes", "either", "abstain")
"""Labels whose colour and place is always the same; others come after them."""
MOST_MAPS = 3
"""Aspects that are drawn side by side."""
LONGEST = 40
"""Characters of a label in a picture."""


def drawable(report: reports.Report) -> list[str]:
    """The pictures for which the report has figures."""
    return [name for name in DRAWN_BY if any(figure.value is not None for figure in _figures(report, name))]


def draw(folder: Path, report: reports.Report) -> list[Path]:
    """Draw what can be drawn into `plots/`; nothing without matplotlib. The same figures give the same bytes."""
    try:
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    except ImportError:
        return []
    drawn = []
    for name in drawable(report):
        path = folder / PLOTS / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        with _our_style():
            layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1)
            picture = Figure(figsize=(7.5, 3.6), layout=layout)
            DRAWN_BY[name](picture.subplots(), _figures(report, name))
            picture.savefig(path, metadata={"Software": None})
        drawn.append(path)
    return drawn


def _valence(axes: Any, figures: Sequence[reports.Figure]) -> None:
    """A bar a kind, shared out over the labels, with the counts in it."""
    kinds = list(dict.fromkeys(figure.group.get("kind", "") for figure in figures))
    labels = sorted({figure.group.get("label", "") for figure in figures}, key=_place)
    counts = {(f.group.get("kind", ""), f.group.get("label", "")): f.value or 0 for f in figures}
    totals = {kind: sum(counts.get((kind, label), 0) for label in labels) for kind in kinds}
    left = dict.fromkeys(kinds, 0.0)
    for label, colour in zip(labels, _colours(labels), strict=True):
        shares = [100 * counts.get((kind, label), 0) / (totals[kind] or 1) for kind in kinds]
        bars = axes.barh(
            range(len(kinds)), shares, left=list(left.values()), color=colour, label=_short(label), height=0.62
        )
        shown = [f"{counts[kind, label]:,.0f}" if share >= 6 else "" for kind, share in zip(kinds, shares, strict=True)]
        axes.bar_label(bars, shown, label_type="center", color=_readable(colour), fontsize=9)
        left = {kind: left[kind] + share for kind, share in zip(kinds, shares, strict=True)}
    axes.set_yticks(range(len(kinds)), [f"{_short(kind)}\n({totals[kind]:,.0f})" for kind in kinds])
    axes.invert_yaxis()
    axes.set(xlim=(0, 100), xlabel="share of judgements (%); numbers are judgements")
    axes.set_title("How annotators judge values, rights and duties")
    axes.legend(ncols=min(len(labels), 4), loc="upper center", bbox_to_anchor=(0.5, -0.22), frameon=False)
    axes.grid(axis="y", visible=False)


def _spread(axes: Any, figures: Sequence[reports.Figure]) -> None:
    """A bar for each number of considerations, and the mean."""
    counted = [f for f in figures if re.fullmatch(r"\d{1,6}", f.group.get("considerations", ""), re.ASCII)]
    counts = {int(f.group["considerations"]): f.value or 0 for f in counted}
    means = [f.value for f in figures if not f.group and f.value is not None]
    axes.bar(list(counts), list(counts.values()), color=COLOURS[6], width=0.8)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set(xlim=(min(1, *counts) - 0.6, max(2, *counts) + 0.6))
    axes.set(xlabel="considerations of a situation", ylabel="situations")
    axes.set_title("How many considerations a situation has" + "".join(f" (line: mean {mean:.1f})" for mean in means))
    axes.grid(axis="x", visible=False)
    for mean in means:
        axes.axvline(mean, color=INK, linestyle="--", linewidth=1.4)


def _agreement(axes: Any, figures: Sequence[reports.Figure]) -> None:
    """A point with its interval for each aspect, between chance and full agreement."""
    known = [figure for figure in figures if figure.value is not None]
    for at, figure in enumerate(known):
        value = figure.value or 0.0
        low, high = (value if end is None else end for end in (figure.low, figure.high))
        axes.plot([low, high], [at, at], color=COLOURS[0], linewidth=3, solid_capstyle="round")
        axes.plot(value, at, "o", color=COLOURS[0], markersize=9)
        said = f"{value:.2f}".replace("-", "\u2212")
        axes.annotate(said, (value, at), (0, 9), textcoords="offset points", ha="center")
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_yticks(range(len(known)), [f"{_short(f.group.get('aspect', 'all'))}\n({f.n:,})" for f in known])
    axes.set_ylim(len(known) - 0.4, -0.6)
    ends = [end for figure in known for end in (figure.value, figure.low) if end is not None]
    axes.set_xlim(min(-0.1, *(end - 0.05 for end in ends)), 1.02)
    axes.set_xlabel("alpha: 0 is agreement as by chance, 1 is full agreement; line: 95% interval")
    axes.set_title("How far annotators agree")
    axes.grid(axis="y", visible=False)


def _pairs(axes: Any, figures: Sequence[reports.Figure]) -> None:
    """A map for each aspect: how often two annotators give two labels to an item; they part off the diagonal."""
    figure, aspects = axes.figure, list(dict.fromkeys(f.group.get("aspect", "") for f in figures))[:MOST_MAPS]
    axes.remove()
    for panel, aspect in zip(figure.subplots(1, len(aspects), squeeze=False)[0], aspects, strict=True):
        shares = {
            (f.group.get("label", ""), f.group.get("other label", "")): f.value or 0
            for f in figures
            if f.group.get("aspect", "") == aspect
        }
        labels = sorted({label for pair in shares for label in pair}, key=_place)
        cells = [[100 * _both(shares, one, other) for other in labels] for one in labels]
        panel.imshow(cells, cmap="Blues", vmin=0, vmax=max(100.0, *(cell for row in cells for cell in row)))
        for y, row in enumerate(cells):
            for x, cell in enumerate(row):
                panel.text(x, y, f"{cell:.0f}", ha="center", va="center", color="white" if cell > 60 else INK)
        panel.set_xticks(range(len(labels)), [_short(label) for label in labels], rotation=20)
        panel.set_yticks(range(len(labels)), [_short(label) for label in labels])
        panel.set_title(f"{_short(aspect)}: pairs (%)")
        panel.grid(visible=False)


def _both(shares: Mapping[tuple[str, str], float], one: str, other: str) -> float:
    """The share of a pair, in whichever order it is written; a pair that differs is shown on both sides, half each."""
    if one == other:
        return shares.get((one, one), 0)
    return (shares.get((one, other), 0) + shares.get((other, one), 0)) / 2


DRAWN_BY: dict[str, Callable[[Any, Sequence[reports.Figure]], None]] = {
    "valence_by_kind": _valence,
    "considerations_per_situation": _spread,
    "agreement": _agreement,
    "label_pairs": _pairs,
}
"""Measure -> how its figures are drawn; the name of the file is that of the measure."""


@contextmanager
def _our_style() -> Iterator[None]:
    """The defaults of matplotlib and ours, whatever the user has configured."""
    import matplotlib.style

    ours = {
        "axes.edgecolor": PALE, "axes.facecolor": PAPER, "figure.facecolor": PAPER, "savefig.facecolor": PAPER,
        "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "axes.titlelocation": "left",
        "axes.titleweight": "bold", "axes.titlesize": 12, "font.size": 10, "savefig.dpi": 160, "axes.grid": True,
        "grid.color": PALE, "grid.linewidth": 0.6, "axes.axisbelow": True, "axes.spines.top": False,
        "axes.spines.right": False, "text.parse_math": False,
    }  # fmt: skip
    with matplotlib.style.context(["default", ours]), warnings.catch_warnings():
        # A script that the font lacks is drawn as boxes, and a strange figure strangely; that is no reason to talk.
        warnings.simplefilter("ignore")
        yield


def _figures(report: reports.Report, measure: str) -> list[reports.Figure]:
    found = [figure for figure in report.figures if figure.measure == measure]
    return [f for f in found if all(map(math.isfinite, (f.value or 0, f.low or 0, f.high or 0)))]


def _place(label: str) -> tuple[int, str]:
    return (ORDER.index(label) if label in ORDER else len(ORDER), label)


def _colours(labels: Sequence[str]) -> list[str]:
    """The colour of each label: its own where it is known, else the next one."""
    others = [label for label in labels if label not in ORDER]
    places = [ORDER.index(label) if label in ORDER else len(ORDER) + others.index(label) for label in labels]
    return [COLOURS[place % len(COLOURS)] for place in places]


def _readable(colour: str) -> str:
    """White on dark, ink on light (by luminance)."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else INK


def _short(label: str) -> str:
    return label if len(label) <= LONGEST else label[:LONGEST] + "…"
