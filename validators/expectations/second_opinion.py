"""A suite of Great Expectations run over DuckDB, on a copy of the tables that it names."""

from __future__ import annotations

import logging
import re
import tempfile
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from duckdb import DuckDBPyConnection
from pydantic_core import from_json

from ...schemas.errors import DataError
from ...schemas.report import Finding, Report, Severity
from ..findings.evidence import EXAMPLES
from ..findings.severity import worst_first
from ..tables.sql import Tables, quote_identifier, quote_literal
from ..validate import MEMORY, opened

SEVERITIES: Mapping[str, Severity] = {"critical": "error", "warning": "warning", "info": "info"}
"""How bad Great Expectations calls it -> how bad we do."""
LARGEST = 10_000_000
"""Bytes of the largest suite that is read."""
INSTALL = "pip install 'pluriset[expectations]'"
OLD = {"expectation_type": "type", "expectation_suite_name": "name"}
"""What suites before 1.0 say -> what they say now."""

FOREIGN = re.compile(r"^\(\w+\.\w+\) ")
"""The class of a foreign error, before what it says."""


class Opinion(NamedTuple):
    """What Great Expectations says of a table."""

    report: Report
    """It in our words."""
    result: dict[str, Any]
    """Its validation result, as its JSON has it."""
    docs: str
    """Its Data Docs: a page that needs a network for its looks."""


def read(path: Path) -> dict[str, Any]:
    """A suite from its JSON. Raises `DataError` if it is none."""
    try:
        if path.stat().st_size > LARGEST:
            raise DataError("too large for a suite", where=str(path), expected=f"at most {LARGEST:,} bytes")
        said = from_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError("the suite cannot be read", where=str(path), got=str(error)) from None
    suite = _renamed(said) if isinstance(said, dict) else {}
    listed = suite.get("expectations")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        expected = "JSON as Great Expectations saves a suite, with a list `expectations`"
        raise DataError("no suite of expectations", where=str(path), got=said, expected=expected)
    return {**suite, "expectations": [_renamed(one) for one in listed]}


def opinion(place: Path, path: Path, table: str | None = None, memory: str = MEMORY) -> Opinion:
    """What the suite in a file says of a table of what is at a place; of the one that it names, or the only one.

    Raises `DataError` if either cannot be read, or for an expectation that Great Expectations does not know.
    """
    suite = read(path)
    with opened(place, memory) as (connection, tables), tempfile.TemporaryDirectory() as folder, _quiet():
        chosen = _chosen(tables, table, suite, place)
        copy = Path(folder) / "tables.duckdb"
        _copy(connection, tables, {chosen, *(t for t in tables if t in str(suite))}, copy)
        result, docs = _validated(copy, chosen, suite)
        rows = {chosen: int(tables[chosen].aggregate("count(*)").fetchall()[0][0])}
        columns = [column for column in tables[chosen].columns if column != "_row"]
    found = _findings(result, chosen, columns)
    report = Report(dataset=place.name, rows=rows, findings=worst_first(found), skipped={}, figures=[])
    return Opinion(report, result, docs)


def _chosen(tables: Tables, table: str | None, suite: Mapping[str, Any], place: Path) -> str:
    meta = suite.get("meta") or {}
    said = [table] if table else [meta.get("table"), suite.get("name"), *(tables if len(tables) == 1 else ())]
    if found := next((one for one in said if one in tables), None):
        return str(found)
    raise DataError("which table?", where=str(place), got=table, expected="--table, one of " + ", ".join(tables))


def _findings(result: Mapping[str, Any], table: str, columns: Collection[str]) -> Iterator[Finding]:
    """What was found in our words; an expectation that cannot be judged has failed, as the suite has."""
    times = Counter[str]()
    for one in result["results"]:
        times[check := _id(table, one["expectation_config"])] += 1
        check += f".{times[check]}" if times[check] > 1 else ""
        yield _finding(check, table, one, _problem(one, columns))


