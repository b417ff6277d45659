"""INV-VP2: labels and scores outside their aspect are lost in counts and means."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables
from .. import Check

ITEM: dict[str, Any] = {"item_table": "considerations", "aspect": "valence"}
GIVEN = {**ITEM, "item_id": "c", "annotator_id": "x", "label": None, "score": None}
RATED = {**GIVEN, "aspect": "helpfulness"}
ASPECTS = [
    {**ITEM, "labels": ["supports", "opposes", "either"], "low": None, "high": None},
    {**ITEM, "aspect": "helpfulness", "labels": [], "low": 1.0, "high": 5.0},
]


class KnownLabels(Check):
    """A label is one of its aspect's labels, and a score lies on its scale."""

    severity = "error"
    problem = "have|has a label or score outside its aspect"
    table = "annotations"
    unit = "annotations"
    needs = {
        "annotations": ["item_table", "item_id", "annotator_id", "aspect", "label", "score"],
        "aspects": ["item_table", "aspect", "labels", "low", "high"],
    }
    passes = {
        "aspects": ASPECTS,
        "annotations": [
            {**GIVEN, "label": "either"},
            GIVEN,
            {**GIVEN, "aspect": "not described", "label": "blue"},
            {**RATED, "score": 5.0},
        ],
    }
    fails = {"aspects": ASPECTS, "annotations": [{**GIVEN, "label": "Either"}, {**RATED, "score": 5.5}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Annotations outside the labels or the scale of their aspect; aspects missing from the table pass."""
        annotations, aspects = tables["annotations"].set_alias("a"), tables["aspects"].set_alias("s")
        return (
            annotations.join(aspects, "a.item_table = s.item_table AND a.aspect = s.aspect")
            .select(
                """a.item_id, a.annotator_id, a.aspect, CASE
                WHEN len(s.labels) > 0 AND list_contains(s.labels, lower(a.label)) AND NOT list_contains(s.labels,
                    a.label) THEN 'unknown label ' || a.label || ': wrong case'
                WHEN len(s.labels) > 0 AND NOT list_contains(s.labels, a.label) THEN 'unknown label ' || a.label
                WHEN a.score < s.low OR a.score > s.high THEN concat('score ', a.score, ' outside the scale ',
                    coalesce(s.low::VARCHAR, ''), ' to ', coalesce(s.high::VARCHAR, '')) END AS problem"""
            )
            .filter("problem IS NOT NULL")
        )
