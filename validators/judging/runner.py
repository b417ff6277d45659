"""Runs the constraints of the row types, then every check and measure that applies to a dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial, reduce
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from duckdb import DuckDBPyRelation

from ...schemas import bounds
from ...schemas.component import load, names
from ...schemas.errors import DataError
from ...schemas.report import Figure, Finding, Report, problem_line
from ...schemas.row import Row, columns
from ...schemas.rows.shared import SHARED
from .. import checks, measures
from ..checks import Check
from ..checks._text_check import TextCheck, failing_texts
from ..findings.evidence import count_units, evidence, parts
from ..findings.failing_rows import RowSink, discard_rows
from ..findings.severity import cap_constraint, worst_first
from ..findings.subject import Subject
from ..measures import Measure
from ..tables.cells import ROW
from ..tables.sql import COLUMNS_AT_ONCE, Tables, column_groups, fetch_all, materialize, quote_identifier
from .constraints import check_table, skipped_references
from .failures import UNSUITABLE, Failures, first_line

Options = Mapping[str, Mapping[str, Any]]
"""Check -> its options."""
NONE: Options = {}
Units = Callable[[str | None, Sequence[str], DuckDBPyRelation], int]
"""(unit, columns that identify it, relation) -> number of units."""
Evidence = Callable[[DuckDBPyRelation], tuple[int, list[dict[str, Any]]]]
"""Failing rows -> their number and a few of them."""
ANY = "*"
"""The table of a check that runs on every raw table."""
SMALL = 20_000
"""Rows of a wide table whose parts are copied."""


class Job(NamedTuple):
    """A check to run on a table."""

    name: str
    check: Check
    table: str
    judged: DuckDBPyRelation
    """The rows of the table."""
    failing: Callable[[], DuckDBPyRelation]
    """Computes the failing rows; may raise anything: see `failures`."""


def judge(subject: Subject, options: Options = NONE, keep: RowSink = discard_rows) -> Report:
    """Run everything that applies and report findings, figures and what was skipped.

    `options` are those of checks; `keep` receives all failing rows of every finding.
    """
    with wrap_duckdb_errors(subject.dataset):
        failures = Failures({**subject.skipped, **skipped_references(subject.row_types)})
        typed = {t: _readable(rows, subject.row_types.get(t)) for t, rows in subject.all().items()}
        rows = cache(_count)
        units: Units = cache(lambda unit, per, relation: count_units(unit, per, relation, rows(relation)))
        findings = [*_from_reading(subject, keep), *_constraints(subject, keep)]
        judged = [*_findings(subject, typed, units, failures, options, keep)]
        figures = [*_figures(typed, failures)]
        findings += [*judged, *failures.findings(subject.dataset, len(judged) + len(failures.unfinished))]
        return Report(
            dataset=subject.dataset,
            rows={table: _count(relation) for table, relation in subject.raw.items()},
            findings=worst_first(findings),
            skipped=failures.skipped,
            figures=figures,
            profile=subject.profile,
            plots=dict(subject.plots),
        )


def failing_relation(subject: Subject, check: str, table: str, options: Options = NONE) -> DuckDBPyRelation | None:
    """The rows of a table that fail one check; null where the check does not apply or has no rows of its own."""
    if check in subject.failing:
        return subject.failing[check]()
    typed = {t: _readable(rows, subject.row_types.get(t)) for t, rows in subject.all().items()}
    if check in names(checks.__name__):
        component: Check = load(checks.__name__, {check: options.get(check)})
        applies = ANY in component.needs or not [*_missing(component.needs, typed)]
        jobs = _jobs(subject, typed, {check: component}) if applies else ()
        return next((job.failing() for job in jobs if job.table == table), None)
    found: list[DuckDBPyRelation] = []

    def capture(finding: Finding, failing: Callable[[], DuckDBPyRelation]) -> Finding:
        if finding.check == check and finding.count:
            found.append(failing())
        return finding

    if table in subject.row_types:
        rows = {t: _count(relation) for t, relation in subject.tables.items() if t in subject.row_types}
        for _ in check_table(table, subject.tables, subject.row_types, rows, capture):
            pass
    return next(iter(found), None)


@contextmanager
def wrap_duckdb_errors(where: str | Path) -> Iterator[None]:
    """Raise errors of DuckDB as `DataError`, but for an interruption, which is none of the data."""
    try:
        yield
    except duckdb.InterruptException:
        raise
    except duckdb.OutOfMemoryException:
        raise bounds.exceeded("memory_mb", str(where)) from None
    except duckdb.Error as error:
        hint = "the file may be damaged"
        raise DataError("cannot be read to the end", where=str(where), got=first_line(error), hint=hint) from None


def _from_reading(subject: Subject, keep: RowSink) -> Iterator[Finding]:
    """Findings made while reading."""
    for finding in subject.findings:
        yield keep(finding, subject.failing[finding.check]) if finding.check in subject.failing else finding


def _constraints(subject: Subject, keep: RowSink) -> Iterator[Finding]:
    rows = {table: _count(relation) for table, relation in subject.tables.items() if table in subject.row_types}
    unread = {finding.check.removesuffix(".type"): finding.count for finding in subject.findings}
    for table in subject.row_types:
        unit = table if table in subject.own_tables() and table.endswith("s") else "rows"
        for finding in check_table(table, subject.tables, subject.row_types, rows, keep, unit):
            # An unreadable cell is null here, but not in the file.
            unreadable = unread.get(finding.check.removesuffix(".null"), 0)
            if unreadable:
                if finding.count <= unreadable:
                    continue
                count = finding.count - unreadable
                column = finding.check.removeprefix(f"{finding.table}.").removesuffix(".null")
                problem = problem_line(f"have|has no `{column}`", count, finding.of, finding.unit)
                finding = finding.model_copy(update={"count": count, "problem": problem})
            yield cap_constraint(finding, subject.configs[table]) if table in subject.configs else finding


def _count(relation: DuckDBPyRelation) -> int:
    return int(fetch_all(relation, "SELECT count(*) FROM rows")[0][0])


def _readable(relation: DuckDBPyRelation, row_type: type[Row] | None) -> DuckDBPyRelation:
    """The relation with text columns cast to text, so that no check has to handle a number as a label."""
    types = dict(zip(relation.columns, relation.types, strict=True))
    texts = [c.name for c in columns(row_type) if c.schema.get("type") == "string"] if row_type else []
    casts = [
        f"CAST({quote_identifier(c)} AS VARCHAR) AS {quote_identifier(c)}"
        for c in texts
        if c in types and types[c].id != "varchar"
    ]
    return relation.select(f"* REPLACE ({', '.join(casts)})") if casts else relation


def _findings(
    subject: Subject, tables: Tables, units: Units, failures: Failures, options: Options, keep: RowSink
) -> Iterator[Finding]:
    show = cache(evidence)
    for job in _jobs(subject, tables, dict(_runnable(checks.__name__, tables, failures.skipped, options))):
        try:
            yield _finding(job, units, show, keep)
        except Exception as error:  # noqa: BLE001 (a check of another package may raise anything)
            failures.add(job.name, error, [job.judged])


def _jobs(subject: Subject, tables: Tables, runnable: Mapping[str, Check]) -> Iterator[Job]:
    """Every check with every table it applies to; all text checks share one scan of all tables but wide ones."""
    text_checks = {name: check for name, check in runnable.items() if isinstance(check, TextCheck)}
    column_parts = cache(_column_parts)
    whole = [
        rows for rows in (*subject.raw.values(), *subject.rejects.values()) if len(column_parts(rows, (ROW,))) == 1
    ]
    scan_whole = cache(lambda: dict(zip(whole, _scan_texts(whole, text_checks), strict=True)))
    scan_part = cache(lambda part: _scan_texts([part], text_checks)[0])

    def scan(rows: DuckDBPyRelation) -> Tables:
        return scan_whole()[rows] if rows in whole else scan_part(rows)

    for name, check in runnable.items():
        covered = subject.own_tables() if check.implied_by_row_type else frozenset()
        if ANY in check.needs:
            raw = {table: rows for table, rows in subject.raw.items() if table not in covered}
            raw |= subject.rejects if check.of_rejects else {}
            for table, rows in raw.items():
                if set(check.needs[ANY]) <= set(rows.columns):
                    parts = column_parts(rows, (ROW, *check.needs[ANY])) if check.by_column else [rows]
                    yield Job(name, check, table, rows, partial(_failing_anywhere, name, check, parts, scan))
        elif not set(check.needs) <= covered:
            yield Job(name, check, check.table, tables[check.table], partial(check.failing, tables))


def _failing_anywhere(
    name: str, check: Check, parts: Sequence[DuckDBPyRelation], scan: Callable[[DuckDBPyRelation], Tables]
) -> DuckDBPyRelation:
    """The failing rows of a check of any table, for texts from the shared scan."""
    if len(parts) > 1:  # each held by itself, as one query over all would need the memory of them together
        found = [materialize(_failing_anywhere(name, check, [part], scan)) for part in parts]
        return reduce(lambda a, b: a.union(b), found)
    [relation] = parts
    shared = scan(relation).get(name) if isinstance(check, TextCheck) else None
    return check.failing({ANY: relation}) if shared is None else shared


def _column_parts(relation: DuckDBPyRelation, always: tuple[str, ...]) -> list[DuckDBPyRelation]:
    """A wide table in parts of some columns, each with those that a check `always` needs; any other table as it is."""
    others = [column for column in relation.columns if column not in always]
    if len(others) <= COLUMNS_AT_ONCE:
        return [relation]
    parts = [relation.select(", ".join(map(quote_identifier, [*always, *group]))) for group in column_groups(others)]
    # To plan a query over a few columns of a wide table takes as long as over all.
    return [*map(materialize, parts)] if _count(relation) <= SMALL else parts


def _scan_texts(relations: Sequence[DuckDBPyRelation], text_checks: Mapping[str, TextCheck]) -> Sequence[Tables]:
    """The failing rows of all text checks; empty if one of them fails, so that each is then run separately."""
    try:
        return failing_texts(relations, text_checks)
    except (*UNSUITABLE, duckdb.OutOfMemoryException):
        return [{} for _ in relations]


def _finding(job: Job, units: Units, show: Evidence, keep: RowSink) -> Finding:
    check, failing = job.check, job.failing()
    count, shown = show(failing)
    of = units("rows" if check.unit == check.table else check.unit, tuple(check.per), job.judged)
    found = Finding(
        problem=problem_line(check.problem, count, of, check.unit, dict(check)),
        rule=(type(check).__doc__ or job.name).partition("\n")[0].removesuffix("."),
        check=job.name,
        severity=check.severity,
        table=job.table,
        count=count,
        of=of,
        unit=check.unit,
        examples=shown,
        parts=parts(failing, count),
        repair=check.repair,
        auto_repairable=check.auto_repairable,
    )
    return keep(found, lambda: failing)


def _figures(tables: Tables, failures: Failures) -> Iterator[Figure]:
    for measure_name, measure in _runnable(measures.__name__, tables, failures.skipped):
        try:
            yield from [*measure.figures(tables)]
        except Exception as error:  # noqa: BLE001 (a measure of another package may raise anything)
            failures.add(measure_name, error, [tables[table] for table in measure.needs if table in tables])


def _runnable(
    package: str, tables: Tables, skipped: dict[str, str], options: Options = NONE
) -> Iterator[tuple[str, Any]]:
    """Every check or measure whose needs are met; one that applies to the tables but lacks a column is skipped."""
    for name in names(package):
        component: Check | Measure = load(package, {name: options.get(name)})
        if ANY in component.needs or not (missing := [*_missing(component.needs, tables)]):
            yield name, component
        # Shared tables exist in every family: they count only for components that need no others.
        elif any(table in tables for table in [t for t in component.needs if t not in SHARED] or component.needs):
            skipped[name] = ", ".join(missing)


def _missing(needs: Mapping[str, Sequence[str]], tables: Tables) -> Iterator[str]:
    for table, needed in needs.items():
        if table not in tables:
            yield f"no table {table}"
        else:
            yield from (f"no column {table}.{column}" for column in needed if column not in tables[table].columns)
