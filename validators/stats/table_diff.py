"""The difference between two versions of a table: rows matched by key, compared by value."""

from __future__ import annotations

from collections.abc import Iterator

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas.difference import ChangeKind, Drift, TableChange
from ...schemas.row import Row, columns
from ..tables.sql import fetch_all, key_text, quote_identifier, quote_literal

MAX_EXAMPLES = 5
"""Keys listed for each kind of change."""
MAX_CATEGORIES = 64
"""Columns with more distinct values are free text, whose shares are meaningless."""
PROVENANCE = {"digest", "model", "temperature"}
"""Columns that tell where a row comes from and nothing about what it is about."""
KINDS: tuple[ChangeKind, ...] = ("added", "removed", "changed", "moved", "provenance")


def compare(
    connection: DuckDBPyConnection, table: str, row_type: type[Row], before: DuckDBPyRelation, after: DuckDBPyRelation
) -> TableChange:
    """Changes between two relations of one connection, each with a column `split`.

    A row counts as changed if a column besides `PROVENANCE` differs, else as one of provenance.
    """
    both = [c.name for c in columns(row_type) if c.name in before.columns and c.name in after.columns]
    values = [column for column in both if not any(c.is_key for c in columns(row_type) if c.name == column)]
    before.create_view("_before", replace=True)
    after.create_view("_after", replace=True)
    differs = {c: f"b.{quote_identifier(c)} IS DISTINCT FROM a.{quote_identifier(c)}" for c in values}
    content = " OR ".join(condition for c, condition in differs.items() if c not in PROVENANCE) or "false"
    source = " OR ".join(condition for c, condition in differs.items() if c in PROVENANCE) or "false"
    flags = ", ".join(f"{condition} AS c{i}" for i, condition in enumerate(differs.values()))
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE _matched AS
        SELECT coalesce(b._key, a._key) AS _key, a._key IS NOT NULL AND b._key IS NULL AS added,
            a._key IS NULL AS removed, b._key = a._key AND ({content}) AS changed,
            b._key = a._key AND b.split <> a.split AS moved,
            b._key = a._key AND ({source}) AND NOT ({content}) AS provenance {"," if flags else ""} {flags}
        FROM (SELECT *, {key_text(row_type)} AS _key FROM _before) b
        FULL JOIN (SELECT *, {key_text(row_type)} AS _key FROM _after) a ON a._key = b._key"""
    )
    counts = ", ".join([f"count(*) FILTER ({kind})" for kind in KINDS])
    by_column = "".join(f", count(*) FILTER (changed AND c{i})" for i in range(len(values)))
    counted = connection.sql(f"SELECT {counts}{by_column} FROM _matched").fetchall()[0]
    return TableChange(
        table=table,
        **dict(zip(KINDS, counted[: len(KINDS)], strict=True)),
        columns={c: n for c, n in zip(values, counted[len(KINDS) :], strict=True) if n and c not in PROVENANCE},
        examples={kind: keys for kind in KINDS if (keys := _keys(connection, kind))},
    )


def drifts(table: str, row_type: type[Row], before: DuckDBPyRelation, after: DuckDBPyRelation) -> Iterator[Drift]:
    """Changes in the shares of every categorical column; of labels of annotations for each aspect separately."""
    for column in columns(row_type):
        if column.schema.get("type") != "string" or column.is_key or column.foreign or column.name == "digest":
            continue
        if column.name not in before.columns or column.name not in after.columns:
            continue
        for what, condition in _parts(column.name, before, after):
            old, new = (_shares(relation, column.name, condition) for relation in (before, after))
            if old and new and (distance := _distance(old, new)):
                yield Drift(table=table, column=what, distance=distance, before=old, after=new)


def _keys(connection: DuckDBPyConnection, kind: str) -> list[str]:
    rows = connection.sql(f"SELECT _key FROM _matched WHERE {kind} ORDER BY _key LIMIT {MAX_EXAMPLES}").fetchall()
    return [str(row[0]) for row in rows]


def _parts(column: str, *relations: DuckDBPyRelation) -> list[tuple[str, str]]:
    """What a distribution is of, and the condition on its rows: a label means nothing without its aspect."""
    if column != "label" or any("aspect" not in relation.columns for relation in relations):
        return [(column, "true")]
    aspects = {row[0] for relation in relations for row in fetch_all(relation, "SELECT DISTINCT aspect FROM rows")}
    return [(aspect, f"aspect = {quote_literal(aspect)}") for aspect in sorted(filter(None, aspects))]


def _shares(relation: DuckDBPyRelation, column: str, condition: str) -> dict[str, float]:
    """Value -> share of the rows with a value; empty for columns with many or mostly unique values."""
    chosen = f"FROM rows WHERE {condition} AND {quote_identifier(column)} IS NOT NULL"
    counted = f"SELECT {quote_identifier(column)}, count(*) {chosen} GROUP BY 1 ORDER BY 1 LIMIT {MAX_CATEGORIES + 1}"
    rows = fetch_all(relation, counted)
    total = sum(n for _, n in rows)
    few = len(rows) <= MAX_CATEGORIES and len(rows) * 2 <= total
    return {str(v): round(n / total, 6) for v, n in rows} if few else {}


def _distance(old: dict[str, float], new: dict[str, float]) -> float:
    return round(sum(abs(old.get(v, 0) - new.get(v, 0)) for v in {*old, *new}) / 2, 6)
