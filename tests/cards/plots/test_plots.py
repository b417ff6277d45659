from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pluriset.cards.plots import drawing
from pluriset.cards.plots.drawing import png, svg, write_plots
from pluriset.cards.plots.plots import kinds, plots
from pluriset.cards.plots.style import INK, PALETTE, PAPER, in_dark
from pluriset.schemas.errors import DataError
from pluriset.schemas.report import Figure, Report
from pluriset.schemas.rows import values

PNG = b"\x89PNG\r\n\x1a\n"


def report(*figures: Figure, **kinds: str) -> Report:
    return Report(dataset="a", rows={}, findings=[], skipped={}, figures=list(figures), plots={**values.PLOTS, **kinds})


def judged(kind: str, label: str, count: float) -> Figure:
    return Figure(measure="valence_by_kind", group={"kind": kind, "label": label}, value=count, n=int(count))


def agreement(value: float | None, aspect: str = "valence") -> Figure:
    return Figure(measure="agreement", group={"aspect": aspect}, value=value, n=3)


SOME = (
    judged("value", "supports", 3),
    judged("duty", "opposes", 0),
    Figure(measure="considerations_per_situation", group={"considerations": "2"}, value=4, n=4),
    Figure(measure="considerations_per_situation", group={}, value=2.0, n=4),
    agreement(-0.5),
    Figure(measure="label_pairs", group={"aspect": "v", "label": "no", "other label": "yes"}, value=0.4, n=4),
    Figure(measure="label_pairs", group={"aspect": "v", "label": "yes", "other label": "yes"}, value=0.6, n=4),
)
MEASURES = ["agreement", "considerations_per_situation", "label_pairs", "valence_by_kind"]


def test_each_measure_with_a_kind_is_written_as_json_and_png(tmp_path: Path) -> None:
    write_plots(tmp_path, plots(report(*SOME)))
    paths = sorted((tmp_path / "plots").iterdir())
    assert [path.name for path in paths] == sorted(f"{m}.{ext}" for m in MEASURES for ext in ("png", "vl.json"))
    for path in paths:
        raw = path.read_bytes()
        assert raw.startswith(PNG) if path.suffix == ".png" else json.loads(raw)["config"]["background"]


def test_the_same_figures_give_the_same_bytes() -> None:
    (first,), (second,) = ([*plots(report(agreement(0.5)))] for _ in range(2))
    assert first == second and png(first.spec) == png(second.spec)


def test_measures_without_values_have_no_plot(tmp_path: Path) -> None:
    write_plots(tmp_path, plots(report(agreement(None))))
    assert not (tmp_path / "plots").exists()


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("measure", MEASURES)
def test_every_kind_draws_any_measure(kind: str, measure: str) -> None:
    (plot,) = (plot for plot in plots(report(*SOME, **{measure: kind})) if plot.measure == measure)
    assert png(plot.spec).startswith(PNG)


def test_a_measure_that_is_no_name_is_an_error() -> None:
    with pytest.raises(DataError, match="not the name of a measure"):
        list(plots(report(*SOME, **{"../agreement": "bar"})))


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(DataError, match="no such kind of plot"):
        list(plots(report(*SOME, agreement="pie")))


@pytest.mark.parametrize(
    "label",
    ["$\\frac{", "支持", "a" * 500, "</svg><script>alert(1)</script>", "", "datum['x']", "\x00\x0b\ud800\uffff\u202e"],
)
def test_any_label_can_be_drawn_and_stays_text(label: str) -> None:
    for plot in plots(report(judged(label, label, 2), agreement(0.5, label))):
        assert png(plot.spec).startswith(PNG)
        assert "<script" not in svg(plot.spec)


def test_stacked_bars_end_at_100_percent() -> None:
    (plot,) = plots(report(judged("value", "supports", 3), judged("value", "opposes", 1)))
    assert [(part["from"], part["to"]) for part in plot.spec["data"]["values"]] == [(0, 75), (75, 100)]


def test_a_pair_of_labels_is_halved_over_both_cells() -> None:
    (plot,) = (plot for plot in plots(report(*SOME)) if plot.measure == "label_pairs")
    cells = {(cell["one"], cell["other"]): cell["share"] for cell in plot.spec["vconcat"][0]["data"]["values"]}
    assert cells == {("no", "no"): 0, ("no", "yes"): 20, ("yes", "no"): 20, ("yes", "yes"): 60}


def test_alternative_texts_read_out_few_values_and_count_many() -> None:
    (few,) = plots(report(agreement(-0.25)))
    assert few.alt == "Agreement: valence \N{MINUS SIGN}0.25."
    (many,) = plots(report(*(agreement(0.5, f"aspect {n}") for n in range(40))))
    assert re.search(r"\b40\b", many.alt)
    assert "30 of 40" in many.spec["title"]["subtitle"]


def test_without_the_converter_only_the_json_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "can_draw", lambda: False)
    write_plots(tmp_path, plots(report(agreement(0.5))))
    assert [path.name for path in (tmp_path / "plots").iterdir()] == ["agreement.vl.json"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1e300])
@pytest.mark.parametrize("group", [{}, {"kind": "a"}, {"considerations": "many"}, {"considerations": "9" * 400}])
def test_odd_figures_do_not_stop_a_plot(group: dict[str, str], value: float) -> None:
    odd = [Figure(measure=name, group=group, value=value, low=value, high=value, n=1) for name in MEASURES]
    for plot in plots(report(*odd, *SOME)):
        assert png(plot.spec).startswith(PNG)


def test_a_flow_shows_what_each_step_left_and_took() -> None:
    counts = {"generated": 51.0, "exact_duplicates": 48.0, "kaleido_filter": 45.0}
    steps = [
        Figure(measure="rows_kept", group={"table": "considerations", "step": step}, value=left, n=51)
        for step, left in counts.items()
    ]
    (plot,) = plots(report(*steps))
    bars = plot.spec["vconcat"][0]["data"]["values"]
    assert [(bar["row"], bar["before"], bar["left"]) for bar in bars] == [
        ("generated", 51, 51), ("exact_duplicates", 51, 48), ("kaleido_filter", 48, 45),
    ]  # fmt: skip
    assert bars[1]["shown"] == "48 (\N{MINUS SIGN}3)"


def test_coverage_marks_the_target_beside_the_actual_share() -> None:
    shares = [
        Figure(measure="target_coverage", group={"value": "Kenya", "share": share}, value=value, n=8)
        for share, value in (("actual", 0.25), ("target", 0.5))
    ]
    (plot,) = plots(report(*shares))
    [bar] = plot.spec["data"]["values"]
    assert (bar["actual"], bar["target"]) == (25, 50)


def test_a_disagreement_map_has_every_pair_of_groups_both_ways() -> None:
    group = {"attribute": "country", "group": "Kenya", "other group": "Peru"}
    (plot,) = plots(report(Figure(measure="group_differences", group=group, value=0.3, n=9)))
    [country] = plot.spec["vconcat"]
    cells = {(cell["one"], cell["other"]): cell["distance"] for cell in country["data"]["values"]}
    assert cells == {("Kenya", "Peru"): 0.3, ("Peru", "Kenya"): 0.3}


def test_in_the_dark_only_ink_lines_and_paper_change() -> None:
    (plot,) = plots(report(judged("value", "supports", 3)))
    light, dark = json.dumps(plot.spec), json.dumps(in_dark(plot.spec))
    assert INK in light and INK not in dark and PAPER not in dark
    assert dark.count(PALETTE[0]) == light.count(PALETTE[0]) > 0
    assert png(in_dark(plot.spec)).startswith(PNG)
