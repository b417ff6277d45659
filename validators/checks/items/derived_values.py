"""A stored majority, flag, share or maximum that does not recompute is misleading."""

from __future__ import annotations

from typing import Annotated, Any

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from .. import Check

VOTES = [{"item_id": "1", "option": option, "votes": votes} for option, votes in (("a", 3.0), ("b", 2.0), ("c", 0.0))]
STATED = {
    "majority": "a", "argmax": "a", "argmin": "c", "max": "3", "min": "0", "sum": "5", "mean": "1.667", "count": "3",
    "controversial": "true", "unanimous": "False", "soft:b": "0.4",
}  # fmt: skip
WRONG = {
    "majority": "b", "argmax": "c", "argmin": "a", "max": "2", "min": "1", "sum": "6", "mean": "2", "count": "2",
    "controversial": "0", "unanimous": "1", "soft:b": "0.6",
}  # fmt: skip


def _stated(values: dict[str, str]) -> list[dict[str, Any]]:
    return [{"item_id": "1", "rule": rule, "stated": value} for rule, value in values.items()]


class DerivedValues(Check):
    """A derived value follows from the votes or scores by its rule."""

    severity = "error"
    problem = "state|states a value that does not follow from the votes or scores"
    table = "stated"
    needs = {"stated": ["item_id", "rule", "stated"], "votes": ["item_id", "option", "votes"]}
    passes = {"stated": _stated(STATED), "votes": VOTES}
    fails = {"stated": _stated(WRONG), "votes": VOTES}

    tolerance: Annotated[float, Field(ge=0)] = 0.006
    """Rounding tolerance for shares and means; everything else is exact to nine digits."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Stated values that differ from the recomputed ones; any option is accepted in a tie; nulls are ignored."""
        votes, stated = tables["votes"].set_alias("v"), tables["stated"].set_alias("s")
        made = query(tables["votes"], MADE).set_alias("m")
        option = "CASE WHEN s.rule LIKE 'soft:%' THEN substr(s.rule, 6) ELSE s.stated END"
        joined = (
            stated.join(made, "s.item_id = m.item_id", how="left")
            .join(votes, f"v.item_id = s.item_id AND CAST(v.option AS VARCHAR) = {option}", how="left")
            .select("s.item_id, s.rule, s.stated, v.votes, m.* EXCLUDE (item_id)")
        )
        return query(joined, JUDGED.format(tolerance=self.tolerance))


MADE = """
SELECT item_id, max(votes) AS most, min(votes) AS least, sum(votes) AS total, avg(votes) AS mean, count(*) AS options,
    count(*) FILTER (votes > 0) AS voiced, string_agg(CAST(option AS VARCHAR), ' or ' ORDER BY option)
        FILTER (votes = top) AS best,
    count(*) FILTER (votes = top) AS tied, string_agg(CAST(option AS VARCHAR), ' or ' ORDER BY option)
        FILTER (votes = bottom) AS worst
FROM (SELECT *, max(votes) OVER item AS top, min(votes) OVER item AS bottom FROM rows
    WINDOW item AS (PARTITION BY item_id))
GROUP BY item_id
"""
JUDGED = """
SELECT item_id, rule, stated || ', but ' || coalesce(gives, 'no votes') AS problem FROM (
    SELECT *, CASE rule WHEN 'majority' THEN best WHEN 'argmax' THEN best WHEN 'argmin' THEN worst
        WHEN 'controversial' THEN CAST(voiced > 1 AS VARCHAR) WHEN 'unanimous' THEN CAST(voiced = 1 AS VARCHAR)
        ELSE CAST(number AS VARCHAR) END AS gives,
        CASE rule WHEN 'majority' THEN votes = most OR (tied > 1 AND lower(stated) IN ('tie', 'none', ''))
        WHEN 'argmax' THEN votes = most WHEN 'argmin' THEN votes = least
        WHEN 'controversial' THEN TRY_CAST(stated AS BOOLEAN) = (voiced > 1)
        WHEN 'unanimous' THEN TRY_CAST(stated AS BOOLEAN) = (voiced = 1)
        ELSE abs(TRY_CAST(stated AS DOUBLE) - number) <= CASE WHEN rule = 'mean' OR rule LIKE 'soft:%'
            THEN {tolerance} ELSE 1e-9 * greatest(1, abs(number)) END END AS comes_out
    FROM (SELECT *, CASE rule WHEN 'max' THEN most WHEN 'min' THEN least WHEN 'sum' THEN total WHEN 'mean' THEN mean
        WHEN 'count' THEN options ELSE CASE WHEN rule LIKE 'soft:%' AND total > 0 THEN coalesce(votes, 0) / total END
        END AS number FROM rows))
WHERE stated IS NOT NULL AND NOT coalesce(comes_out, false) AND (rule IN ('majority', 'argmax', 'argmin', 'max', 'min',
    'controversial', 'unanimous', 'sum', 'mean', 'count') OR rule LIKE 'soft:%')
"""
