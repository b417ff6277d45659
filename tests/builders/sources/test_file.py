import csv
import gzip
import io
import json
import tracemalloc
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pluriset.builders import lines
from pluriset.builders.source import BadSeed, Seed
from pluriset.builders.sources.file import File
from pluriset.schemas.component import load
from pluriset.schemas.errors import DataError, RecipeError
from pluriset.schemas.rows.values import Situation

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        raw = content if isinstance(content, bytes) else content.encode()
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return path

    return written


def read(path: Path, **options: Any) -> list[Seed | BadSeed]:
    return list(File(path=path.name, **{"text": "text", **options}).seeds(path.parent))


def texts(path: Path, **options: Any) -> list[str]:
    return [seed.text for seed in read(path, **options) if isinstance(seed, Seed)]


def bad(path: Path, **options: Any) -> list[tuple[str, str]]:
    return [(seed.place, seed.reason) for seed in read(path, **options) if isinstance(seed, BadSeed)]


def error(path: Path, **options: Any) -> DataError:
    """The error, which comes before the first seed."""
    seeds = File(path=path.name, **{"text": "text", **options}).seeds(path.parent)
    with pytest.raises(DataError) as caught:
        next(seeds)
    return caught.value


def digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def jsonl(*records: Any) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


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
    assert bad(path, id="sid") == [("s.parquet:2", "text is missing"), ("s.parquet:3", "id is missing")]


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


