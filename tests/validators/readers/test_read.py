import gzip
import json
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from duckdb import DuckDBPyConnection, Error

from pluriset.schemas.errors import DataError
from pluriset.validators.readers import plain
from pluriset.validators.readers.read import Read, confine, read
from pluriset.validators.tables.sql import connect
from pluriset.validators.validate import validate_path

REAL = Path(__file__).parents[3].parent / "shared" / "data"


@pytest.fixture
def own() -> Iterator[DuckDBPyConnection]:
    """A connection that nobody else uses."""
    with connect() as opened:
        yield opened


def rows(found: Read, table: str | None = None) -> list[dict[str, Any]]:
    """The rows of a table, of the only one if it has no name."""
    relation = found.tables[table or next(iter(found.tables))]
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.order("_row").fetchall()]


def checks(found: Read) -> dict[str, int]:
    return {finding.check: finding.count for finding in found.findings}


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


ONE = [{"id": "1", "text": "a, b\nc", "_row": 1}, {"id": "2", "text": None, "_row": 2}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", 'id,text\n1,"a, b\nc"\n2,\n'),
        ("x.csv", '\ufeffid,text\n1,"a, b\nc"\n2,""\n'),
        ("x.tsv", 'id\ttext\n1\t"a, b\nc"\n2\t\n'),
        ("x.csv", 'id;text\n1;"a, b\nc"\n2;\n'),
        ("x.csv.gz", gzip.compress(b'id,text\n1,"a, b\nc"\n2,\n', mtime=0)),
        ("x.jsonl", '{"id": "1", "text": "a, b\\nc"}\n\n{"id": "2"}\n'),
        ("x.json", '[{"id": "1", "text": "a, b\\nc"}, {"id": "2", "text": null}]'),
        ("x.json", '{"version": 1, "data": [{"id": "1", "text": "a, b\\nc"}, {"id": "2"}]}'),
        ("x.json", '{"id": ["1", "2"], "text": ["a, b\\nc", null]}'),
        ("x.json", '{"id": {"0": "1", "1": "2"}, "text": {"0": "a, b\\nc", "1": null}}'),
        ("x.json", '{"id": "1", "text": "a, b\\nc"}\n{"id": "2", "text": null}\n'),
    ],
)
def test_the_same_rows_in_every_form(own: DuckDBPyConnection, tmp_path: Path, name: str, content: str | bytes) -> None:
    found = read(own, put(tmp_path, name, content))
    assert rows(found) == ONE
    assert checks(found) == {}


def test_crlf_stays_inside_cells(own: DuckDBPyConnection, tmp_path: Path) -> None:
    assert rows(read(own, put(tmp_path, "x.csv", 'id,text\r\n1,"a\r\nb"\r\n')))[0]["text"] == "a\r\nb"


def test_records_by_key_and_splits_in_one_object(own: DuckDBPyConnection, tmp_path: Path) -> None:
    by_key = read(own, put(tmp_path, "k.json", '{"a": {"n": 1}, "b": {"n": 2, "key": "own"}}'))
    assert rows(by_key) == [
        {"n": 1, "_key": "a", "key": None, "_row": 1},
        {"n": 2, "_key": "b", "key": "own", "_row": 2},
    ]
    splits = read(own, put(tmp_path, "s.json", '{"train": [{"n": 1}], "test": [{"n": 2}]}'))
    assert [(row["n"], row["split"]) for row in rows(splits)] == [(1, "train"), (2, "test")]


def test_what_cannot_be_read_is_told_with_its_line_and_the_rest_stays(own: DuckDBPyConnection, tmp_path: Path) -> None:
    torn = read(own, put(tmp_path, "x.jsonl", '{"n": 1}\n\n{"n": \n3\n{"n": 4, "n": 5}\n'))
    assert [row["_row"] for row in rows(torn)] == [1, 4]
    assert checks(torn) == {"reader.unreadable": 2, "reader.repeated_key": 1}
    assert torn.findings[0].examples[0] == {"file": "x.jsonl", "line": 3, "_row": 2, "problem": "not JSON"}
    ragged = read(own, put(tmp_path, "x.csv", 'n,text\n1,a\n2\n3,b,c\n4,"open\n5,d\n'))
    assert [(row["_row"], row["n"]) for row in rows(ragged)] == [(1, "1"), (5, "5")]
    assert [example["line"] for example in ragged.findings[0].examples] == [3, 4, 5]
    assert [found.findings[0].counted for found in (torn, ragged)] == ["2 of 4 records", "3 of 5 records"]


