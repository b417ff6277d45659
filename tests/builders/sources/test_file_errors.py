from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pluriset.builders.sources import Seed
from pluriset.schemas.component import load
from pluriset.schemas.errors import RecipeError
from pluriset.tests.builders.sources.reading import Write, bad, error, jsonl, read, texts


@pytest.mark.parametrize("name", ["s.jsonl", "s.csv", "s.parquet", "s.jsonl.gz"])
@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \n\r\n"])
def test_an_empty_file(write: Write, name: str, content: bytes) -> None:
    if name != "s.parquet" or not content:
        assert "empty" in error(write(name, content)).what or content == b" \n\r\n"


def test_a_file_without_records(write: Write, tmp_path: Path) -> None:
    assert "no records" in error(write("s.csv", "id,text\n")).what
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / "s.parquet")
    assert "no records" in error(tmp_path / "s.parquet").what


def test_a_file_that_is_not_there_and_a_folder(tmp_path: Path) -> None:
    for name in ("s.jsonl", "a.jsonl;b.jsonl", "file: {path: s.jsonl, text: t}"):
        found = error(tmp_path / name)
        assert found.what == "no such file" and "one file" in str(found.hint)
    (tmp_path / "d.jsonl").mkdir()
    assert error(tmp_path / "d.jsonl").what == "a folder where a file is needed"


@pytest.mark.parametrize("name", ["s.xlsx", "s", "s.parquet.gz", "s.gz", "s.txt"])
def test_a_format_that_cannot_be_read(write: Write, name: str) -> None:
    found = error(write(name, "text\na\n"))
    assert (found.what, found.got) == ("not a format that can be read", name)
    assert ".jsonl" in str(found.expected)


@pytest.mark.parametrize("list_of", ['[{"text": "a"},\n{"text": "b"}]', '[\n{"text": "a"}\n]', '[{"text": "a"}]\n'])
def test_a_json_list_is_told_from_json_lines(write: Write, list_of: str) -> None:
    found = error(write("s.jsonl", list_of))
    assert found.expected == "one JSON object a line"
    assert ".json" in str(found.hint)


def test_a_file_without_any_json(write: Write) -> None:
    found = error(write("s.jsonl", "text\na\nb\n"))
    assert (found.what, found.exit_code) == ("line is not JSON", 2)
    assert str(found.where).endswith("s.jsonl: line 1")


@pytest.mark.parametrize("name", ["s.csv", "s.csv.gz", "s.jsonl", "s.jsonl.gz"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_record_that_is_not_utf8_is_rejected_with_its_line(write: Write, name: str, mark: bytes) -> None:
    lines = [b"text", b"first", b"caf\xe9", b"cut \xe2\x82", b"last"]
    if "json" in name:
        lines = [b'{"text": "%s"}' % line for line in lines]
    path = write(name, mark + b"\n".join(lines))
    assert bad(path) == [(f"{name}:3", "record is not UTF-8"), (f"{name}:4", "record is not UTF-8")]
    assert texts(path)[-2:] == ["first", "last"]


def test_a_header_that_is_not_utf8(write: Write) -> None:
    assert error(write("s.csv", b"text,caf\xe9\na,b\n")).got == "byte 0xe9"


def test_utf16_is_read(write: Write) -> None:
    assert texts(write("s.csv", "text\nZwölf\n".encode("utf-16"))) == ["Zwölf"]


def test_another_delimiter_is_found_where_the_usual_one_does_not_give_the_columns(write: Write) -> None:
    path = write("s.csv", "id;text\n1;one, two\n2;three\n")
    assert texts(path, id="id") == ["one, two", "three"]
    assert texts(write("t.csv", "text\na;b\nc;d\n")) == ["a;b", "c;d"]


def test_json_documents_are_read_as_validate_reads_them(write: Write) -> None:
    documents = ['[{"text": "a", "n": 1}, {"text": "b"}]', '{"data": [{"text": "a"}, {"text": "b"}]}']
    for document in documents:
        assert texts(write("s.json", document)) == ["a", "b"]
    path = write("s.json", '[{"id": 1, "text": "a"}, 3, {"id": "2", "text": "b"}]')
    assert texts(path, id="id") == ["a", "b"]
    assert bad(path) == [("s.json:2", "line is not a JSON object")]
    assert error(path, text="txt").got == "the columns id, text"


def test_columns_fill_fields(write: Write) -> None:
    path = write("s.csv", "text,topic\na,work\nb,\n")
    found = [seed.fields for seed in read(path, fields={"domain": "topic"}) if isinstance(seed, Seed)]
    assert found == [{"domain": "work"}, {"domain": ""}]
    assert error(path, fields={"domain": "topics"}).hint == "did you mean 'topic'?"


@pytest.mark.parametrize("name", ["s.jsonl", "s.csv", "s.parquet"])
def test_a_missing_column_is_told_with_those_there_are(write: Write, tmp_path: Path, name: str) -> None:
    if name == "s.parquet":
        pq.write_table(pa.table({"sid": [1], "situation": ["a"]}), tmp_path / name)
    else:
        write(name, jsonl({"sid": 1, "situation": "a"}) if "json" in name else "sid,situation\n1,a\n")
    found = error(tmp_path / name, text="Situation")
    assert found.what == "there is no column 'Situation'"
    assert found.got == "the columns sid, situation"
    assert found.hint == "did you mean 'situation'?"
    assert error(tmp_path / name, text="situation", id="key").what == "there is no column 'key'"


def test_two_columns_of_one_name(write: Write, tmp_path: Path) -> None:
    assert error(write("s.csv", "text,id,text\na,1,b\n")).got == "text"
    pq.write_table(pa.table([["a"], ["b"]], names=["text", "text"]), tmp_path / "s.parquet")
    assert error(tmp_path / "s.parquet").what == "two columns have the same name"


def test_a_header_that_cannot_be_read(write: Write) -> None:
    assert error(write("s.csv", '"te"xt\na\n')).what == "the header cannot be read"


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:-12], lambda raw: raw[:30] + b"????" + raw[34:], lambda raw: b"no" + raw]
)
def test_broken_gzip(write: Write, damage: Callable[[bytes], bytes]) -> None:
    path = write("s.jsonl.gz", jsonl(*({"text": str(i)} for i in range(2000))))
    path.write_bytes(damage(path.read_bytes()))
    assert error(path).what == "broken gzip file"


@pytest.mark.parametrize("damage", [lambda raw: b"text\na\n", lambda raw: raw[:-20], lambda raw: raw[:4] + raw[200:]])
def test_broken_parquet(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "s.parquet"
    pq.write_table(pa.table({"text": [f"text {i}" for i in range(500)]}), path)
    path.write_bytes(damage(path.read_bytes()))
    assert error(path).exit_code == 2


@pytest.mark.parametrize("options", [{}, {"path": "a.csv"}, {"path": "a.csv", "text": "t", "encoding": "latin-1"}])
def test_wrong_options_are_told_when_the_recipe_is_read(options: dict[str, str]) -> None:
    with pytest.raises(RecipeError, match=r"^source\.file"):
        load("pluriset.builders.sources", {"file": options}, path="source")