@pytest.mark.parametrize("name", ["s.jsonl", "s.csv", "s.jsonl.gz"])
def test_a_line_beyond_all_measure_is_told_without_being_held(
    write: Write, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(lines, "LONGEST", 2**16)
    rows = ["a", "x" * 2**22, "b"]
    path = write(name, jsonl(*({"text": row} for row in rows)) if "json" in name else "\n".join(["text", *rows]))
    at = 3 if name == "s.csv" else 2
    seeds = File(path=name, text="text").seeds(path.parent)
    next(seeds)
    assert [type(seed) for seed in seeds] == [BadSeed, Seed]
    assert bad(path) == [(f"{name}:{at}", "record is too long")]
    assert peak(path, 3) < 2**20


def test_a_cell_that_is_never_closed_costs_one_line_however_long_the_file(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST", 2**14)
    rows = [f"{i},text {i}" for i in range(5000)]
    rows[10] = '10,"open'
    path = write("s.csv", "\n".join(["id,text", *rows]))
    assert bad(path) == [("s.csv:12", "record is too long")]
    assert len(texts(path)) == 4999
    assert read(path)[-1].origin == "s.csv:5001"  # type: ignore[union-attr]


def test_large_cells_of_other_columns_do_not_matter(write: Write) -> None:
    assert texts(write("s.csv", f"text,page\na,{'x' * 300_000}\n")) == ["a"]


@pytest.mark.parametrize("name", ["s.jsonl", "s.csv", "s.parquet", "s.jsonl.gz"])
@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \n\r\n"])
def test_an_empty_file(write: Write, name: str, content: bytes) -> None:
    if name != "s.parquet" or not content:
        assert error(write(name, content)).what == "the file is empty"


def test_a_file_without_records(write: Write, tmp_path: Path) -> None:
    assert "no records" in error(write("s.csv", "id,text\n")).what
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / "s.parquet")
    assert "no records" in error(tmp_path / "s.parquet").what


def test_a_file_that_is_not_there_and_a_folder(tmp_path: Path) -> None:
    assert error(tmp_path / "s.jsonl").what == "there is no such file"
    (tmp_path / "d.jsonl").mkdir()
    assert error(tmp_path / "d.jsonl").what == "a folder where a file is needed"


@pytest.mark.parametrize("name", ["s.xlsx", "s", "s.parquet.gz", "s.gz", "s.json", "s.txt"])
def test_a_format_that_cannot_be_read(write: Write, name: str) -> None:
    found = error(write(name, "text\na\n"))
    assert (found.what, found.got) == ("not a format that can be read", name)
    assert ".jsonl" in str(found.expected)
    assert ("jq" in str(found.hint)) == (name == "s.json")


@pytest.mark.parametrize("list_of", ['[{"text": "a"},\n{"text": "b"}]', '[\n{"text": "a"}\n]', '[{"text": "a"}]\n'])
def test_a_json_list_is_told_from_json_lines(write: Write, list_of: str) -> None:
    found = error(write("s.jsonl", list_of))
    assert found.expected == "one JSON object a line"
    assert "jq" in str(found.hint)


def test_a_file_without_any_json(write: Write) -> None:
    found = error(write("s.jsonl", "text\na\nb\n"))
    assert (found.what, found.exit_code) == ("line is not JSON", 2)
    assert str(found.where).endswith("s.jsonl: line 1")


@pytest.mark.parametrize(("before", "line"), [(b"a", 2), ("é\n".encode() * 3, 5), (b"x\n" * 700_000, 700_002)])
@pytest.mark.parametrize("name", ["s.csv", "s.csv.gz"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_that_is_not_utf8(write: Write, name: str, before: bytes, line: int, mark: bytes) -> None:
    content = mark + b"text\n" + before
    found = error(write(name, content + b"caf\xe9\nb\n"))
    assert str(found.where).endswith(f"{name}: line {line}, byte offset {len(content) + 3}")
    assert found.got == "byte 0xe9"


def test_a_character_that_is_cut_off_at_the_end(write: Write) -> None:
    assert str(error(write("s.csv", b"text\na\xe2\x82")).where).endswith("line 2, byte offset 6")


def test_utf16_is_not_utf8(write: Write) -> None:
    assert error(write("s.csv", "text\na\n".encode("utf-16"))).what == "the file is not UTF-8"


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


def test_a_parquet_text_that_is_not_utf8_is_a_bad_seed(tmp_path: Path) -> None:
    raw = pa.array([b"a", b"caf\xe9", b"b"], pa.binary())
    table = pa.table({"text": pa.StringArray.from_buffers(3, raw.buffers()[1], raw.buffers()[2])})
    pq.write_table(table, tmp_path / "s.parquet")
    assert texts(tmp_path / "s.parquet") == ["a", "b"]
    assert bad(tmp_path / "s.parquet") == [("s.parquet:2", "row cannot be read")]


def test_a_parquet_column_that_is_no_text(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": [{"a": 1}]}), tmp_path / "s.parquet")
    assert bad(tmp_path / "s.parquet") == [("s.parquet:1", "text is not a string")]


@pytest.mark.parametrize("options", [{}, {"path": "a.csv"}, {"path": "a.csv", "text": "t", "encoding": "latin-1"}])
def test_wrong_options_are_told_when_the_recipe_is_read(options: dict[str, str]) -> None:
    with pytest.raises(RecipeError, match=r"recipe: source\.file"):
        load("pluriset.builders.sources", {"file": options}, path="source")


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30).filter(
    lambda text: any(c.isprintable() and not c.isspace() for c in text)
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT, min_size=1, unique=True), st.sampled_from(["s.jsonl", "s.csv", "s.tsv", "s.parquet"]))
def test_every_text_comes_back_as_it_is_and_makes_a_situation(write: Write, said: list[str], name: str) -> None:
    rows, out = [{"id": i, "text": text} for i, text in enumerate(said)], io.StringIO(newline="")
    if name == "s.parquet":
        pq.write_table(pa.Table.from_pylist(rows), write(name, b""))
        path = write("t.csv", "").parent / name
    else:
        csv.writer(out, "excel-tab" if "tsv" in name else "excel").writerows(
            [("id", "text"), *(r.values() for r in rows)]
        )
        path = write(name, jsonl(*rows) if "json" in name else out.getvalue())
    found = read(path, id="id")
    assert [(seed.id, seed.text) for seed in found if isinstance(seed, Seed)] == [
        (str(i), t) for i, t in enumerate(said)
    ]
    for seed in found:
        assert isinstance(seed, Seed)
        Situation(situation_id=seed.id, text=seed.text, source=seed.origin)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from(["s.jsonl", "s.csv", "s.tsv", "s.csv.gz", "s.parquet"]))
def test_whatever_stands_in_a_file_ends_as_seed_reject_or_error_of_ours(write: Write, raw: bytes, name: str) -> None:
    path = write(name, (b"text\n" if "sv" in name else b'{"text": "a"}\n' if "json" in name else b"") + raw)
    try:
        for seed in read(path):
            assert isinstance(seed, Seed | BadSeed)
    except DataError as told:
        assert told.where


def peak(path: Path, number: int) -> int:
    """Bytes that reading a file of so many records takes at most, once it has begun."""
    seeds = File(path=path.name, text="text").seeds(path.parent)
    next(seeds)
    tracemalloc.start()
    assert sum(1 for _ in seeds) == number - 1
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_memory_is_flat_but_for_eight_bytes_an_id(tmp_path: Path) -> None:
    number = 200_000
    with (tmp_path / "s.jsonl").open("w") as file:
        file.writelines(f'{{"text": "{"x" * 100} {i}"}}\n' for i in range(number))
    assert peak(tmp_path / "s.jsonl", number) < 25_000_000


@pytest.mark.parametrize("name", ["s.jsonl", "s.csv", "s.csv.gz"])
def test_memory_is_flat(write: Write, name: str) -> None:
    line = '{"text": "always the same"}\n' if "json" in name else "text\n"
    assert peak(write(name, line * 40_000), 40_000 - ("csv" in name)) < 500_000
