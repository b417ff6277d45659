import csv
import io
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pluriset.builders.sources import BadSeed, Seed
from pluriset.builders.sources.file import File
from pluriset.schemas.errors import DataError
from pluriset.schemas.rows.values import Situation
from pluriset.tests.builders.sources.reading import Write, bad, jsonl, peak, read, texts


@pytest.mark.parametrize("name", ["s.jsonl", "s.csv", "s.jsonl.gz"])
def test_a_line_beyond_all_measure_is_told_without_being_held(
    write: Write, within: Callable[..., None], name: str
) -> None:
    within(record_bytes=2**16)
    rows = ["a", "x" * 2**22, "b"]
    path = write(name, jsonl(*({"text": row} for row in rows)) if "json" in name else "\n".join(["text", *rows]))
    at = 3 if name == "s.csv" else 2
    seeds = File(path=name, text="text").seeds(path.parent)
    next(seeds)
    assert [type(seed) for seed in seeds] == [BadSeed, Seed]
    assert bad(path) == [(f"{name}:{at}", "record is too long")]
    assert peak(path, 3) < 2**20


def test_a_cell_that_is_never_closed_costs_one_line_however_long_the_file(
    write: Write, within: Callable[..., None]
) -> None:
    within(record_bytes=2**14)
    rows = [f"{i},text {i}" for i in range(5000)]
    rows[10] = '10,"open'
    path = write("s.csv", "\n".join(["id,text", *rows]))
    assert bad(path) == [("s.csv:12", "record is too long")]
    assert len(texts(path)) == 4999
    assert read(path)[-1].origin == "s.csv:5001"  # type: ignore[union-attr]


def test_large_cells_of_other_columns_do_not_matter(write: Write) -> None:
    assert texts(write("s.csv", f"text,page\na,{'x' * 300_000}\n")) == ["a"]


def test_memory_is_flat_but_for_eight_bytes_an_id(tmp_path: Path) -> None:
    number = 50_000
    with (tmp_path / "s.jsonl").open("w") as file:
        file.writelines(f'{{"text": "{"x" * 300} {i}"}}\n' for i in range(number))
    assert peak(tmp_path / "s.jsonl", number) < 6_000_000


@pytest.mark.parametrize("name", ["s.jsonl", "s.csv", "s.csv.gz"])
def test_memory_is_flat(write: Write, name: str) -> None:
    line = '{"text": "always the same"}\n' if "json" in name else "text\n"
    assert peak(write(name, line * 40_000), 40_000 - ("csv" in name)) < 500_000


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30).filter(
    lambda text: any(c.isprintable() and not c.isspace() for c in text)
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from(["s.jsonl", "s.csv", "s.tsv", "s.csv.gz", "s.parquet"]))
def test_whatever_stands_in_a_file_ends_as_seed_reject_or_error_of_ours(write: Write, raw: bytes, name: str) -> None:
    path = write(name, (b"text\n" if "sv" in name else b'{"text": "a"}\n' if "json" in name else b"") + raw)
    try:
        for seed in read(path):
            assert isinstance(seed, Seed | BadSeed)
    except DataError as told:
        assert told.where
