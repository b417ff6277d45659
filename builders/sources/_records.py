"""Records of a file in bounded memory: what cannot be read is told with its line, and the rest goes on."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from ...schemas.errors import DataError
from ...validators.readers.lines import Broken, Lines, TooLong, cells, is_blank, opened

DELIMITERS = {".csv": ",", ".tsv": "\t"}
"""Suffix of a table in text -> what stands between its cells."""
LINES = (".jsonl", ".ndjson")
"""Suffixes of files with one JSON object a line."""
PARQUET = ".parquet"
FORMATS = "a file .jsonl, .ndjson, .csv or .tsv, as it is or with .gz; or .parquet"
ONE_PATH = "a source is the path of one file and nothing else: `text` and `id`, --text and --id, name its columns"
LOOKED_AT = 100
"""Records of a JSON lines file whose keys tell its columns."""
SHOWN = 100
"""Characters of a broken line that a detail shows."""
A_LIST = "a list"
UNLIST = "a JSON list becomes one object a line with: jq -c '.[]' list.json > lines.jsonl"


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record by column; `line` is where it begins, or its number in a parquet file."""

    line: int
    cells: Mapping[str, Any]


def columns(path: Path) -> list[str]:
    """The columns that a file has. Raises `DataError` if the file as a whole cannot be read."""
    with _foreign_errors(path):
        kind = _checked(path)
        if kind == PARQUET:
            return _parquet_columns(path)
        with opened(path) as stream:
            lines = Lines(stream)
            return (
                _json_columns(lines, path)
                if kind in LINES
                else _header(cells(lines, DELIMITERS[kind], kind[1:].upper()), path)
            )


def records(path: Path, wanted: Sequence[str]) -> Iterator[Record | Broken]:
    """Every record of a file that `columns` has looked at, with the wanted columns at least."""
    with _foreign_errors(path):
        kind = _kind(path)
        if kind == PARQUET:
            yield from _parquet_records(path, wanted)
            return
        with opened(path) as stream:
            lines = Lines(stream)
            yield from _json_records(lines) if kind in LINES else _cell_records(lines, kind, path)


def _checked(path: Path) -> str:
    """The kind of a file that is there, is not empty, and is UTF-8 to its end if it is text."""
    if path.is_dir():
        raise DataError("a folder where a file is needed", where=str(path), expected=FORMATS)
    if not path.is_file():
        raise DataError("there is no such file", where=str(path), expected=FORMATS, hint=ONE_PATH)
    kind = _kind(path)
    if kind not in (*LINES, *DELIMITERS, PARQUET):
        hint = UNLIST if kind == ".json" else None
        raise DataError("not a format that can be read", where=str(path), got=path.name, expected=FORMATS, hint=hint)
    if path.stat().st_size == 0 or (kind != PARQUET and is_blank(path)):
        raise DataError("the file is empty", where=str(path))
    return kind


def _kind(path: Path) -> str:
    *before, last = ["", *(suffix.lower() for suffix in path.suffixes)]
    return before[-1] if last == ".gz" and before[-1] in (*LINES, *DELIMITERS) else last


@contextmanager
def _foreign_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError("broken gzip file", where=str(path), got=str(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("the file cannot be read", where=str(path), got=str(error)) from None


def _json_records(lines: Lines) -> Iterator[Record | Broken]:
    while True:
        at = lines.begin()
        try:
            line = next(lines, None)
        except TooLong as error:
            yield Broken(at, "record is too long", str(error))
            continue
        if line is None:
            return
        if not line.isspace():
            yield _json_record(at, line)


def _json_record(at: int, line: str) -> Record | Broken:
    if line.lstrip().startswith("["):
        return Broken(at, "line is not a JSON object", A_LIST)
    try:
        said = from_json(line)
    except ValueError as error:
        return Broken(at, "line is not JSON", str(error).replace("line 1 column", "column"))
    return Record(at, said) if isinstance(said, dict) else Broken(at, "line is not a JSON object", line.strip()[:SHOWN])


def _json_columns(lines: Lines, path: Path) -> list[str]:
    found: dict[str, None] = {}
    broken: list[Broken] = []
    for record in islice(_json_records(lines), LOOKED_AT):
        if isinstance(record, Record):
            found.update(dict.fromkeys(record.cells))
        else:
            broken.append(record)
    if broken and (not found or (broken[0].line == 1 and broken[0].detail == A_LIST)):
        raise DataError(
            broken[0].reason,
            where=f"{path}: line {broken[0].line}",
            got=broken[0].detail,
            expected="one JSON object a line",
            hint=UNLIST if broken[0].detail == A_LIST else None,
        )
    return list(found)


def _header(rows: Iterator[tuple[int, list[str]] | Broken], path: Path) -> list[str]:
    first = next(rows, None)
    if isinstance(first, Broken):
        raise DataError("the header cannot be read", where=f"{path}: line 1", got=first.detail)
    return _distinct(first[1] if first else [], path)


def _distinct(names: list[str], path: Path) -> list[str]:
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise DataError("two columns have the same name", where=str(path), got=twice)
    return names


def _cell_records(lines: Lines, kind: str, path: Path) -> Iterator[Record | Broken]:
    rows = cells(lines, DELIMITERS[kind], kind[1:].upper())
    names = _header(rows, path)
    for row in rows:
        yield row if isinstance(row, Broken) else _cells(row[0], names, row[1])


def _cells(at: int, names: list[str], found: list[str]) -> Record | Broken:
    if len(found) != len(names):
        return Broken(at, "another number of cells", f"{len(found)} cells under {len(names)} columns")
    return Record(at, dict(zip(names, found, strict=True)))


def _parquet_columns(path: Path) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return _distinct(pq.read_schema(path).names, path)
    except pa.ArrowException as error:
        raise DataError("broken parquet file", where=str(path), got=str(error)) from None


def _parquet_records(path: Path, wanted: Sequence[str]) -> Iterator[Record | Broken]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    row = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1000, columns=list(wanted)):
                for i in range(batch.num_rows):
                    yield _parquet_record(row := row + 1, {name: batch[name][i] for name in wanted})
    except pa.ArrowException as error:
        raise DataError("broken parquet file", where=f"{path}: after row {row}", got=str(error)) from None


def _parquet_record(row: int, scalars: Mapping[str, Any]) -> Record | Broken:
    try:
        return Record(row, {name: scalar.as_py() for name, scalar in scalars.items()})
    except (ValueError, OverflowError) as error:
        return Broken(row, "row cannot be read", str(error))
