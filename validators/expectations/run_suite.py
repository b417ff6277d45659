"""Run a Great Expectations suite over DuckDB, on a copy of the tables it refers to."""

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

from ...schemas import bounds
from ...schemas.errors import DataError
from ...schemas.report import Finding, Report, Severity, problem_line
from ..findings.evidence import MAX_EXAMPLES
from ..findings.severity import worst_first
from ..tables.sql import Tables, quote_identifier, quote_literal
from ..validate import open_tables

SEVERITIES: Mapping[str, Severity] = {"critical": "error", "warning": "warning", "info": "info"}
"""Severity in Great Expectations -> ours."""
INSTALL = "pip install 'pluriset[expectations]'"
RENAMED_IN_1_0 = {"expectation_type": "type", "expectation_suite_name": "name"}
"""Key in suites written before Great Expectations 1.0 -> its current name."""
EXCEPTION_CLASS = re.compile(r"^\(\w+\.\w+\) ")
"""Class name that SQLAlchemy puts before the message of a driver's error."""


class SuiteResult(NamedTuple):
    """The outcome of a suite on one table."""

    report: Report
    """One finding per expectation."""
    validation_result: dict[str, Any]
    """Great Expectations' own validation result, JSON-serialisable."""
    data_docs: str
    """Its Data Docs page as HTML; stylesheets are loaded from the network."""


def run_suite(dataset: Path, suite_file: Path, table: str | None = None, memory: str | None = None) -> SuiteResult:
    """Run the suite in a file on one table of a dataset: `table`, else the one the suite names, else the only one.

    Raises `DataError` if the suite or the dataset cannot be read, the table is ambiguous, Great Expectations is not
    installed, or it does not know an expectation.
    """
    suite = read_suite(suite_file)
    opened = open_tables(dataset, memory, numbers=True)
    with opened as (connection, tables), tempfile.TemporaryDirectory() as folder, _silenced():
        chosen = _choose_table(tables, table, suite, dataset)
        copy = Path(folder) / "tables.duckdb"
        _copy_tables(connection, tables, {chosen, *(t for t in tables if t in str(suite))}, copy)
        result, data_docs = _validate_table(copy, chosen, suite)
        rows = {chosen: int(tables[chosen].aggregate("count(*)").fetchall()[0][0])}
        columns = [column for column in tables[chosen].columns if column != "_row"]
    findings = worst_first(_findings(result, chosen, columns))
    report = Report(dataset=dataset.name, rows=rows, findings=findings, skipped={}, figures=[])
    return SuiteResult(report, result, data_docs)


def read_suite(path: Path) -> dict[str, Any]:
    """Read a suite from its JSON, in the form used since Great Expectations 1.0. Raises `DataError` if it is none."""
    try:
        if (size := path.stat().st_size) > bounds.current().metadata_bytes:
            raise bounds.exceeded("metadata_bytes", str(path), size)
        content = from_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError("the suite cannot be read", where=str(path), got=str(error)) from None
    suite = _with_current_keys(content) if isinstance(content, dict) else {}
    expectations = suite.get("expectations")
    if not isinstance(expectations, list) or not all(isinstance(one, dict) for one in expectations):
        expected = "JSON as Great Expectations saves a suite, with a list `expectations`"
        raise DataError("not a Great Expectations suite", where=str(path), got=content, expected=expected)
    return {**suite, "expectations": [_with_current_keys(one) for one in expectations]}


def _with_current_keys(config: Mapping[str, Any]) -> dict[str, Any]:
    return {RENAMED_IN_1_0.get(key, key): value for key, value in config.items()}


def _choose_table(tables: Tables, table: str | None, suite: Mapping[str, Any], dataset: Path) -> str:
    named_by_suite = ((suite.get("meta") or {}).get("table"), suite.get("name"))
    candidates = [table] if table else [*named_by_suite, *(tables if len(tables) == 1 else ())]
    if chosen := next((name for name in candidates if name in tables), None):
        return str(chosen)
    expected = "--table, one of " + ", ".join(tables)
    raise DataError("which table should the suite run on?", where=str(dataset), got=table, expected=expected)


def _copy_tables(connection: DuckDBPyConnection, tables: Tables, wanted: set[str], path: Path) -> None:
    """Copy tables into a database of their own: every expectation runs several queries, so each is read once."""
    connection.execute(f"ATTACH {quote_literal(str(path))} AS _copy")
    for table in wanted:
        columns = [quote_identifier(column) for column in tables[table].columns if column != "_row"]
        tables[table].select(", ".join(columns)).create_view("_copied", replace=True)
        connection.execute(f"CREATE TABLE _copy.main.{quote_identifier(table)} AS FROM _copied")
    connection.execute("DROP VIEW _copied; DETACH _copy")


@contextmanager
def _silenced() -> Iterator[None]:
    """Hide the warnings and tracebacks that Great Expectations writes for its own developers: findings tell of both."""
    logger, silence = logging.getLogger("great_expectations"), logging.NullHandler()
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(silence)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.removeHandler(silence)
        logger.propagate = propagate


