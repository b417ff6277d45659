"""Writes repaired tables with the splits and types of the files that they come from, for `load_dataset` to open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyRelation

from ...schemas.yaml_text import dump_yaml
from ...validators.readers.read import Source
from ...validators.readers.readme import README, front_matter, prose
from ...validators.tables.sql import quote_identifier, quote_literal

DATA = "data"
UNSPLIT = "train"
"""Split under which `load_dataset` opens files that belong to none."""
BATCH = 10_000
OUTDATED = ("configs", "dataset_info")
"""Keys of the front matter that describe the files as they were."""
MAX_NAME = 50
"""Characters of the name of a table or split in a file name."""
PARQUET = (".parquet", ".pq")

Schemas = Mapping[str, pa.Schema]
"""File of a table -> its Arrow schema."""


def source_schemas(sources: Sequence[Source], table: str) -> dict[str, pa.Schema]:
    """The schemas of the parquet files of a table; other files have no types to keep."""
    return {s.file: pq.read_schema(s.path) for s in sources if s.table == table and s.path.suffix in PARQUET}


def save_table(
    rows: DuckDBPyRelation, folder: Path, table: str, schemas: Schemas, has_files_by_split: bool
) -> dict[str, str]:
    """Write a file of its own for each split; returns split -> path inside `folder`."""
    columns = [c for c in rows.columns if c != "_row" and not (has_files_by_split and c == "split")]
    listed = ", ".join(map(quote_identifier, columns))
    name = _unused_name(folder / DATA, table)
    if not has_files_by_split:
        save(rows.order("_row").select(listed), folder / DATA / f"{name}.parquet", schemas)
        return {UNSPLIT: f"{DATA}/{name}.parquet"}
    paths = {}
    for (split,) in rows.select("split").distinct().order("split").fetchall():
        of_split = f"split = {quote_literal(split)}" if split is not None else "split IS NULL"
        (folder / DATA / name).mkdir(exist_ok=True)
        shard = _unused_name(folder / DATA / name, split or "rest", "-00000-of-00001.parquet")
        path = f"{DATA}/{name}/{shard}-00000-of-00001.parquet"
        save(rows.filter(of_split).order("_row").select(listed), folder / path, schemas)
        paths[split or "rest"] = path
    return paths


def save(rows: DuckDBPyRelation, path: Path, schemas: Schemas) -> None:
    """Write rows to a parquet file, with the types of the first file that has a column where nothing is lost."""
    batches = rows.to_arrow_reader(BATCH)
    schema = pa.schema([_kept(field, schemas) for field in batches.schema])
    with pq.ParquetWriter(path, schema, compression="zstd", write_page_index=True) as writer:
        for batch in batches:
            columns = [column.cast(field.type) for column, field in zip(batch.columns, schema, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def changed_types(rows: DuckDBPyRelation, schemas: Schemas) -> Iterator[tuple[str, str, str]]:
    """Column, type and file as it was, and type as it will be, where a type cannot be kept."""
    for field in rows.limit(0).to_arrow_reader(1).schema:
        kept = _kept(field, schemas).type
        for file, schema in schemas.items():
            if field.name in schema.names and (was := schema.field(field.name).type) != kept:
                yield field.name, f"{was} in {file}", str(kept)


def write_readme(folder: Path, source: Path, files: Mapping[str, Mapping[str, str]]) -> None:
    """The README of the source with front matter that names the new files; `files` is table -> split -> path."""
    configs = [
        {"config_name": _plain(table), "data_files": [{"split": s, "path": path} for s, path in splits.items()]}
        for table, splits in files.items()
    ]
    front = {key: value for key, value in front_matter(source).items() if key not in OUTDATED} | {"configs": configs}
    (folder / README).write_text(f"---\n{dump_yaml(front)}---\n{prose(source)}", encoding="utf-8")


def _kept(field: pa.Field, schemas: Schemas) -> pa.Field:
    """A field with the type that it has in its files, if all agree and DuckDB only reads it as another."""
    types = {schema.field(field.name).type for schema in schemas.values() if field.name in schema.names}
    was = types.pop() if len(types) == 1 else field.type
    return field.with_type(was) if _is_lossless(field.type, was) else field


def _is_lossless(read: pa.DataType, was: pa.DataType) -> bool:
    if pa.types.is_string(read):
        return bool(pa.types.is_large_string(was) or was.equals(pa.dictionary(pa.int32(), pa.string())))
    return bool(pa.types.is_int64(read) and pa.types.is_duration(was))


def _plain(name: str) -> str:
    """The name of a table or split as a part of a file name."""
    return "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in name).strip(".")[:MAX_NAME] or "table"


def _unused_name(folder: Path, name: str, suffix: str = ".parquet") -> str:
    """The name of a table or split in plain signs, numbered where another one has that name already."""
    names = chain([_plain(name)], (f"{_plain(name)}_{number}" for number in count(2)))
    return next(one for one in names if not (folder / f"{one}{suffix}").exists() and not (folder / one).exists())
