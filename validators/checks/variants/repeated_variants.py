"""PluriHarms: variants of one text differ."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


def _variants(*texts: str) -> list[dict[str, Any]]:
    return [
        {"variant_id": f"a/{level}", "original_id": "a", "level": str(level), "text": text}
        for level, text in enumerate(texts)
    ]


class RepeatedVariants(Check):
    """A text has no two levels with the same variant."""

    severity = "warning"
    problem = "say|says the same as the variant at another level"
    table = "variants"
    unit = "variants"
    needs = {"variants": ["variant_id", "original_id", "level", "text"]}
    passes = {"variants": _variants("Asking for a ladder.", "Taking a ladder.")}
    fails = {"variants": _variants("Taking a ladder.", "taking a ladder. ")}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Variants whose text, apart from case and surrounding space, an earlier one has, with its level."""
        return query(
            tables["variants"],
            """SELECT variant_id, format('levels {} and {}: {}', first, level, text) AS problem FROM (
                SELECT *, first_value(variant_id) OVER same AS kept, first_value(level) OVER same AS first FROM rows
                WINDOW same AS (PARTITION BY original_id, lower(trim(text)) ORDER BY variant_id))
            WHERE variant_id <> kept""",
        )
