from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset

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


def test_splits_and_types_are_kept_and_the_result_opens_in_load_dataset(tmp_path: Path) -> None:
    rows = {"text": [" a "], "took": pa.array([1500], pa.duration("ms")), "kind": pa.array(["p"]).dictionary_encode()}
    (tmp_path / "theirs/data").mkdir(parents=True)
    (tmp_path / "theirs/README.md").write_text("---\nlicense: mit\n---\n# Stops\n")
    for split in ("train", "test"):
        pq.write_table(pa.table(rows), tmp_path / f"theirs/data/{split}-00000-of-00001.parquet")
    done = pluriset.repair(tmp_path / "theirs", tmp_path / "repaired")
    assert "types" not in done.changes
    assert (tmp_path / "repaired/README.md").read_text().startswith("---\nlicense: mit\nconfigs:")
    opened = load_dataset(str(tmp_path / "repaired"), cache_dir=str(tmp_path / "cache"))
    assert {split: part["text"] for split, part in opened.items()} == {"train": ["a"], "test": ["a"]}
    schema = pq.read_schema(tmp_path / "repaired/data/default/test-00000-of-00001.parquet")
    assert (str(schema.field("took").type), pa.types.is_dictionary(schema.field("kind").type)) == ("duration[ms]", True)


def test_a_type_that_cannot_be_kept_is_on_record(tmp_path: Path) -> None:
    pq.write_table(pa.table({"big": pa.array([1], pa.decimal256(60, 2))}), tmp_path / "theirs.parquet")
    done = pluriset.repair(tmp_path / "theirs.parquet", tmp_path / "repaired")
    assert done.changes["types"] == {"theirs": 1}
    [change] = pq.read_table(tmp_path / "repaired/changes.parquet").to_pylist()
    assert (change["column"], change["before"]) == ("big", "decimal256(60, 2) in theirs.parquet")
