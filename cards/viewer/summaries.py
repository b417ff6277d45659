"""What the selected items look like together: counts that filter, and the answers of groups side by side."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyConnection

from ...schemas.errors import DataError
from ...validators.tables.sql import quote_identifier
from .collection import Collection
from .index import attributes
from .selection import ANNOTATOR, Selection, condition

STEP = 0.25
"""Bits of disagreement that one bar stands for."""
MAX_GROUPS = 20
"""Groups of an attribute that are compared, those with the most judgements."""


def distributions(collection: Collection, connection: DuckDBPyConnection, chosen: Selection) -> dict[str, Any]:
    """Selected items by table, split, answer, disagreement and change; every item counts once in each bar."""
    selected = f"SELECT number, item_table, split FROM browse.item WHERE {condition(collection, chosen)}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE selected AS {selected}")

    def counts(sql: str) -> list[list[Any]]:
        return [list(row) for row in connection.sql(sql).fetchall()]

    has_changes = connection.sql("SELECT 1 FROM duckdb_tables() WHERE schema_name = 'browse' AND table_name = 'change'")
    return {
        "total": counts("SELECT count(*) FROM selected")[0][0],
        "tables": counts("SELECT item_table, count(*) FROM selected GROUP BY 1 ORDER BY 1"),
        "splits": counts("SELECT coalesce(split, ''), count(*) FROM selected GROUP BY 1 ORDER BY 1"),
        "answers": counts(
            "SELECT answer, count(DISTINCT number) FROM browse.judged SEMI JOIN selected USING (number) GROUP BY 1"
        ),
        "disagreement": counts(
            f"SELECT floor(disagreement / {STEP}) * {STEP} AS low, count(*) FROM browse.divided "
            "SEMI JOIN selected USING (number) GROUP BY 1 ORDER BY 1"
        ),
        "changes": counts("SELECT change, count(*) FROM browse.change SEMI JOIN selected USING (number) GROUP BY 1")
        if has_changes.fetchall()
        else [],
    }


def groups(
    collection: Collection, connection: DuckDBPyConnection, chosen: Selection, attribute: str
) -> list[dict[str, Any]]:
    """How often each group of an attribute gave each answer to the selected items, the largest groups first.

    Raises `DataError` for an attribute that annotators do not have.
    """
    known = [ANNOTATOR, *attributes(collection, connection)]
    if attribute not in known:
        raise DataError.unknown("no such attribute of annotators", attribute, known)
    name = "annotator_id" if attribute == ANNOTATOR else attribute
    rows = connection.sql(
        f"""SELECT {quote_identifier(name)} AS value, answer, count(*) AS n
        FROM browse.judged JOIN browse.annotator ON code = annotator
        WHERE {quote_identifier(name)} IS NOT NULL
            AND number IN (SELECT number FROM browse.item WHERE {condition(collection, chosen)})
        GROUP BY ALL"""
    ).fetchall()
    found: dict[str, dict[int, int]] = {}
    for value, answer, n in rows:
        found.setdefault(str(value), {})[answer] = n
    largest = sorted(found, key=lambda value: (-sum(found[value].values()), value))
    return [{"group": value, "answers": found[value]} for value in largest[:MAX_GROUPS]]
