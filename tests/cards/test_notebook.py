from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pluriset.cards.loading.dataset import load
from pluriset.cards.loading.diff import diff
from pluriset.schemas import html
from pluriset.schemas.difference import Difference
from pluriset.schemas.report import Figure, Finding
from pluriset.tests.cards.conftest import report_of

HOSTILE = "<script>alert(1)</script>\u202e&"


def test_a_dataset_shows_its_tables(finished: Callable[..., Path]) -> None:
    shown = load(finished())._repr_html_()
    assert "situations" in shown and "cc-by-4.0" in shown and "train, test" in shown


def test_a_report_leads_with_problems_and_escapes_them() -> None:
    broken = Finding(
        check="a", severity="error", rule="r", problem=HOSTILE, table="t", count=1, of=3, examples=[]
    )  # fmt: skip
    shown = report_of(findings=[broken], dataset=HOSTILE)._repr_html_()
    assert "&lt;script&gt;" in shown and "<script" not in shown and "\u202e" not in shown
    assert repr(report_of()).startswith("Report('small-values', error=0, warning=1")


def test_a_difference_of_equal_runs_is_empty(finished: Callable[..., Path]) -> None:
    dataset = load(finished())
    same = diff(dataset, dataset)
    assert (
        isinstance(same, Difference)
        and "semver bump: none" in same._repr_html_()
        and "<table" not in same._repr_html_()
    )


def test_long_tables_are_cut() -> None:
    shown = html.table(["n"], [(n,) for n in range(html.MAX_ROWS + 5)])
    assert shown.count("<tr>") == html.MAX_ROWS + 1 and "5 more" in shown


def test_a_report_as_data_frames() -> None:
    figures = [
        Figure(measure="m", group={"value": "x"}, value=0.5, n=3),
        Figure(measure="m", group={}, value=None, n=0),
    ]
    frames = report_of(figures=figures).to_polars()
    assert frames.findings["count"].to_list() == [3, 0, 0]
    assert frames.figures["group"].struct.field("value").to_list() == ["x", None]
    assert report_of(figures=[], findings=[]).to_polars().figures.is_empty()