def _validated(path: Path, table: str, suite: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    gx = _great_expectations()
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    from .dialect import url

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_sql("pluriset", connection_string=str(url(str(path))))
    batch = source.add_table_asset(table, table_name=table).add_batch_definition_whole_table("all").get_batch()
    chosen = gx.ExpectationSuite(name=str(suite.get("name") or table), meta=dict(suite.get("meta") or {}))
    chosen.expectations = [_expectation(one, number) for number, one in enumerate(suite["expectations"])]
    result = batch.validate(chosen, result_format="SUMMARY")
    source.get_engine().dispose()
    page = DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(result))
    return result.to_json_dict(), page


def _expectation(said: Mapping[str, Any], number: int) -> Any:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    known = {key: said[key] for key in ("type", "kwargs", "meta", "severity", "notes", "id") if said.get(key)}
    try:
        return ExpectationConfiguration(**{"kwargs": {}, **known}).to_domain_obj()
    except Exception as error:  # noqa: BLE001 (whatever a foreign constructor raises at what somebody wrote)
        where, got = f"suite: expectations[{number}]", str(error).partition("\n")[0]
        raise DataError(f"no expectation: {said.get('type')}", where=where, got=got) from None


def _great_expectations() -> Any:
    try:
        import great_expectations
    except ImportError as error:
        raise DataError("Great Expectations is not installed", got=str(error), hint=INSTALL) from None
    return great_expectations


@contextmanager
def _quiet() -> Iterator[None]:
    """What Great Expectations tells its developers is not for whoever runs a suite."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _copy(connection: DuckDBPyConnection, tables: Tables, wanted: set[str], path: Path) -> None:
    """Tables into a file of their own, each read once: an expectation is several queries."""
    connection.execute(f"ATTACH {quote_literal(str(path))} AS _copy")
    for table in wanted:
        own = [quote_identifier(column) for column in tables[table].columns if column != "_row"]
        tables[table].select(", ".join(own)).create_view("_copied", replace=True)
        connection.execute(f"CREATE TABLE _copy.main.{quote_identifier(table)} AS FROM _copied")
    connection.execute("DROP VIEW _copied; DETACH _copy")


def _finding(check: str, table: str, result: Mapping[str, Any], problem: str) -> Finding:
    config, facts = result["expectation_config"], result["result"]
    count = facts.get("unexpected_count", facts.get("observed_value") if "unexpected_rows" in config["type"] else None)
    failed = not result["success"]
    return Finding(
        check=check,
        severity=SEVERITIES.get(str(config.get("severity")), "error"),
        title=_title(config),
        table=table,
        count=max(int(count), 1) if failed and isinstance(count, int) else int(failed),
        of=facts.get("element_count", 0),
        unit=None if count is None else "rows",
        examples=[{"problem": f"cannot be judged: {problem}"}] if problem else _examples(facts) if failed else [],
    )


def _examples(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    if rows := facts.get("partial_unexpected_index_list"):
        return [dict(row) for row in rows[:EXAMPLES]]
    if values := facts.get("partial_unexpected_list"):
        there = [value for value in values if value is not None]
        return [value if isinstance(value, dict) else {"found": value} for value in there[:EXAMPLES]]
    return [{"found": facts["observed_value"]}] if "observed_value" in facts else []


def _title(config: Mapping[str, Any]) -> str:
    said = {key: value for key, value in config["kwargs"].items() if key != "batch_id"}
    return f"{config['type'].replace('_', ' ')}: {', '.join(f'{key} {value}' for key, value in said.items())}"


def _id(table: str, config: Mapping[str, Any]) -> str:
    """The id of our check where we made the expectation, else table, column and type."""
    said = config["meta"].get("check")
    return str(said or ".".join(filter(None, (table, config["kwargs"].get("column"), config["type"]))))


def _problem(result: Mapping[str, Any], columns: Collection[str]) -> str:
    """Why an expectation could not be judged: Great Expectations has it by metric, or as one."""
    info = result.get("exception_info") or {}
    parts = [info] if "raised_exception" in info else [*info.values()]
    raised = [str(part["exception_message"]) for part in parts if part.get("raised_exception")]
    if not raised:
        return ""
    column = result["expectation_config"]["kwargs"].get("column")
    absent = column is not None and column not in columns
    return f"there is no column {column!r}" if absent else FOREIGN.sub("", raised[0].partition("\n")[0])


def _renamed(said: Mapping[str, Any]) -> dict[str, Any]:
    return {OLD.get(key, key): value for key, value in said.items()}
