"""Who is in the tables: rows by the values of their categorical columns, and judgements by the groups of annotators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from duckdb import DuckDBPyRelation

from ...schemas.manifest import GroupCount
from ...schemas.row import Column, Row, columns
from ...validators.stats.k_anonymity import grouping_columns
from ...validators.tables.sql import Tables, fetch_all, quote_identifier, quote_literal

MAX_GROUPS = 30
"""A column with more values is no category."""
MAX_LENGTH = 64
"""A column that may hold longer values is prose."""
Counts = Mapping[tuple[str, str, str], int]
"""(table, attribute, value) -> rows."""


def group_counts(tables: Tables, types: Mapping[str, type[Row]]) -> Counts:
    """Rows of each group; of a table without categories, nothing."""
    counts: dict[tuple[str, str, str], int] = {}
    for table, relation in tables.items():
        names = [column.name for column in columns(types[table]) if _is_category(column)]
        counts |= {(table, name, value): n for name, value, n in _counted(relation, names)}
    if "annotators" in tables and "annotations" in tables:
        people = tables["annotators"].set_alias("p")
        groups = grouping_columns(tables["annotators"])
        judged = tables["annotations"].set_alias("a").join(people, "a.annotator_id = p.annotator_id").select("p.*")
        counts |= {("annotations", f"annotator {name}", value): n for name, value, n in _counted(judged, groups)}
    return counts


def lost_rows(before: Counts, after: Counts) -> list[GroupCount]:
    """The groups of every table and attribute of which rows are gone, those that lost none too: they are the others."""
    shrunk = {key[:2] for key, n in before.items() if after.get(key, 0) < n}
    return [
        GroupCount(
            table=table, attribute=attribute, value=value, before=n, after=after.get((table, attribute, value), 0)
        )
        for (table, attribute, value), n in before.items()
        if (table, attribute) in shrunk
    ]


def _is_category(column: Column) -> bool:
    text = column.schema.get("type") == "string" and column.schema.get("maxLength", 0) <= MAX_LENGTH
    is_link = column.is_key or column.foreign or column.item_of
    return (text or "enum" in column.schema) and not is_link and column.name not in ("text", "digest")


def _counted(rows: DuckDBPyRelation, names: list[str]) -> Iterator[tuple[str, str, int]]:
    """Column, value and rows of each column with few values, in one query."""
    parts = (
        f"""SELECT {quote_literal(name)} AS name, CAST({quote_identifier(name)} AS VARCHAR) AS value, count(*) AS n
        FROM rows WHERE {quote_identifier(name)} IS NOT NULL GROUP BY ALL"""
        for name in names
    )
    if names:
        limited = f"""SELECT name, value, n FROM ({" UNION ALL ".join(parts)})
            QUALIFY count(*) OVER (PARTITION BY name) BETWEEN 2 AND {MAX_GROUPS} ORDER BY name, value"""
        yield from fetch_all(rows, limited)
