from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pluriset.builders.sources import Seed
from pluriset.builders.sources.file import File
from pluriset.tests.builders.sources.reading import Write, bad, digest, jsonl, read, texts

FORMATS = {
    "s.jsonl": jsonl({"sid": 1, "text": "One, two", "more": None}, {"sid": "b", "text": "Zwölf\n嘘"}),
    "s.ndjson": jsonl({"text": "One, two", "sid": 1}, {"text": "Zwölf\n嘘", "sid": "b"}),
    "s.csv": 'sid,text,more\n1,"One, two",\nb,"Zwölf\n嘘",x\n',
    "s.tsv": 'sid\ttext\n1\tOne, two\nb\t"Zwölf\n嘘"\n',
}


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_text_format_says_the_same(write: Write, name: str, packed: str) -> None:
    path = write(name + packed, FORMATS[name])
    second = 3 if name[2:] in ("csv", "tsv") else 2
    first = second - 1
    assert read(path, id="sid") == [
        Seed("1", "One, two", f"{path.name}:{first}"),
        Seed("b", "Zwölf\n嘘", f"{path.name}:{second}"),
    ]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_parquet(tmp_path: Path, kind: pa.DataType) -> None:
    table = pa.table({"sid": [1, 2, None], "text": pa.array(["One", None, "Three"]).cast(kind), "x.y": [{"a": 1}] * 3})
    pq.write_table(table, tmp_path / "s.parquet", row_group_size=2)
    path = tmp_path / "s.parquet"
    assert read(path)[0] == Seed(digest("One"), "One", "s.parquet:1")
    assert bad(path) == [("s.parquet:2", "text is missing")]
    assert bad(path, id="sid") == [("2", "text is missing"), ("s.parquet:3", "id is missing")]


def test_upper_case_suffixes_are_suffixes(write: Write) -> None:
    assert texts(write("S.CSV", "text\na\n")) == ["a"]
    assert texts(write("v1.2.JSONL", jsonl({"text": "a"}))) == ["a"]


def test_an_id_is_a_digest_of_the_text_and_not_of_its_place(write: Write) -> None:
    one, other = write("a.jsonl", jsonl({"text": "x"}, {"text": "y"})), write("b.csv", "text\ny\n")
    (_, seed), (same,) = read(one), read(other)
    assert isinstance(seed, Seed)
    assert isinstance(same, Seed)
    assert seed.id == same.id == digest("y")


def test_only_the_name_of_the_file_is_told(write: Write, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    write("deep/s.jsonl", jsonl({"text": "x"}) + "broken\n")
    found = list(File(path="deep/s.jsonl", text="text").seeds(tmp_path))
    assert [getattr(seed, "origin", None) or getattr(seed, "place", None) for seed in found] == [
        "s.jsonl:1",
        "s.jsonl:2",
    ]
    assert list(File(path=str(tmp_path / "deep" / "s.jsonl"), text="text").seeds(Path("/elsewhere"))) == found


@pytest.mark.parametrize("name", ["s.jsonl", "s.csv", "s.tsv"])
def test_a_byte_order_mark_and_crlf_are_no_part_of_the_text(write: Write, name: str) -> None:
    content = 'text\n"a\nb"\nc\n' if name != "s.jsonl" else jsonl({"text": "a\r\nb"}, {"text": "c"})
    path = write(name, b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode())
    assert texts(path) == ["a\r\nb", "c"]


def test_lines_are_counted_with_blank_ones_and_with_those_inside_cells(write: Write) -> None:
    path = write("s.csv", 'text,n\n"a\n\nb",1\n\nc,2\nd\n')
    assert [seed.origin for seed in read(path) if isinstance(seed, Seed)] == ["s.csv:2", "s.csv:6"]
    assert bad(path) == [("s.csv:7", "another number of cells")]
    path = write("s.jsonl", "\n" + jsonl({"text": "a"}) + "  \r\n" + jsonl({"text": "b"}).strip())
    assert [seed.origin for seed in read(path) if isinstance(seed, Seed)] == ["s.jsonl:2", "s.jsonl:4"]
    assert bad(path) == []


LONG = "x" * 4001
VALUES = [
    (None, "text is missing"),
    (3, "text is not a string"),
    (["a"], "text is not a string"),
    ("", "text is blank"),
    (" \t\n\u200b\u00a0", "text is blank"),
    (LONG, "text is too long"),
    ("a\0b", "text holds a NUL character"),
]


@pytest.mark.parametrize(("value", "reason"), VALUES)
def test_a_value_that_is_no_text_is_a_bad_seed_and_the_rest_goes_on(write: Write, value: Any, reason: str) -> None:
    path = write("s.jsonl", jsonl({"text": "a"}, {"text": value}, {"text": "b"}))
    assert texts(path) == ["a", "b"]
    assert bad(path) == [("s.jsonl:2", reason)]


def test_a_record_without_the_key_is_a_bad_seed(write: Write) -> None:
    assert bad(write("s.jsonl", jsonl({"text": "a"}, {"title": "b"}))) == [("s.jsonl:2", "text is missing")]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "id is missing"),
        ("", "id is blank"),
        ("  ", "id is blank"),
        (True, "id is not a string"),
        (1.5, "id is not a string"),
        ({"a": 1}, "id is not a string"),
        ("x" * 201, "id is too long"),
        ("a\0", "id holds a NUL character"),
        ("first", "same id as an earlier seed"),
    ],
)
def test_an_id_that_is_none_is_a_bad_seed_and_the_rest_goes_on(write: Write, value: Any, reason: str) -> None:
    records = [{"id": "first", "text": "a"}, {"id": value, "text": "b"}, {"id": 3, "text": "c"}]
    path = write("s.jsonl", jsonl(*records))
    assert texts(path, id="id") == ["a", "c"]
    assert bad(path, id="id") == [("s.jsonl:2", reason)]


