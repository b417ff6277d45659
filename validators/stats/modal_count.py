"""What is there another number of times than nearly everything else of its kind."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..tables.sql import query


def off_modal_count(counted: DuckDBPyRelation, usual: float, what: str, within: str = "1") -> DuckDBPyRelation:
    """The rows whose `n` is not the one, above 1, that at least the share `usual` of the rows has; with `problem`.

    `within` is an SQL expression: rows for which it differs have nothing to do with each other.
    """
    return query(
        counted,
        f"""WITH shares AS (SELECT {within} AS part, n AS most,
            count(*) / sum(count(*)) OVER (PARTITION BY part) AS share FROM rows GROUP BY part, n)
        SELECT rows.* EXCLUDE n, n || ' {what}, not ' || most AS problem
        FROM rows JOIN shares ON part = {within} WHERE share >= {usual} AND most > 1 AND n <> most""",
    )
