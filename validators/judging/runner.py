"""Judge a subject: the constraints of its row types, then every check and measure that can run on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from duckdb import DuckDBPyRelation

from ...schemas.component import load, names
from ...schemas.errors import DataError
from ...schemas.report import Figure, Finding, Report, problem_line
from ...schemas.row import Row, columns
from ...schemas.rows.shared import SHARED
from .. import checks, measures
from ..checks import Check
from ..checks._text_check import TextCheck, wrong_texts
from ..findings.evidence import evidence, looked_at, parts
from ..findings.failing_rows import Keep, forget
from ..findings.severity import of_constraint, worst_first
from ..findings.subject import Subject
from ..measures import Measure
from ..tables.sql import Tables, fetch_all, quote_identifier
from .constraints import check_table, unjudged

Options = Mapping[str, Mapping[str, Any]]
"""Check -> its options."""
NONE: Options = {}
Units = Callable[[str | None, Sequence[str], DuckDBPyRelation], int]
"""What a check counts -> how many of them a relation has."""
ANY = "*"
"""What a check calls the table that it looks at where it needs no knowledge: it runs on every raw table."""
UNFIT = (duckdb.ProgrammingError, duckdb.DataError, duckdb.OutOfMemoryException)
"""What a check or measure meets when a column holds something else than it can judge, or more than there is memory."""


class Job(NamedTuple):
    """A check of a table."""

    name: str
    check: Check
    table: str
    judged: DuckDBPyRelation
    """The rows of the table."""
    failing: Callable[[], DuckDBPyRelation]
    """What it finds; raises one of `UNFIT` where it can judge nothing."""


def judge(subject: Subject, options: Options = NONE, keep: Keep = forget) -> Report:
    """What is found, worst first, what is measured, and what could not run and why.

    `options` are those of checks; `keep` is what becomes of all failing rows of a finding.
    """
    with no_foreign_errors(subject.dataset):
        skipped = {**subject.skipped, **unjudged(subject.row_types)}
        typed = {t: _readable(rows, subject.row_types.get(t)) for t, rows in subject.all().items()}
        rows = cache(_count)
        units: Units = cache(lambda unit, per, relation: looked_at(unit, per, relation, rows(relation)))
        findings = [*_known(subject, keep), *_constraints(subject, keep)]
        findings += _findings(subject, typed, units, skipped, options, keep)
        figures = [*_figures(typed, skipped)]
        return Report(
            dataset=subject.dataset,
            rows={table: _count(relation) for table, relation in subject.raw.items()},
            findings=worst_first(findings),
            skipped=skipped,
            figures=figures,
            profile=subject.profile,
        )


@contextmanager
def no_foreign_errors(where: str | Path) -> Iterator[None]:
    """Nobody meets an error of DuckDB."""
    try:
        yield
    except duckdb.Error as error:
        hint = "the file may be damaged; if it is the memory, give it more"
        raise DataError("cannot be read to the end", where=str(where), got=_first_line(error), hint=hint) from None


def _known(subject: Subject, keep: Keep) -> Iterator[Finding]:
    """What was found on the way."""
    for finding in subject.findings:
        yield keep(finding, subject.failing[finding.check]) if finding.check in subject.failing else finding


def _constraints(subject: Subject, keep: Keep) -> Iterator[Finding]:
    rows = {table: _count(relation) for table, relation in subject.tables.items() if table in subject.row_types}
    unread = {finding.check.removesuffix(".type"): finding.count for finding in subject.findings}
    for table in subject.row_types:
        unit = table if table in subject.own() and table.endswith("s") else "rows"
        for finding in check_table(table, subject.tables, subject.row_types, rows, keep, unit):
            # A cell that cannot be read is null here, but the file has something in it.
            known = unread.get(finding.check.removesuffix(".null"), 0)
            if known == 0 or finding.count > known:
                less = _fewer(finding, finding.count - known) if known else finding
                yield of_constraint(less, subject.configs[table]) if table in subject.configs else less


def _fewer(nulls: Finding, count: int) -> Finding:
    """A finding about nulls, of which fewer are null in the file."""
    column = nulls.check.removeprefix(f"{nulls.table}.").removesuffix(".null")
    problem = problem_line(f"have|has no `{column}`", count, nulls.of, nulls.unit)
    return nulls.model_copy(update={"count": count, "problem": problem})


def _count(relation: DuckDBPyRelation) -> int:
    return int(fetch_all(relation, "SELECT count(*) FROM rows")[0][0])


def _readable(relation: DuckDBPyRelation, row_type: type[Row] | None) -> DuckDBPyRelation:
    """The relation with what should be text as text, so that a check never meets a number for a label."""
    types = dict(zip(relation.columns, relation.types, strict=True))
    texts = [c.name for c in columns(row_type) if c.schema.get("type") == "string"] if row_type else []
    casts = [
        f"CAST({quote_identifier(c)} AS VARCHAR) AS {quote_identifier(c)}"
        for c in texts
        if c in types and types[c].id != "varchar"
    ]
    return relation.select(f"* REPLACE ({', '.join(casts)})") if casts else relation


def _findings(
    subject: Subject, tables: Tables, units: Units, skipped: dict[str, str], options: Options, keep: Keep
) -> Iterator[Finding]:
    for job in _jobs(subject, tables, dict(_runnable(checks.__name__, tables, skipped, options))):
        try:
            yield _finding(job, units, keep)
        except UNFIT as error:
            skipped[job.name] = _first_line(error)


def _jobs(subject: Subject, tables: Tables, runnable: Mapping[str, Check]) -> Iterator[Job]:
    """Every check of every table that it is for; all checks of texts look at a table together."""
    together = {check_name: check for check_name, check in runnable.items() if isinstance(check, TextCheck)}
    texts = cache(lambda relation: _together(relation, together))
    for check_name, check in runnable.items():
        known = subject.own() if check.implied_by_row_type else frozenset()
        if ANY in check.needs:
            raw = {table: relation for table, relation in subject.raw.items() if table not in known}
            for table, relation in _wanted(check, {**raw, **(subject.rejects if check.of_rejects else {})}):
                yield Job(check_name, check, table, relation, partial(_untyped, check_name, check, relation, texts))
        elif not set(check.needs) <= known:
            yield Job(check_name, check, check.table, tables[check.table], partial(check.failing, tables))


def _untyped(
    check_name: str, check: Check, relation: DuckDBPyRelation, texts: Callable[[DuckDBPyRelation], Tables]
) -> DuckDBPyRelation:
    """What a check finds in a raw table that needs no knowledge."""
    shared = texts(relation).get(check_name) if isinstance(check, TextCheck) else None
    return check.failing({ANY: relation}) if shared is None else shared


def _together(relation: DuckDBPyRelation, texts: Mapping[str, TextCheck]) -> Tables:
    """What all checks of texts find; nothing where one of them cannot be run, and each is then run by itself."""
    try:
        return wrong_texts(relation, texts)
    except UNFIT:
        return {}


def _wanted(check: Check, raw: Tables) -> Iterator[tuple[str, DuckDBPyRelation]]:
    """The tables that have the columns that a check may want which needs no knowledge."""
    return ((table, rows) for table, rows in raw.items() if set(check.needs[ANY]) <= set(rows.columns))


def _finding(job: Job, units: Units, keep: Keep) -> Finding:
    check, failing = job.check, job.failing()
    count, shown = evidence(failing)
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


def _figures(tables: Tables, skipped: dict[str, str]) -> Iterator[Figure]:
    for measure_name, measure in _runnable(measures.__name__, tables, skipped):
        try:
            yield from [*measure.figures(tables)]
        except UNFIT as error:
            skipped[measure_name] = _first_line(error)
        except ModuleNotFoundError as error:
            skipped[measure_name] = f"the package {error.name} is not installed"


def _runnable(
    package: str, tables: Tables, skipped: dict[str, str], options: Options = NONE
) -> Iterator[tuple[str, Any]]:
    """Every check or measure whose needs are met; one that is meant for these tables but lacks something is skipped."""
    for component_name in names(package):
        component: Check | Measure = load(package, {component_name: options.get(component_name)})
        if ANY not in component.needs and (absent := [*_absent(component.needs, tables)]):
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
