"""A stored aggregate that does not recompute from the annotations cannot be trusted."""

from __future__ import annotations

from typing import Any, get_args

from duckdb import DuckDBPyRelation

from ....schemas.row import columns
from ....schemas.rows.shared import Aggregate, Rule
from ...stats.aggregates import DIGITS, aggregates
from ...tables.sql import Tables, query, quote_literal
from .. import Check

TOLERANCE = 10.0**-DIGITS
KEY = ("item_table", "item_id", "aspect", "rule")
ITEM = {"item_table": "considerations", "item_id": "c", "aspect": "valence"}
ANNOTATIONS = [{**ITEM, "label": label, "score": None} for label in ("supports", "supports", "either", "abstain")]
MADE: dict[str, Any] = {**ITEM, "label": None, "score": None, "distribution": [], "n": 3, "abstained": 1}
SHARES = [{"label": "supports", "share": 0.666667}, {"label": "either", "share": 0.333333}]
MAJORITY = {**MADE, "rule": "majority", "label": "supports"}
SOFT = {**MADE, "rule": "soft", "distribution": SHARES}
UNLIKE = f"""
    m.n IS NULL OR g.n <> m.n OR g.abstained <> m.abstained OR g.label IS DISTINCT FROM m.label
    OR (g.score IS NULL) <> (m.score IS NULL) OR abs(g.score - m.score) > {TOLERANCE}
    OR len(g.distribution) <> len(m.distribution)
    OR len(list_filter(list_zip(g.distribution, m.distribution),
        lambda pair: pair[1].label <> pair[2].label OR abs(pair[1].share - pair[2].share) > {TOLERANCE})) > 0
"""


class AggregatesRecompute(Check):
    """An aggregate follows from its annotations by its rule."""

    severity = "error"
    problem = "do|does not recompute from the annotations"
    table = "aggregates"
    unit = "aggregates"
    needs = {
        "aggregates": [column.name for column in columns(Aggregate)],
        "annotations": ["item_table", "item_id", "aspect", "label", "score"],
    }
    passes = {"annotations": ANNOTATIONS, "aggregates": [MAJORITY, SOFT]}
    fails = {"annotations": ANNOTATIONS, "aggregates": [{**MAJORITY, "label": "either"}, {**SOFT, "n": 4}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Aggregates that differ from the recomputed ones, or that have no annotations."""
        given, rules = tables["aggregates"], _rules(tables["aggregates"])
        made = aggregates(tables["annotations"], rules).set_alias("m")
        same = " AND ".join(f"g.{part} = m.{part}" for part in KEY)
        joined = given.set_alias("g").join(made, same, how="left").filter(UNLIKE)
        says = ", ".join(f"m.{part}" for part in ("label", "score", "distribution", "n", "abstained"))
        problem = f"CASE WHEN m.n IS NULL THEN 'no annotations' ELSE 'the rule gives ' || row({says}) END AS problem"
        return joined.select(", ".join(f"g.{part}" for part in KEY) + f", {problem}")


def _rules(given: DuckDBPyRelation) -> dict[str, list[Rule]]:
    """Aspect -> the rules in use; unknown rules violate a constraint already."""
    known = ", ".join(map(quote_literal, get_args(Rule)))
    pairs = query(given, f"SELECT DISTINCT aspect, rule FROM rows WHERE aspect IS NOT NULL AND rule IN ({known})")
    rules: dict[str, list[Rule]] = {}
    for aspect, rule in pairs.fetchall():
        rules.setdefault(aspect, []).append(rule)
    return rules
