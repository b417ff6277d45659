"""Export: the rows of a finished run in the shape of a published dataset, so that what loads that loads this."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import duckdb
import yaml
from duckdb import DuckDBPyConnection

from ...schemas.component import Component, Spec, find, load, names
from ...schemas.errors import DataError, RecipeError
from ...schemas.manifest import Manifest
from ...schemas.projections import hub_features
from ...schemas.published_dataset import REJECTS, FileFormat, PublishedDataset
from ...schemas.row import Column, Row, columns
from ...schemas.rows import families, tables_of
from ...schemas.rows.reject import Reject
from ...schemas.run_layout import CARD
from ...validators.readers.manifest import read_manifest
from ...validators.readers.run_folder import read
from ...validators.tables.atomic_write import atomic_folder
from ...validators.tables.sql import connect, quote_identifier, quote_literal
from ..storage.parquet import write_one

PUBLISHED = "pluriset.schemas.published"
"""Where the shapes are."""
REJECTS_FILE = "rejects"
"""Name, before its suffix, of the file that lists what was left out, row by row."""
COPY = {"csv": "FORMAT csv, HEADER, FORCE_QUOTE *", "jsonl": "FORMAT json"}
"""Options with which DuckDB writes a text format. In CSV everything is quoted, so that an empty text is not a null."""
FORMULA = r"^\s*[=+@-]\s*([\w.+*/&-]*\(|.*\|.*!)"
"""A text that a spreadsheet runs: after a sign, a call of a function or of another program; `=1+1` does no harm."""
MEMORY: dict[str, str | int] = {"memory_limit": "2GB", "threads": 4}
"""What does not fit is on disk beside the export while it is made: memory does not grow with rows."""
AS_TEXT = {"keep_default_na": False}
"""What `datasets` needs, besides the types, to read the texts "None", "NA" and "" as they are."""


@dataclass(frozen=True)
class Exported:
    """What an export wrote and what it left out."""

    folder: Path
    """Where it is."""
    files: list[str]
    """Every file in it."""
    rows: dict[str, dict[str, int]]
    """Config -> split -> rows, as they load."""
    left_out: dict[str, int]
    """Config and reason -> rows that are not in it for that reason."""


def export(folder: Path, as_: Spec, out: Path, file_format: FileFormat | None = None) -> Exported:
    """Write the run in `folder` in the shape `as_` to the new folder `out`; nothing, if it raises `DataError`.

    Without a file format, the files have that of the published dataset. Parquet and JSON lines keep every type; CSV
    holds lists as JSON.
    """
    manifest = read_manifest(folder)
    shape = _shape(manifest.family, as_)
    written_as = file_format or shape.file_format
    if written_as not in get_args(FileFormat):
        raise RecipeError.unknown("no such file format", written_as, get_args(FileFormat), where="--format")
    # Nothing that exists is ever overwritten.
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError("already there", where=str(out), expected="a new or empty folder", hint="choose another --out")
    try:
        with atomic_folder(out) as draft, connect(str(draft.parent / "work.duckdb"), **MEMORY) as connection:
            _translate(connection, folder, shape)
            rows = {config: _written(connection, shape, config, draft, written_as) for config in shape.configs}
            left_out = _left_out(connection, draft / f"{REJECTS_FILE}.{written_as}")
            main = next(iter(rows))
            if not rows[main]:
                reasons = "; ".join(f"{count} × {reason}" for reason, count in left_out.items())
                raise DataError(f"no row is left for {main}", where=str(folder), got=reasons or "an empty run")
            (draft / CARD).write_text(_readme(manifest, shape, rows, left_out, written_as), encoding="utf-8")
    except (OSError, duckdb.Error) as error:
        raise DataError("cannot export", where=str(out), got=str(error).splitlines()[0]) from None
    files = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    return Exported(out, files, rows, left_out)


def shapes(family: str | None = None) -> list[str]:
    """The shapes in which runs of a family, or of any, can be written."""
    tables = tables_of(family) if family in families() else {}
    return [each for each in names(PUBLISHED) if _takes(find(PUBLISHED, each), family, tables)]


def _takes(shape: type[Component], family: str | None, tables: Collection[str]) -> bool:
    """Whether a family, or any, has the tables that a shape is made of."""
    assert issubclass(shape, PublishedDataset)
    if family is None:
        return bool(shape.family or shape.needs)
    return shape.family == family or bool(shape.needs and {*shape.needs} <= {*tables})


def _shape(family: str, as_: Spec) -> PublishedDataset:
    """A shape with its options. Raises `RecipeError` for one in which runs of this family cannot be written."""
    wanted, known = as_ if isinstance(as_, str) else next(iter(as_), ""), shapes(family)
    if not known:
        raise RecipeError("there is no shape in which runs of this family are written", got=family)
    if wanted not in known:
        what = f"no shape in which runs of the family {family} are written"
        raise RecipeError.unknown(what, wanted, known, where="--as")
    shape: PublishedDataset = load(PUBLISHED, as_, "--as")
    return shape


def _translate(connection: DuckDBPyConnection, folder: Path, shape: PublishedDataset) -> None:
    """Make the configs in the database."""
    connection.execute("CREATE SCHEMA ours")
    for table, relation in read(connection, folder).items():
        relation.create_view(f"_ours_{table}")
        connection.execute(f"CREATE VIEW ours.{quote_identifier(table)} AS FROM {quote_identifier(f'_ours_{table}')}")
    for statement in shape.from_tables().statements("theirs"):
        connection.execute(statement)
    for rule in shape.rules.values():
        if rule.severity != "info" and (found := connection.sql(rule.select).limit(1).fetchall()):
            raise DataError(f"the export breaks a rule of its shape: {rule.rule}", where=str(folder), got=found[0])


def _written(
    connection: DuckDBPyConnection, shape: PublishedDataset, config: str, draft: Path, file_format: FileFormat
) -> dict[str, int]:
    """Write a config, one file a split; split -> rows, as they load."""
    counts: dict[str, int] = {}
    for split in shape.splits.values():
        chosen = f"FROM theirs.{quote_identifier(config)} WHERE split = {quote_literal(split)}"
        path = draft / config / f"{config}_{split}.{file_format}"
        if rows := _copied(connection, chosen, shape.configs[config].row, path):
            loads_as = shape.configs[config].only_split or split
            counts[loads_as] = counts.get(loads_as, 0) + rows
    return counts


def _left_out(connection: DuckDBPyConnection, path: Path) -> dict[str, int]:
    """Write the rejects and count them."""
    blank = ", ".join(f"NULL AS {quote_identifier(column.name)}" for column in columns(Reject))
    _copied(connection, f"FROM (FROM {REJECTS} UNION ALL BY NAME SELECT {blank} WHERE false)", Reject, path)
    counted = connection.sql(
        f"SELECT step || ': ' || reason, count(*) AS n FROM {REJECTS} GROUP BY 1 ORDER BY n DESC, 1"
    )
    return dict(counted.fetchall())


def _copied(connection: DuckDBPyConnection, rows: str, row_type: type[Row], path: Path) -> int:
    """Write rows in their order, in the format that the suffix names; without a row there is no file."""
    count: int = connection.sql(f"SELECT count(*) {rows}").fetchall()[0][0]
    if count:
        path.parent.mkdir(exist_ok=True)
        file_format = path.suffix.removeprefix(".")
        names = [quote_identifier(column.name) for column in columns(row_type)]
        chosen = ", ".join(map(_csv_cell, columns(row_type)) if file_format == "csv" else names)
        select = f"SELECT {chosen} {rows}"
        if file_format in COPY:
            connection.execute(f"COPY ({select}) TO {quote_literal(str(path))} ({COPY[file_format]})")
        else:
            write_one(connection, select, row_type, path)
    return count


def _csv_cell(column: Column) -> str:
    """SQL of a cell of CSV: a list as JSON, and after an apostrophe what a spreadsheet would run as a formula."""
    name = quote_identifier(column.name)
    if column.schema.get("type") == "array":
        return f"CAST(to_json({name}) AS VARCHAR) AS {name}"
    if column.schema.get("type") != "string":
        return name
    formula = f"regexp_matches(CAST({name} AS VARCHAR), {quote_literal(FORMULA)})"
    return f"CASE WHEN {formula} THEN chr(39) || {name} ELSE {name} END AS {name}"


def _readme(
    manifest: Manifest,
    shape: PublishedDataset,
    rows: dict[str, dict[str, int]],
    left_out: dict[str, int],
    file_format: FileFormat,
) -> str:
    """The front matter by which the folder loads, then what it is and what was left out."""
    front = yaml.safe_dump(_front_matter(manifest, shape, rows, file_format), sort_keys=False, allow_unicode=True)
    counts = [f"| {config} | {split} | {n:,} |" for config, splits in rows.items() for split, n in splits.items()]
    missing = [f"| {reason} | {count:,} |" for reason, count in left_out.items()]
    parts = [
        f"---\n{front}---",
        f"# {manifest.name} in the shape of {shape.title}",
        f"Exported from the run `{manifest.name}` by pluriset {manifest.versions.get('pluriset', '')}. It has the "
        f"configs of {shape.title} ({shape.licence.url}) and none of its rows.",
        *shape.notes,
        "\n".join(["| config | split | rows |", "|---|---|---|", *counts]),
        "## Left out",
        f"Every row that is not here is in `{REJECTS_FILE}.{file_format}`, with the reason." if missing else "Nothing.",
        *(["\n".join(["| why | rows |", "|---|---|", *missing])] if missing else []),
        f"## {shape.title}",
        shape.evidence,
        f"```bibtex\n{shape.citation}\n```",
    ]
    return "\n\n".join(parts) + "\n"


def _front_matter(
    manifest: Manifest, shape: PublishedDataset, rows: dict[str, dict[str, int]], file_format: FileFormat
) -> dict[str, Any]:
    recipe, there = manifest.recipe, [config for config in shape.configs if rows[config]]
    licence = {
        "license": recipe.license,
        "license_name": recipe.card.license_name,
        "license_link": recipe.card.license_link,
    }
    return {
        **{key: value for key, value in licence.items() if value},
        **({"language": recipe.card.language} if recipe.card.language else {}),
        "configs": [_config(shape, config, rows[config], file_format) for config in there],
    }


def _config(shape: PublishedDataset, config: str, splits: dict[str, int], file_format: FileFormat) -> dict[str, Any]:
    only = shape.configs[config].only_split
    files = [{"split": s, "path": f"{config}/{'*' if only else f'{config}_{s}'}.{file_format}"} for s in splits]
    default = {"default": True} if config == next(iter(shape.configs)) else {}
    as_text = AS_TEXT if file_format == "csv" else {}
    features = hub_features(shape.configs[config].row)
    if file_format == "csv":
        features = [{"name": each["name"], "dtype": "string"} if "list" in each else each for each in features]
    return {"config_name": config, **default, "data_files": files, "features": features, **as_text}
