"""Repair the texts of any dataset into a new folder, with a log of every change; never in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from ...schemas.component import find, load, names
from ...schemas.errors import DataError, RecipeError
from ...validators.readers.findings import require_all_read
from ...validators.readers.read import confine, read
from ...validators.tables.atomic_write import atomic_folder
from ...validators.tables.sql import connect, quote_literal, using
from .. import curation
from ..curation._text_repair import TextRepair
from .repaired_files import DATA, changed_types, save, save_table, source_schemas, write_readme

CHANGES = "changes.parquet"
LOG = 'rule VARCHAR, "table" VARCHAR, _row BIGINT, "column" VARCHAR, before VARCHAR, after VARCHAR'
"""Columns of the record: the rule, where the change is, and the text before and after it. Where the type of a column
cannot be kept, the rule is `types`, and the row null."""
MEMORY = {"memory_limit": "2GB"}


@dataclass(frozen=True)
class Repaired:
    """What a repair changed."""

    out: Path
    """The new folder: a file for each table, or for each of its splits, a README that lists them for `load_dataset`,
    and `changes.parquet`."""
    changes: Mapping[str, Mapping[str, int]]
    """Rule -> table -> changed cells."""


def repair(place: str | Path, out: Path, rules: Sequence[str] = ()) -> Repaired:
    """Apply these repairs, or all, in order.

    Raises `DataError` where a part of it cannot be read, since that would be missing in `out`, or `out` is there.
    """
    steps = [_step(rule) for rule in rules or repairs()]
    if out.exists():
        raise DataError("there is something already", where=str(out), expected="a folder that is not there yet")
    try:
        with atomic_folder(out) as draft:
            (draft / DATA).mkdir()
            with connect(temp_directory=str(draft.with_name("spill")), **MEMORY) as connection, using(connection):
                changes = _repair(connection, place, draft, steps)
    except (OSError, duckdb.Error) as error:
        raise DataError("cannot be repaired", where=str(place), got=str(error).partition("\n")[0]) from None
    return Repaired(out, changes)


def repairs() -> list[str]:
    """Every curation step that repairs texts."""
    return [step for step in names(curation.__name__) if issubclass(find(curation.__name__, step), TextRepair)]


def _step(rule: str) -> TextRepair:
    if rule not in repairs():
        raise RecipeError.unknown("no such repair", rule, repairs(), where="--rule")
    step: TextRepair = load(curation.__name__, rule)
    return step


def _repair(
    connection: DuckDBPyConnection, place: str | Path, draft: Path, steps: Sequence[TextRepair]
) -> dict[str, dict[str, int]]:
    found = read(connection, place)
    require_all_read(str(place), found.findings)
    confine(connection, found)
    connection.execute(f"CREATE TABLE changes ({LOG})")
    files = {}
    for table, rows in found.tables.items():
        schemas = source_schemas(found.sources, table)
        for column, before, after in changed_types(rows, schemas):
            connection.execute("INSERT INTO changes VALUES ('types', ?, NULL, ?, ?, ?)", [table, column, before, after])
        for step in steps:
            columns = step.columns_to_repair(rows)
            for column in columns:
                change = step.changes(rows, column)
                change.select(f"{quote_literal(step.component_name())}, {quote_literal(table)}, *").insert_into(
                    "changes"
                )
            rows = step.repair(rows, columns) if columns else rows
        by_split = any(source.split for source in found.sources if source.table == table)
        files[table] = save_table(rows, draft, table, schemas, by_split)
    write_readme(draft, Path(place), files)
    save(connection.sql("FROM changes"), draft / CHANGES, {})
    counts = connection.sql('SELECT rule, "table", count(*) FROM changes GROUP BY ALL ORDER BY ALL').fetchall()
    rules = [*(step.component_name() for step in steps), *(["types"] if any(r == "types" for r, *_ in counts) else [])]
    return {rule: {table: n for own, table, n in counts if own == rule} for rule in rules}
