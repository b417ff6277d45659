"""PluriHarms: variants at a higher level are rated higher."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

LEVELS = [{"level": "mild", "value": 0.0}, {"level": "severe", "value": 1.0}]
VARIANTS = [{"variant_id": f"a/{each['level']}", "original_id": "a", "level": each["level"]} for each in LEVELS]


def _scores(mild: float, severe: float) -> list[dict[str, Any]]:
    return [{"variant_id": "a/mild", "mean": mild}, {"variant_id": "a/severe", "mean": severe}]


class LevelsInOrder(Check):
    """A variant is rated at least as high as the variant of its text at the level below."""

    severity = "info"
    problem = "are|is rated lower than the variant at the level below"
    table = "variants"
    unit = "variants"
    needs = {
        "variants": ["variant_id", "original_id", "level"],
        "levels": ["level", "value"],
        "variant_scores": ["variant_id", "mean"],
    }
    passes = {"variants": VARIANTS, "levels": LEVELS, "variant_scores": _scores(10, 90)}
    fails = {"variants": VARIANTS, "levels": LEVELS, "variant_scores": _scores(60, 40)}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Variants with their mean rating and that of the next lower level that their text has."""
        variants, levels, scores = (tables[name].set_alias(name) for name in ("variants", "levels", "variant_scores"))
        placed = variants.join(levels, "variants.level = levels.level")
        rated = placed.join(scores, "variants.variant_id = variant_scores.variant_id")
        return query(
            rated.select("variants.variant_id AS variant_id, original_id, variants.level AS level, value, mean"),
            """SELECT variant_id, format('{} at {}, but {} at {}', mean, level, mean_below, below) AS problem
            FROM (SELECT *, lag(mean) OVER scale AS mean_below, lag(level) OVER scale AS below FROM rows
                WINDOW scale AS (PARTITION BY original_id ORDER BY value))
            WHERE mean < mean_below""",
        )
