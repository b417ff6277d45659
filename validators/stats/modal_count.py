"""Counts that differ from the modal count."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..tables.sql import query


def off_modal_count(counted: DuckDBPyRelation, min_share: float, what: str, within: str = "1") -> DuckDBPyRelation:
    """Rows whose `n` differs from the modal count, if that is above 1 and at least the share `min_share` has it.

    Adds `problem`. `within` is an SQL expression: the mode is taken among rows with an equal value.
    """
    return query(
        counted,
        f"""WITH shares AS (SELECT {within} AS part, n AS most,
            count(*) / sum(count(*)) OVER (PARTITION BY part) AS share FROM rows GROUP BY part, n)
        SELECT rows.* EXCLUDE n, n || ' {what}, not ' || most AS problem
        FROM rows JOIN shares ON part = {within} WHERE share >= {min_share} AND most > 1 AND n <> most""",
    )