@pytest.mark.parametrize(
    ("content", "first", "check"),
    [
        ("help a friend,0.9\nkill people,0.1\n", {"column0": "help a friend", "column1": "0.9"}, "reader.no_header"),
        ("a,Yes,No\nb,No,No\nc,Yes,Yes\nd,Yes,No\n", {"column0": "a"}, "reader.no_header"),
        ("country,2019,2020,2021\nNorway,0.5,0.7,0.1\n", {"country": "Norway", "2020": "0.7"}, None),
        (",0,1,2\na,5,6,7\n", {"Unnamed: 0": "a", "1": "6"}, "reader.unnamed_column"),
        ("love\nsmile\n", {"love": "smile"}, "reader.unsure_header"),
        ("prompt,label\nIs it right to lie to a friend?,no\n", {"label": "no"}, None),
    ],
)
def test_a_header_is_told_from_a_row(
    own: DuckDBPyConnection, tmp_path: Path, content: str, first: dict[str, str], check: str | None
) -> None:
    found = read(own, put(tmp_path, "x.csv", content))
    assert first.items() <= rows(found)[0].items()
    assert list(checks(found)) == ([check] if check else [])


def test_names_that_duckdb_cannot_tell_apart(own: DuckDBPyConnection, tmp_path: Path) -> None:
    found = read(own, put(tmp_path, "x.csv", 'a,A,a,_row,"""; DROP"\n1,2,3,4,5\n'))
    assert list(rows(found)[0]) == ["a", "A_1", "a_2", "_row_1", '"; DROP', "_row"]
    assert checks(found) == {"reader.renamed": 3}
    found = read(own, put(tmp_path, "x.jsonl", '{"a": 1, "A": "x", "": [1], "a.b": {"c": 1, "C": 2}}\n'))
    assert rows(found)[0] == {"a": 1, "A_1": "x", "Unnamed: 2": [1], "a.b": '{"c":1,"C":2}', "_row": 1}


def test_large_numbers_and_numbers_that_are_none(own: DuckDBPyConnection, tmp_path: Path) -> None:
    found = rows(
        read(own, put(tmp_path, "x.jsonl", '{"n": 18446744073709551615, "x": NaN}\n{"n": -1, "x": Infinity}\n'))
    )
    assert [row["n"] for row in found] == [18446744073709551615, -1]
    assert str(found[0]["x"]) == "nan"
    assert found[1]["x"] == float("inf")


def test_configs_of_a_readme(own: DuckDBPyConnection, tmp_path: Path) -> None:
    readme = """---
configs:
- config_name: pairs
  data_files:
  - {split: train, path: "pairs/*.jsonl"}
  - {split: seen_test, path: [other/t.csv]}
- config_name: rest
  data_dir: rest
---
"""
    put(tmp_path, "README.md", readme)
    put(tmp_path, "pairs/0.jsonl", '{"n": "1"}\n')
    put(tmp_path, "pairs/1.jsonl", '{"n": "2"}\n')
    put(tmp_path, "other/t.csv", "n\n3\n")
    put(tmp_path, "rest/dev.csv", "n\n4\n")
    found = read(own, tmp_path)
    assert [(row["_row"], row["n"], row["split"]) for row in rows(found, "pairs")] == [
        (1, "1", "train"),
        (2, "2", "train"),
        (3, "3", "seen_test"),
    ]
    assert [(row["n"], row["split"]) for row in rows(found, "rest")] == [("4", "validation")]
    assert [(source.file, source.first) for source in found.sources][:3] == [
        ("pairs/0.jsonl", 0),
        ("pairs/1.jsonl", 1),
        ("other/t.csv", 2),
    ]