def _validate_table(database: Path, table: str, suite: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The validation result and the Data Docs page of a table of a DuckDB file."""
    try:
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig
        from great_expectations.render.renderer import ValidationResultsPageRenderer
        from great_expectations.render.view import DefaultJinjaPageView

        from .dialect import url
    except ImportError as error:
        raise DataError("Great Expectations is not installed", got=str(error), hint=INSTALL) from None

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_sql("pluriset", connection_string=str(url(str(database))))
    batch = source.add_table_asset(table, table_name=table).add_batch_definition_whole_table("all").get_batch()
    gx_suite = gx.ExpectationSuite(name=str(suite.get("name") or table), meta=dict(suite.get("meta") or {}))
    gx_suite.expectations = [_expectation(config, number) for number, config in enumerate(suite["expectations"])]
    try:
        result = batch.validate(gx_suite, result_format="SUMMARY")
    except Exception as error:  # noqa: BLE001 (whatever a suite makes it raise, such as for a parameter without a value)
        raise DataError("Great Expectations cannot run the suite", got=str(error).partition("\n")[0]) from None
    finally:
        source.get_engine().dispose()
    page = DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(result))
    return result.to_json_dict(), page


def _expectation(config: Mapping[str, Any], number: int) -> Any:
    """An expectation as Great Expectations' own object. Raises `DataError` if it does not accept the configuration."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    accepted = ("type", "kwargs", "meta", "severity", "notes", "id")
    options = {"kwargs": {}, **{key: config[key] for key in accepted if config.get(key)}}
    try:
        return ExpectationConfiguration(**options).to_domain_obj()
    except Exception as error:  # noqa: BLE001 (its constructors raise anything on hand-written input)
        where, got = f"suite: expectations[{number}]", str(error).partition("\n")[0]
        raise DataError(f"unknown expectation: {config.get('type')}", where=where, got=got) from None


def _findings(result: Mapping[str, Any], table: str, columns: Collection[str]) -> Iterator[Finding]:
    """One finding per expectation; ids that occur again are numbered from 2."""
    occurrences = Counter[str]()
    for outcome in result["results"]:
        config = outcome["expectation_config"]
        # Suites exported by `pluriset schema --suite` carry the id of the check they come from.
        parts = (table, config["kwargs"].get("column"), config["type"])
        check = str(config["meta"].get("check") or ".".join(filter(None, parts)))
        occurrences[check] += 1
        number = f".{occurrences[check]}" if occurrences[check] > 1 else ""
        yield _finding(check + number, table, outcome, _exception(outcome, columns))


def _finding(check: str, table: str, outcome: Mapping[str, Any], exception: str) -> Finding:
    """An expectation as a finding; one that raised an exception counts as failed, as it does in the suite."""
    config, facts, failed = outcome["expectation_config"], outcome["result"], not outcome["success"]
    counts_rows = "unexpected_rows" in config["type"]
    count = facts.get("unexpected_count", facts.get("observed_value") if counts_rows else None)
    options = ", ".join(f"{key} {value}" for key, value in config["kwargs"].items() if key != "batch_id")
    unit = None if count is None else "rows"
    failing = max(int(count), 1) if failed and isinstance(count, int) else int(failed)
    problem = "do|does not meet the expectation" if unit else "The table does not meet the expectation"
    return Finding(
        problem=problem_line(problem, failing, facts.get("element_count", 0), unit),
        check=check,
        severity=SEVERITIES.get(str(config.get("severity")), "error"),
        rule=f"{config['type'].replace('_', ' ')}: {options}",
        table=table,
        count=failing,
        of=facts.get("element_count", 0),
        unit=unit,
        examples=[{"problem": f"cannot be evaluated: {exception}"}]
        if exception
        else _examples(facts)
        if failed
        else [],
    )


def _exception(outcome: Mapping[str, Any], columns: Collection[str]) -> str:
    """The first exception of an expectation, which Great Expectations stores by metric or as a single one."""
    info = outcome.get("exception_info") or {}
    by_metric = [info] if "raised_exception" in info else [*info.values()]
    messages = [str(metric["exception_message"]) for metric in by_metric if metric.get("raised_exception")]
    if not messages:
        return ""
    column = outcome["expectation_config"]["kwargs"].get("column")
    if column is not None and column not in columns:
        return f"there is no column {column!r}"
    return EXCEPTION_CLASS.sub("", messages[0].partition("\n")[0])


def _examples(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    if rows := facts.get("partial_unexpected_index_list"):
        return [dict(row) for row in rows[:MAX_EXAMPLES]]
    if values := facts.get("partial_unexpected_list"):
        present = [value for value in values if value is not None]
        return [value if isinstance(value, dict) else {"found": value} for value in present[:MAX_EXAMPLES]]
    return [{"found": facts["observed_value"]}] if "observed_value" in facts else []
