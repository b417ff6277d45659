"""Whether a run has what it was built for: rows in its main table, and a judgement of every item that was to be judged.

Its rejects say which judgements are missing, so a family that has no item judged is not blamed for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from duckdb import DuckDBPyRelation
from pydantic_core import from_json

from ...schemas.report import Finding, problem_line
from ...schemas.row import RowTypes
from ...schemas.rows import OPTIONAL
from ..tables.sql import Tables, fetch_all, key_text, query

MAX_EXAMPLES = 5


def check_run(tables: Tables, row_types: RowTypes, rejects: DuckDBPyRelation | None) -> Iterator[Finding]:
    """Findings about an empty main table, and about items that all judges failed to judge."""
    main = next(iter(row_types), None)
    if main is not None and main in tables:
        rows = int(fetch_all(tables[main], "SELECT count(*) FROM rows")[0][0])
        wrong: list[dict[str, Any]] = [] if rows else [{"problem": "no rows"}]
        problem = "" if rows else f"The main table `{main}` has no rows"
        yield _finding("empty_main_table", "The main table has rows", main, problem, wrong, of=0, unit=None)
    if rejects is not None and "annotations" in tables:
        yield from _unjudged(tables, row_types, rejects)


def _unjudged(tables: Tables, row_types: RowTypes, rejects: DuckDBPyRelation) -> Iterator[Finding]:
    lost: dict[str, dict[str, str]] = {}
    missing = query(rejects, """SELECT key, reason FROM rows WHERE level = 'ask' AND "table" = 'annotations'""")
    for key, reason in missing.fetchall():
        match from_json(key):
            case [str(table), str(item), *_] if table in tables and table in row_types and table not in OPTIONAL:
                lost.setdefault(table, {}).setdefault(item, reason)
    judged = set(fetch_all(tables["annotations"], "SELECT DISTINCT item_table, item_id FROM rows")) if lost else set()
    for table, items in lost.items():
        there = {key for (key,) in tables[table].select(key_text(row_types[table])).fetchall()}
        wrong = [
            {"key": item, "problem": f"no judgement: {reason}"}
            for item, reason in items.items()
            if item in there and (table, item) not in judged
        ]
        problem = problem_line("have|has no judgement at all", len(wrong), len(there), table)
        rule = "Every item that was to be judged has a judgement"
        yield _finding("unjudged_items", rule, table, problem, wrong, of=len(there), unit=table)


def _finding(
    check: str, rule: str, table: str, problem: str, wrong: list[dict[str, Any]], *, of: int, unit: str | None
) -> Finding:
    return Finding(
        problem=problem,
        rule=rule,
        check=check,
        severity="error",
        table=table,
        count=len(wrong),
        of=of,
        unit=unit,
        examples=wrong[:MAX_EXAMPLES],
    )
