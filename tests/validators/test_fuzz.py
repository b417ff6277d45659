"""Files as nobody should write them: no traceback, no hang, and an exit code that is documented."""

import gzip
import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pluriset
from pluriset.schemas.errors import PlurisetError
from pluriset.validators.readers.read import read
from pluriset.validators.tables.sql import connect

REAL = Path(__file__).parents[2].parent / "shared" / "data"
HOSTILE = [
    "",
    "a,b",
    '"',
    "\n",
    "\r\n",
    "\0",
    "\ufeff",
    "<b>x</b>",
    "'; DROP TABLE t; --",
    '"; --',
    "nan",
    "[1, 'a",
    "é",
    "=1+1",
]
CELL = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.integers().map(str)
NAME = st.sampled_from(["id", "ID", "_row", "split", "text", "label", "a b", "", "prompt", "chosen", "rejected"]) | CELL
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | CELL,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAME, inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.lists(st.dictionaries(NAME, VALUE, max_size=4), max_size=6)
TABLE = st.lists(st.lists(CELL, max_size=4), max_size=6)


def csv(rows: list[list[str]], delimiter: str = ",") -> bytes:
    return "\n".join(delimiter.join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows).encode()


def parquet(records: list[dict[str, Any]]) -> bytes:
    names = list(dict.fromkeys(name for record in records for name in record)) or ["x"]
    columns = [pa.array([json.dumps(record.get(name)) for record in records]) for name in names]
    pq.write_table(pa.Table.from_arrays(columns, names), made := io.BytesIO())
    return made.getvalue()


FILES = st.one_of(
    TABLE.map(lambda rows: ("x.csv", csv(rows))),
    TABLE.map(lambda rows: ("x.tsv", csv(rows, "\t"))),
    TABLE.map(lambda rows: ("x.csv.gz", gzip.compress(csv(rows)))),
    RECORDS.map(lambda rows: ("x.jsonl", "\n".join(map(json.dumps, rows)).encode())),
    (RECORDS | VALUE).map(lambda said: ("x.json", json.dumps(said).encode())),
    RECORDS.map(lambda rows: ("x.parquet", parquet(rows))),
    st.tuples(
        st.sampled_from(["x.csv", "x.json", "x.jsonl", "x.parquet", "x.arrow", "x.csv.gz"]), st.binary(max_size=60)
    ),
)


def outcome(path: Path) -> int:
    """The exit code of a validation; anything but an error of ours is a failure of the test."""
    try:
        report = pluriset.validate(path)
    except PlurisetError as error:
        assert str(error)
        return error.exit_code
    report.model_dump_json()
    return 1 if report.count("error") else 0


def reading(path: Path) -> None:
    """Read all rows of a file, which is much faster than judging them; only an error of ours may stop it."""
    with connect() as connection:
        try:
            tables = read(connection, path).tables
        except PlurisetError as error:
            assert str(error)
            return
        for rows in tables.values():
            assert len(rows.fetchall()) == rows.aggregate("count(DISTINCT _row)").fetchall()[0][0]


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Bytes lost, changed, repeated or put in."""
    at, to = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    ways: list[Callable[[], bytes]] = [
        lambda: content[:at],
        lambda: content[:at] + content[to:],
        lambda: content[:at] + chance.choice(HOSTILE).encode() + content[at:],
        lambda: content[:at] + chance.randbytes(3) + content[at:],
        lambda: content[:at] + content[at:to][:2000] * 2 + content[to:],
    ]
    return chance.choice(ways)()


def real(rows: int) -> dict[str, bytes]:
    """The first lines of every real file."""
    texts = [path for kind in ("csv", "jsonl", "json") for path in sorted(REAL.glob(f"*/*.{kind}"))]
    lines = {f"{path.parent.name}/{path.name}": path.read_bytes().splitlines(keepends=True) for path in texts}
    return {name: b"".join(first[:rows]) for name, first in lines.items()}


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES)
def test_a_random_file_has_a_report_or_a_clear_error(tmp_path: Path, file: tuple[str, bytes]) -> None:
    name, content = file
    (tmp_path / name).write_bytes(content)
    assert outcome(tmp_path / name) in (0, 1, 2)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES)
def test_random_files_are_read_or_rejected(tmp_path: Path, file: tuple[str, bytes]) -> None:
    name, content = file
    (tmp_path / name).write_bytes(content)
    reading(tmp_path / name)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES)
def test_thousands_of_random_files_are_read_or_rejected(tmp_path: Path, file: tuple[str, bytes]) -> None:
    name, content = file
    (tmp_path / name).write_bytes(content)
    reading(tmp_path / name)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES)
def test_hundreds_of_random_files_have_a_report_or_a_clear_error(tmp_path: Path, file: tuple[str, bytes]) -> None:
    name, content = file
    (tmp_path / name).write_bytes(content)
    assert outcome(tmp_path / name) in (0, 1, 2)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not beside the checkout")
@pytest.mark.parametrize("seed", range(4))
def test_corrupted_real_files_are_read_or_rejected(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for name, content in real(rows=20).items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        for _ in range(10):
            path.write_bytes(spoilt(content, chance))
            reading(path)
        assert outcome(path) in (0, 1, 2)