def test_a_config_says_what_separates_cells_and_what_columns_are_called(
    own: DuckDBPyConnection, tmp_path: Path
) -> None:
    config = "{config_name: c, data_files: x.csv, sep: '#', names: [who, said]}"
    put(tmp_path, "README.md", f"---\nconfigs:\n- {config}\n---\n")
    put(tmp_path, "x.csv", "id#text\nb#hello, there\n")
    found = read(own, tmp_path)
    assert [(row["_row"], row["who"], row["said"]) for row in rows(found, "c")] == [
        (1, "id", "text"),
        (2, "b", "hello, there"),
    ]


def test_names_that_do_not_fit_are_told(own: DuckDBPyConnection, tmp_path: Path) -> None:
    put(tmp_path, "README.md", "---\nconfigs:\n- {config_name: c, data_files: x.csv, names: [who]}\n---\n")
    put(tmp_path, "x.csv", "id,score\nb,1\n")
    found = read(own, tmp_path)
    assert [row["id"] for row in rows(found, "c")] == ["b"]
    (told,) = [finding for finding in found.findings if finding.check == "reader.other_names"]
    assert told.examples == [{"file": "x.csv", "named": 1, "columns": 2}]


def test_a_folder_without_configs(own: DuckDBPyConnection, tmp_path: Path) -> None:
    for shard in ("train-00000-of-00002", "train-00001-of-00002", "seen-00000-of-00001"):
        (tmp_path / "data").mkdir(exist_ok=True)
        pq.write_table(pa.table({"n": [1, 2]}), tmp_path / f"data/{shard}.parquet")
    put(tmp_path, "votes_train.csv", "n\n1\n")
    put(tmp_path, "votes_test.csv", "n\n2\n")
    put(tmp_path, "discrim-eval.csv", "n\n3\n")
    put(tmp_path, "LICENSE", "x")
    put(tmp_path, "model.pkl", pickle.dumps([]))
    found = read(own, tmp_path)
    assert {table: len(rows(found, table)) for table in found.tables} == {"default": 6, "discrim-eval": 1, "votes": 2}
    assert [row["split"] for row in rows(found, "votes")] == ["test", "train"]
    assert [(f.check, f.examples) for f in found.findings] == [("reader.not_read", [{"file": "model.pkl"}])]


def test_folders_of_save_to_disk(own: DuckDBPyConnection, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    one = datasets.Dataset.from_dict({"n": [1, 2, 3], "l": [["a"], [], None]})
    datasets.DatasetDict(train=one, seen=one).save_to_disk(tmp_path / "both")
    one.save_to_disk(tmp_path / "one", num_shards=2)
    assert [(row["n"], row["split"]) for row in rows(read(own, tmp_path / "both"))][2:4] == [(3, "train"), (1, "seen")]
    assert [(row["_row"], row["l"]) for row in rows(read(own, tmp_path / "one"))] == [(1, ["a"]), (2, []), (3, None)]


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("x.pkl", pickle.dumps({"a": 1}), "not a format"),
        ("x.csv", pickle.dumps({"a": 1}), "not text"),
        ("x.jsonl", b"PK\x03\x04", "not text"),
        ("x.parquet", b"PAR1nonsensePAR1", "cannot be read"),
        ("x.arrow", b"ARROW1\0\0nonsense", "cannot be read"),
        ("x.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)[:-6], "broken gzip"),
        ("x.csv.gz", gzip.compress(b"0" * 2**22, mtime=0), "unpacks to too much"),
        ("x.csv", b"", "empty"),
        ("x.jsonl", b"\n\n", "no record"),
        ("x.json", b"[" * 5000, "cannot be read"),
        ("x.json", b'{"a": ' + b"[" * 5000, "nested too deeply"),
        ("x.json", b" ", "empty"),
    ],
)
def test_what_is_no_data(
    own: DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, what: str
) -> None:
    monkeypatch.setattr(plain, "SMALL", 2**20)
    with pytest.raises(DataError, match=what):
        read(own, put(tmp_path, name, content))


def test_a_cell_beyond_all_measure(own: DuckDBPyConnection, tmp_path: Path, within: Callable[..., None]) -> None:
    within(record_bytes=2**16)
    path = put(tmp_path, "x.csv", "n,text\n1,a\n2,")
    with path.open("ab") as file:
        file.truncate(2**24)
        file.seek(0, 2)
        file.write(b"\n3,b\n")
    found = read(own, path)
    assert [row["n"] for row in rows(found)] == ["1", "3"]
    assert checks(found) == {"reader.unreadable": 1}


