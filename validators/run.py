"""Judge a whole dataset: the constraints of its row types, then every check and measure that can run on it."""

from __future__ import annotations

import importlib
import pkgutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyRelation
from pydantic_core import from_json

from ..schemas import rows as families
from ..schemas.component import load, names
from ..schemas.errors import DataError
from ..schemas.report import Figure, Finding, Report
from ..schemas.row import Row, columns
from ..schemas.rows.shared import SHARED
from . import checks, measures
from .check import Check
from .constraints import RowTypes, check_table
from .evidence import evidence
from .measure import Measure
from .readers.run import read
from .tables import Tables, connect, name

SEVERITIES = ("error", "warning", "info")
MEMORY = "2GB"
"""What DuckDB may use before it writes to disk."""
UNFIT = (duckdb.ProgrammingError, duckdb.DataError)
"""What a check or measure meets when a column holds something else than it can judge."""


def validate_run(folder: Path, *, memory: str = MEMORY, spill: Path | None = None) -> Report:
    """Judge a run folder. What does not fit into `memory` is in a folder inside `spill` for as long as it takes.

    Raises `DataError` if the folder is no run or cannot be read.
    """
    with (
        _errors(folder),
        tempfile.TemporaryDirectory(dir=spill) as room,
        connect(memory_limit=memory, temp_directory=room) as connection,
    ):
        tables = read(connection, folder)
        return validate(tables, row_types(folder, tables), folder.resolve().name)


def validate(tables: Tables, row_types: RowTypes, dataset: str) -> Report:
    """Judge tables: what is found, worst first, what is measured, and what could not run and why."""
    with _errors(dataset):
        rows = {table: _count(relation) for table, relation in tables.items()}
        skipped: dict[str, str] = {}
        findings = [finding for table in row_types for finding in check_table(table, tables, row_types, rows)]
        readable = {t: _readable(tables[t], row_types[t]) if t in row_types else tables[t] for t in tables}
        findings += _findings(readable, rows, skipped)
        figures = [*_figures(readable, skipped)]
    worst_first = sorted(findings, key=lambda f: (not f.count, SEVERITIES.index(f.severity), f.check))
    return Report(dataset=dataset, rows=rows, findings=worst_first, skipped=skipped, figures=figures)


def row_types(folder: Path, tables: Tables) -> RowTypes:
    """The row types of a run: those of the family that its manifest names, else of the family that has its tables."""
    known = _families()
    if (family := _family(folder)) in known:
        return known[family]
    fitting = [types for types in known.values() if set(types) <= set(tables)]
    shared = {table: SHARED[table] for table in SHARED if table in tables}
    return max(fitting, key=len, default=shared)


def _families() -> dict[str, RowTypes]:
    found = (module.name for module in pkgutil.iter_modules(families.__path__))
    modules = {family: importlib.import_module(f"{families.__name__}.{family}") for family in found}
    return {family: module.TABLES for family, module in modules.items() if hasattr(module, "TABLES")}


def _family(folder: Path) -> str:
    """The family that the manifest names; a run that is being built has no manifest yet."""
    path = folder / "manifest.json"
    if not path.exists():
        return ""
    try:
        manifest = from_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError("the manifest cannot be read", where=str(path), got=str(error)) from None
    return str(manifest.get("family")) if isinstance(manifest, dict) else ""


def _count(relation: DuckDBPyRelation) -> int:
    return int(relation.aggregate("count(*)").fetchall()[0][0])


def _readable(relation: DuckDBPyRelation, row_type: type[Row]) -> DuckDBPyRelation:
    """The relation with what should be text as text, so that a check never meets a number for a label."""
    types = dict(zip(relation.columns, relation.types, strict=True))
    texts = [c.name for c in columns(row_type) if c.name in types and c.schema.get("type") == "string"]
    casts = [f"CAST({name(text)} AS VARCHAR) AS {name(text)}" for text in texts if types[text].id != "varchar"]
    return relation.select(f"* REPLACE ({', '.join(casts)})") if casts else relation


def _findings(tables: Tables, rows: Mapping[str, int], skipped: dict[str, str]) -> Iterator[Finding]:
    for check_name, check in _runnable(checks.__name__, tables, skipped):
        try:
            yield _finding(check_name, check, tables, rows)
        except UNFIT as error:
            skipped[check_name] = _first_line(error)


def _finding(check_name: str, check: Check, tables: Tables, rows: Mapping[str, int]) -> Finding:
    count, shown = evidence(check.failing(tables))
    return Finding(
        check=check_name,
        severity=check.severity,
        title=(type(check).__doc__ or check_name).partition("\n")[0],
        table=check.table,
        count=count,
        of=rows.get(check.table, 0),
        examples=shown,
        repair=check.repair,
    )


def _figures(tables: Tables, skipped: dict[str, str]) -> Iterator[Figure]:
    for measure_name, measure in _runnable(measures.__name__, tables, skipped):
        try:
            yield from [*measure.figures(tables)]
        except UNFIT as error:
            skipped[measure_name] = _first_line(error)


def _runnable(package: str, tables: Tables, skipped: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """Every check or measure whose needs are met; one that is meant for these tables but lacks something is skipped."""
    for component_name in names(package):
        component: Check | Measure = load(package, component_name)
        if absent := [*_absent(component.needs, tables)]:
            if _meant(component.needs, tables):
                skipped[component_name] = ", ".join(absent)
        else:
            yield component_name, component


def _absent(needs: Mapping[str, Sequence[str]], tables: Tables) -> Iterator[str]:
    for table, needed in needs.items():
        if table not in tables:
            yield f"no table {table}"
            continue
        there = tables[table].columns
        yield from (f"no column {table}.{column}" for column in needed if column not in there)


def _meant(needs: Mapping[str, Sequence[str]], tables: Tables) -> bool:
    """Tables that every family has say nothing of what a check is for, unless it needs no others."""
    own = [table for table in needs if table not in SHARED] or list(needs)
    return any(table in tables for table in own)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


@contextmanager
def _errors(where: str | Path) -> Iterator[None]:
    """Nobody meets an error of DuckDB."""
    try:
        yield
    except duckdb.Error as error:
        hint = "the file may be damaged; if it is the memory, give it more"
        raise DataError("cannot be read to the end", where=str(where), got=_first_line(error), hint=hint) from None