def test_a_number_and_its_digits_are_the_same_id(write: Write) -> None:
    path = write("s.jsonl", jsonl({"id": 7, "text": "a"}, {"id": "7", "text": "b"}))
    assert bad(path, id="id") == [("s.jsonl:2", "same id as an earlier seed")]


def test_the_same_text_twice_is_one_seed(write: Write) -> None:
    path = write("s.csv", "text\na\nb\na\n")
    assert texts(path) == ["a", "b"]
    assert bad(path) == [("s.csv:4", "same id as an earlier seed")]


def test_a_text_can_be_its_own_id(write: Write) -> None:
    assert read(write("s.csv", "text\na\n"), id="text") == [Seed("a", "a", "s.csv:2")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "b', "line is not JSON"),
        ('{"text": "b"} {"text": "c"}', "line is not JSON"),
        (r'{"text": "\ud83d"}', "line is not JSON"),
        ('{"text": "b\0"}', "line is not JSON"),
        ("[" * 100_000, "line is not a JSON object"),
        ('{"text": ' + "[" * 100_000, "line is not JSON"),
        ('["b"]', "line is not a JSON object"),
        ('"b"', "line is not a JSON object"),
        ("null", "line is not a JSON object"),
    ],
)
def test_a_broken_json_line_is_a_bad_seed_with_its_number(write: Write, line: str, reason: str) -> None:
    path = write("s.jsonl", jsonl({"text": "a"}) + line + "\n" + jsonl({"text": "d"}))
    assert texts(path) == ["a", "d"]
    assert bad(path) == [("s.jsonl:2", reason)]


@pytest.mark.parametrize(
    ("lines", "reasons"),
    [
        (["1"], ["another number of cells"]),
        (["1,b,c"], ["another number of cells"]),
        (['1,"b" c'], ["line is not CSV"]),
        (['1,"b'], ["line is not CSV"]),
        (['1,"b', "2,fine"], ["line is not CSV"]),
        (['1,"b', '2,"fine"'], ["line is not CSV"]),
        (['1,"b', '2,"c', "3,fine"], ["line is not CSV"] * 2),
    ],
)
@pytest.mark.parametrize("end", ["", '9,"last"\n'])
def test_a_broken_csv_line_is_given_up_alone(write: Write, lines: list[str], reasons: list[str], end: str) -> None:
    path = write("s.csv", "\n".join(["id,text", "0,first", *lines, "8,next", ""]) + end)
    assert [place for place, _ in bad(path)] == [f"s.csv:{3 + i}" for i in range(len(reasons))]
    assert [reason for _, reason in bad(path)] == reasons
    fine = ["fine"] if any("fine" in line for line in lines) else []
    assert texts(path, id="id") == ["first", *fine, "next", *(["last"] if end else [])]


def test_a_parquet_text_that_is_not_utf8_is_a_bad_seed(tmp_path: Path) -> None:
    raw = pa.array([b"a", b"caf\xe9", b"b"], pa.binary())
    table = pa.table({"text": pa.StringArray.from_buffers(3, raw.buffers()[1], raw.buffers()[2])})
    pq.write_table(table, tmp_path / "s.parquet")
    assert texts(tmp_path / "s.parquet") == ["a", "b"]
    assert bad(tmp_path / "s.parquet") == [("s.parquet:2", "row cannot be read")]


def test_a_parquet_column_that_is_no_text(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": [{"a": 1}]}), tmp_path / "s.parquet")
    assert bad(tmp_path / "s.parquet") == [("s.parquet:1", "text is not a string")]
