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


@pytest.mark.parametrize(("rows", "tty", "pages"), [(100, True, 1), (3, True, 0), (100, False, 0)])
def test_only_a_long_table_on_a_terminal_is_paged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rows: int, tty: bool, pages: int
) -> None:
    paged: list[str] = []
    monkeypatch.setattr("click.echo_via_pager", paged.append)
    monkeypatch.setattr("sys.stdout.isatty", lambda: tty)
    text.table("", ["name"], [[f"row {i}"] for i in range(rows)], paged=True)
    printed = capsys.readouterr().out
    assert len(paged) == pages
    assert f"row {rows - 1}" in (paged[0] if pages else printed) and (not pages or not printed)
