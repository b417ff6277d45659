from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pluriset.cards.readme.plots import draw, drawable
from pluriset.schemas.report import Figure, Report

PNG = b"\x89PNG\r\n\x1a\n"
NAMES = ["valence_by_kind", "considerations_per_situation", "agreement", "label_pairs"]


def report(*figures: Figure) -> Report:
    return Report(dataset="a", rows={}, findings=[], skipped={}, figures=list(figures))


def judged(kind: str, label: str, count: float) -> Figure:
    return Figure(measure="valence_by_kind", group={"kind": kind, "label": label}, value=count, n=int(count))


def agreed(value: float | None) -> Figure:
    return Figure(measure="agreement", group={"aspect": "valence"}, value=value, n=3)


SOME = (
    judged("value", "supports", 3),
    judged("duty", "opposes", 0),
    Figure(measure="considerations_per_situation", group={"considerations": "2"}, value=4, n=4),
    Figure(measure="considerations_per_situation", group={}, value=2.0, n=4),
    agreed(-0.5),
    Figure(measure="label_pairs", group={"aspect": "v", "label": "no", "other label": "yes"}, value=0.4, n=4),
    Figure(measure="label_pairs", group={"aspect": "v", "label": "yes", "other label": "yes"}, value=0.6, n=4),
)


def test_each_measure_that_we_know_is_drawn(tmp_path: Path) -> None:
    paths = draw(tmp_path, report(*SOME))
    assert paths == [tmp_path / "plots" / f"{name}.png" for name in NAMES]
    assert all(path.read_bytes().startswith(PNG) for path in paths)


def test_the_same_figures_give_the_same_bytes(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in draw(tmp_path, report(*SOME))}
    (tmp_path / "again").mkdir()
    assert {path.name: path.read_bytes() for path in draw(tmp_path / "again", report(*SOME))} == first


def test_nothing_is_drawn_of_nothing(tmp_path: Path) -> None:
    assert draw(tmp_path, report(agreed(None))) == []
    assert not (tmp_path / "plots").exists()


@pytest.mark.parametrize("label", ["$\\frac{", "支持", "a" * 500, "</svg>", ""])
def test_any_label_can_be_drawn(tmp_path: Path, label: str) -> None:
    assert len(draw(tmp_path, report(judged(label, label, 2), judged("value", "supports", 1)))) == 1


def test_without_matplotlib_there_are_no_plots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert draw(tmp_path, report(*SOME)) == []
    assert drawable(report(*SOME)) == NAMES


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1e300])
@pytest.mark.parametrize("group", [{}, {"kind": "a"}, {"considerations": "many"}, {"considerations": "9" * 400}])
def test_a_strange_report_stops_nothing(tmp_path: Path, group: dict[str, str], value: float) -> None:
    strange = [Figure(measure=name, group=group, value=value, low=value, high=value, n=1) for name in NAMES]
    drawn = {path.stem for path in draw(tmp_path, report(*strange, *SOME))}
    assert drawn == set(NAMES)
