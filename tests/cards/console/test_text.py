import pytest

from pluriset.cards.console import text


def test_records_leave_out_empty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    text.records("people", [{"id": "a", "country": None, "kind": "model"}, {"id": "b", "country": "", "kind": None}])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [["people"], ["id", "kind"], ["a", "model"], ["b"]]


def test_records_too_wide_for_a_table_are_printed_cell_by_cell(capsys: pytest.CaptureFixture[str]) -> None:
    text.records("wide", [{"id": "a"} | {f"column_{i}": f"\x1b{i}" for i in range(20)}])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "wide [a]" and lines[1] == "  column_0    0" and len(lines) == 21
