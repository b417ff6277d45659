from pathlib import Path

import pyarrow.parquet as pq
import pytest

import pluriset
from pluriset.builders.convert.repair import repairs
from pluriset.schemas.errors import DataError, PlurisetError, RecipeError

ROWS = "id,text,vals\n1, a  b ,\"['x', nan]\"\n2,N/A,[]\n3,itâ€™s cafÃ© Ã,{'a'}\n4,fine,\"['it's']\"\n"


def test_every_change_is_recorded_and_nothing_else_changes(tmp_path: Path) -> None:
    source = tmp_path / "theirs.csv"
    source.write_text(ROWS, encoding="utf-8")
    done = pluriset.repair(source, tmp_path / "repaired")
    assert source.read_text(encoding="utf-8") == ROWS
    assert pq.read_table(tmp_path / "repaired/data/theirs.parquet").to_pylist() == [
        {"id": "1", "text": "a b", "vals": '["x", null]'},
        {"id": "2", "text": None, "vals": "[]"},
        {"id": "3", "text": "it’s café Ã", "vals": '["a"]'},
        {"id": "4", "text": "fine", "vals": "['it's']"},
    ]
    changes = pq.read_table(tmp_path / "repaired/changes.parquet").to_pylist()
    assert {(c["rule"], c["table"], c["_row"], c["column"], c["before"], c["after"]) for c in changes} == {
        ("list_cells", "theirs", 1, "vals", "['x', nan]", '["x", null]'),
        ("list_cells", "theirs", 3, "vals", "{'a'}", '["a"]'),
        ("mojibake", "theirs", 3, "text", "itâ€™s cafÃ© Ã", "it’s café Ã"),
        ("sentinels", "theirs", 2, "text", "N/A", None),
        ("white_space", "theirs", 1, "text", " a  b ", "a b"),
    }
    assert sum(count for by in done.changes.values() for count in by.values()) == len(changes)


def test_what_is_mended_needs_no_mending(tmp_path: Path) -> None:
    (tmp_path / "theirs.csv").write_text(ROWS, encoding="utf-8")
    pluriset.repair(tmp_path / "theirs.csv", tmp_path / "once")
    again = pluriset.repair(tmp_path / "once/data/theirs.parquet", tmp_path / "twice", repairs())
    assert not any(again.changes.values())


def test_tables_whose_names_are_alike_in_plain_signs_are_both_kept(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/a b.csv").write_text("text\none\n")
    (tmp_path / "theirs/a_b.csv").write_text("words\ntwo\n")
    pluriset.repair(tmp_path / "theirs", tmp_path / "repaired")
    assert {path.name: pq.read_table(path).to_pylist() for path in (tmp_path / "repaired/data").iterdir()} == {
        "a_b.parquet": [{"text": "one"}],
        "a_b_2.parquet": [{"words": "two"}],
    }


@pytest.mark.parametrize(
    ("rules", "out", "error"), [(["split"], "new", RecipeError), (["os"], "new", RecipeError), ([], ".", DataError)]
)
def test_what_cannot_be_done(tmp_path: Path, rules: list[str], out: str, error: type[PlurisetError]) -> None:
    (tmp_path / "theirs.csv").write_text(ROWS, encoding="utf-8")
    with pytest.raises(error):
        pluriset.repair(tmp_path / "theirs.csv", tmp_path / out, rules)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        (
            "ragged.csv",
            b"id,text\n1,one\n2\n3,x,y\n",
            "would be missing\n  got: 2 in ragged, such as file ragged.csv, line 3,",
        ),
        ("broken.jsonl", b'{"text": "one"}\n{"text":\n', "got: 1 in broken, such as .* line 2,"),
        ("latin1.csv", "id,text\n1,café\n".encode("latin-1"), "line 2, problem byte 0xe9"),
        ("twice.jsonl", b'{"text": "one", "text": "two"}\n', "keys of a JSON object are unique"),
    ],
)
def test_what_cannot_be_read_is_not_lost_silently(tmp_path: Path, name: str, content: bytes, error: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=error):
        pluriset.repair(tmp_path / name, tmp_path / "new")
    assert not (tmp_path / "new").exists()