def test_bytes_of_another_encoding(own: DuckDBPyConnection, tmp_path: Path) -> None:
    found = read(own, put(tmp_path, "x.csv", "n,text\n1,é\n".encode() + "2,é\n".encode("latin-1")))
    assert [row["text"] for row in rows(found)] == ["é", "�"]
    assert found.findings[0].examples == [{"file": "x.csv", "line": 3, "problem": "byte 0xe9"}]
    assert rows(read(own, put(tmp_path, "y.csv", "n,text\n1,é\n".encode("utf-16"))))[0]["text"] == "é"


def test_deep_records_are_told(own: DuckDBPyConnection, tmp_path: Path) -> None:
    deep = '{"a": ' + "[" * 1000 + "]" * 1000 + "}"
    found = read(own, put(tmp_path, "x.jsonl", f'{deep}\n{{"a": 1}}\n'))
    assert [(row["_row"], row["a"]) for row in rows(found)] == [(2, 1)]
    assert found.findings[0].examples[0]["problem"] == "nested over 100 deep"


@pytest.mark.parametrize("path", ["../x.csv", "/etc/passwd", "https://example.com/x.csv", "a/../../x.csv"])
def test_no_path_climbs_out(own: DuckDBPyConnection, tmp_path: Path, path: str) -> None:
    put(tmp_path, "x.csv", "n\n1\n")
    put(tmp_path, "set/README.md", f"---\nconfigs: [{{config_name: a, data_files: {json.dumps(path)}}}]\n---\n")
    with pytest.raises(DataError, match="leads out"):
        read(own, tmp_path / "set")


def test_no_link_leads_out(own: DuckDBPyConnection, tmp_path: Path) -> None:
    put(tmp_path, "secret.csv", "n\n1\n")
    put(tmp_path, "set/x.csv", "n\n2\n")
    (tmp_path / "set/y.csv").symlink_to(tmp_path / "secret.csv")
    found = read(own, tmp_path / "set")
    assert list(found.tables) == ["x"]
    assert checks(found) == {"reader.outside": 1}


def test_a_confined_connection_reaches_only_what_was_read(own: DuckDBPyConnection, tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": [1]}), tmp_path / "x.parquet")
    secret = put(tmp_path, "y.csv", "n\n1\n")
    found = read(own, tmp_path / "x.parquet")
    confine(own, found)
    assert rows(found) == [{"n": 1, "_row": 1}]
    with pytest.raises(Error, match="disabled"):
        own.sql(f"FROM read_csv('{secret}')").fetchall()


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not beside the checkout")
def test_real_files(own: DuckDBPyConnection) -> None:
    found = read(own, REAL / "daily_dilemmas")
    assert len(rows(found, "dilemma_to_action_to_values_aggregated")) == 2720
    assert checks(found) == {"reader.unnamed_column": 1}
    assert len(rows(read(own, REAL / "pandalm/testset-v1.json"))) == 999
    assert len(rows(read(own, REAL / "scruples/dev.scruples-dilemmas.jsonl"))) == 2340


def test_a_folder_of_hive_is_neither_split_nor_column_as_for_the_hub(own: DuckDBPyConnection, tmp_path: Path) -> None:
    for split in ("train", "test"):
        put(tmp_path, f"split={split}/part-0.jsonl", '{"text": "a"}\n')
    found = read(own, tmp_path)
    assert rows(found) == [{"text": "a", "_row": 1}, {"text": "a", "_row": 2}] and len(found.tables) == 1
    assert checks(found) == {"reader.partitioned": 2}


def test_a_split_that_the_readme_gives_a_folder_of_hive_is_read(own: DuckDBPyConnection, tmp_path: Path) -> None:
    put(tmp_path, "split=test/lang=en/a.jsonl", '{"text": "a"}\n')
    put(tmp_path, "split=train/b.jsonl", '{"text": "b"}\n')
    files = "{train: split=train/*, test: 'split=test/**'}"
    put(tmp_path, "README.md", f"---\nconfigs:\n- config_name: x\n  data_files: {files}\n---\n")
    found = read(own, tmp_path)
    assert [row["split"] for row in rows(found)] == ["train", "test"]
    assert [e["problem"] for f in found.findings for e in f.examples] == ["lang=en is not read"]


@pytest.mark.parametrize("content", ["3", '"text"', "null", "{'id': 1}"])
def test_a_json_value_is_no_table(own: DuckDBPyConnection, tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match=r"x\.json") as error:
        read(own, put(tmp_path, "x.json", content))
    assert content.startswith("{") or error.value.got == content


def test_a_json_object_of_plain_values_is_one_row_as_for_everybody(own: DuckDBPyConnection, tmp_path: Path) -> None:
    found = read(own, put(tmp_path, "x.json", '{"id": "q", "n": 2}'))
    assert rows(found) == [{"id": "q", "n": 2, "_row": 1}]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (['{"id": 123456789012345678901234567890}', '{"id": 1.5}'], ["id: 123456789012345678901234567890"]),
        (['{"id": 9007199254740993}', '{"id": 1.5}'], ["id: 9007199254740993"]),
        (['{"id": -9007199254740992}', '{"id": 1.5}'], []),
        (['{"id": 12345678901234567890}', '{"id": 1}'], []),
        (['{"id": 0.12345678901234567890}', '{"id": "9007199254740993"}'], []),
    ],
)
def test_digits_that_a_number_loses_are_told(
    own: DuckDBPyConnection, tmp_path: Path, lines: list[str], told: list[str]
) -> None:
    found = read(own, put(tmp_path, "x.jsonl", "\n".join(lines)))
    assert [e["problem"] for f in found.findings for e in f.examples if f.check == "reader.rounded"] == told


