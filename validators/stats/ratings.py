"""Annotations as arrays: votes per item, and contingency tables of two annotators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from duckdb import DuckDBPyRelation
from numpy.typing import NDArray

from ...schemas.rows.shared import ABSTAIN
from ..tables.sql import Tables, query, quote_literal

Patterns = tuple[NDArray[np.int64], NDArray[np.int64]]
"""int64 (patterns, values): votes for each value; int64 (patterns,): items with these votes."""


def first_judgements(tables: Tables, column: str) -> DuckDBPyRelation:
    """item, annotator, aspect and value of every first sample that is no abstention; `column` is label or score.

    Where the order of judgements is known, the last one of an annotator counts.
    """
    annotations = tables["annotations"]
    if column not in annotations.columns:
        return annotations.filter("false").select("item_id AS item, '' AS annotator, aspect, NULL AS value")
    kind = "concat_ws(chr(31), item_table, item_id)" if "item_table" in annotations.columns else "item_id"
    first = "AND coalesce(sample, 0) = 0" if "sample" in annotations.columns else ""
    kept = f"label <> '{ABSTAIN}'" if column == "label" else "score IS NOT NULL AND isfinite(score)"
    who = "annotator_id" if "annotator_id" in annotations.columns else "NULL"
    last = "AND NOT coalesce(superseded, false)" if "superseded" in annotations.columns else ""
    rows = annotations.filter(f"{kept} AND aspect IS NOT NULL {first} {last}")
    return rows.select(f"{kind} AS item, CAST({who} AS VARCHAR) AS annotator, aspect, {column} AS value")


def values_by_aspect(rows: DuckDBPyRelation, most: int) -> list[tuple[str, list[Any]]]:
    """Aspects with at most `most` values, each with its values in ascending order."""
    distinct = f"""SELECT aspect, list_sort(list(DISTINCT value)) AS listed
        FROM (SELECT DISTINCT aspect, value FROM rows) GROUP BY aspect HAVING count(*) <= {most} ORDER BY aspect"""
    return query(rows, distinct).fetchall()


def vote_patterns(rows: DuckDBPyRelation, aspect: str, known: Sequence[Any]) -> Patterns:
    """The distinct vote counts of items for one aspect, over its values `known`."""
    names = [f"n{i}" for i in range(len(known))]
    counts = (f"count(*) FILTER (value = {_literal(one)}) AS {n}" for n, one in zip(names, known, strict=True))
    listed = ", ".join(names)
    found = query(
        rows,
        f"""SELECT {listed}, count(*) AS items FROM (
            SELECT {", ".join(counts)} FROM rows WHERE aspect = {quote_literal(aspect)} GROUP BY item)
        GROUP BY {listed} ORDER BY {listed}""",
    ).fetchnumpy()
    columns = [np.asarray(found[column], dtype=np.int64) for column in (*names, "items")]
    return np.stack(columns[:-1], axis=1), columns[-1]


def contingency_tables(
    rows: DuckDBPyRelation, aspect: str, known: Sequence[Any], most: int
) -> list[tuple[str, str, Any]]:
    """For the `most` pairs of annotators that share most items: both names and int64 (values, values) counts."""
    both = f"""SELECT a.annotator AS one, b.annotator AS other, list_position({_list(known)}, a.value) - 1 AS i,
            list_position({_list(known)}, b.value) - 1 AS k, count(*) AS n
        FROM rows a JOIN rows b ON a.item = b.item AND a.annotator < b.annotator
        WHERE a.aspect = {quote_literal(aspect)} AND b.aspect = {quote_literal(aspect)} GROUP BY ALL"""
    ranked = f"""SELECT one, other, list(i), list(k), list(n), sum(n) AS shared FROM ({both}) GROUP BY one, other
        ORDER BY shared DESC, one, other LIMIT {most}"""
    found = []
    for one, other, i, k, n, _ in query(rows, ranked).fetchall():
        counts = np.zeros((len(known), len(known)), dtype=np.int64)
        counts[np.asarray(i), np.asarray(k)] = n
        found.append((one, other, counts))
    return sorted(found, key=lambda pair: pair[:2])


def _list(known: Sequence[Any]) -> str:
    return f"[{', '.join(map(_literal, known))}]"


def _literal(value: Any) -> str:
    return quote_literal(value) if isinstance(value, str) else f"CAST({value!r} AS DOUBLE)"
