"""Where groups of annotators prefer different responses, a majority hides one of them."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ....schemas.rows.preferences import DIRECT
from ...stats.k_anonymity import ATTRIBUTES, grouping_columns
from ...tables.sql import Tables, query_tables, quote_identifier, quote_literal
from .. import Check

COMPARED = {"item_table": "comparisons", "item_id": "c", "aspect": DIRECT}


class GroupReversals(Check):
    """All groups of annotators prefer the same response of a comparison, or none."""

    severity = "info"
    problem = "are|is preferred differently by groups of annotators"
    table = "comparisons"
    unit = "comparisons"
    needs = {
        "annotations": ["item_table", "item_id", "annotator_id", "aspect", "label"],
        "annotators": ["annotator_id"],
        "comparisons": ["comparison_id"],
    }
    may_use = {"annotators": ["kind", *ATTRIBUTES]}
    passes = {
        "annotations": [{**COMPARED, "annotator_id": who, "label": "first"} for who in "ab"],
        "annotators": [{"annotator_id": "a", "country": "Ghana"}, {"annotator_id": "b", "country": "Peru"}],
        "comparisons": [{"comparison_id": "c"}],
    }
    fails = {
        **passes,
        "annotations": [
            {**COMPARED, "annotator_id": "a", "label": "first"},
            {**COMPARED, "annotator_id": "b", "label": "second"},
        ],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Comparisons on which two groups of an attribute have majorities for different responses, with the groups."""
        grouped = [
            GROUPED.format(attribute=quote_literal(name), column=quote_identifier(name))
            for name in grouping_columns(tables["annotators"])
        ]
        groups = " UNION ALL ".join(grouped) or "SELECT '' AS item_id, '' AS attribute, '' AS members, 0 AS vote"
        return query_tables(tables, ["annotations", "annotators", "comparisons"], REVERSED.format(groups=groups))


GROUPED = f"""
SELECT item_id, {{attribute}} AS attribute, CAST(who.{{column}} AS VARCHAR) AS members,
    if(label = 'first', 1, -1) AS vote
FROM annotations JOIN annotators who USING (annotator_id)
WHERE item_table = 'comparisons' AND aspect = '{DIRECT}' AND label IN ('first', 'second')
    AND who.{{column}} IS NOT NULL"""
REVERSED = """
WITH preferred AS (
    SELECT item_id, attribute, members, sum(vote) > 0 AS first FROM ({groups}) GROUP BY ALL HAVING sum(vote) <> 0),
split AS (
    SELECT item_id, attribute, string_agg(members, ', ' ORDER BY members) FILTER (first) AS firsts,
        string_agg(members, ', ' ORDER BY members) FILTER (NOT first) AS seconds
    FROM preferred GROUP BY ALL HAVING bool_or(first) AND NOT bool_and(first))
SELECT comparison_id, string_agg(attribute || ': first by ' || firsts || '; second by ' || seconds, '; '
    ORDER BY attribute) AS problem
FROM comparisons JOIN split ON item_id = comparison_id GROUP BY comparison_id
"""