def test_all_digits_that_are_lost_are_counted(own: DuckDBPyConnection, tmp_path: Path) -> None:
    line = '{"id": 9007199254740993, "n": 1.5}\n'
    found = read(own, put(tmp_path, "x.jsonl", line * 9 + '{"id": 1.5}'))
    assert checks(found) == {"reader.rounded": 9}


def test_names_that_do_not_fit_a_file_are_told(own: DuckDBPyConnection, tmp_path: Path) -> None:
    put(tmp_path, "x.csv", "1,2\n3,4\n")
    put(tmp_path, "README.md", "---\nconfigs:\n- data_files: x.csv\n  names: [a, b, c]\n---\n")
    assert checks(read(own, tmp_path))["reader.other_names"] == 1


@pytest.mark.parametrize("small", [0, 2])
def test_a_large_table_is_a_view_and_reads_the_same(
    own: DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr("pluriset.validators.readers.read.SMALL", small)
    put(tmp_path, "train.csv", "id\na\n")
    put(tmp_path, "test.csv", "id\nb\n")
    assert rows(read(own, tmp_path)) == [
        {"id": "b", "_row": 1, "split": "test"},
        {"id": "a", "_row": 2, "split": "train"},
    ]
    [(kind,)] = own.sql("SELECT table_type FROM information_schema.tables WHERE table_schema = 'files'").fetchall()
    assert kind == ("BASE TABLE" if small else "VIEW")


@pytest.mark.parametrize("readme", [True, False])
def test_tables_whose_names_differ_by_case_stay_apart(own: DuckDBPyConnection, tmp_path: Path, readme: bool) -> None:
    named = "\n".join(f"- config_name: {table}\n  data_files: {table}.jsonl" for table in ("X", "x"))
    if readme:
        put(tmp_path, "README.md", f"---\nconfigs:\n{named}\n---\n")
    put(tmp_path, "X.jsonl", '{"a": "1"}\n')
    put(tmp_path, "x.jsonl", '{"a": "2"}\n{"a": "3"}\n')
    found = read(own, tmp_path)
    assert {table: [row["a"] for row in rows(found, table)] for table in found.tables} == {
        "X": ["1"],
        "x_1": ["2", "3"],
    }
    assert checks(found) == {"reader.renamed_table": 1}
    assert validate_path(tmp_path).rows == {"X": 1, "x_1": 2}


def test_a_spreadsheet_that_is_not_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "main.xlsx").write_bytes(b"PK")
    (tmp_path / "codes.csv").write_text("code,name\n1,one\n")
    [finding] = [f for f in validate_path(tmp_path).findings if f.check == "reader.table_not_read"]
    assert (finding.severity, finding.examples) == ("error", [{"file": "main.xlsx"}])
