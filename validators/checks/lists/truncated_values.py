"""Splitting a list at a hyphen or apostrophe destroys values: self-respect becomes self."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query, quote_literal
from .. import Check

BOUND = "self non anti pre post multi inter intra semi quasi pseudo ultra hyper trans ex vice"
"""Prefixes of compounds, which are not words of their own at the end of a value."""
CUT = rf"(?i)(?:^|\s)(?:{'|'.join(BOUND.split())})$|[a-z](?:[aeoi]l|ic|ive|ous|ity|ary) well$|[-‐/(\[,]$"
"""Ends with such a prefix, with an adjective before "well" (from well-being), or with a hyphen or open bracket."""
TAIL = r"^(?:[-‐)\],]|(?:re|ve|ll|s|t|d|m) [a-z]|being$)"
"""Begins like the end of a compound or contraction."""

NAMED = {"item_id": "1", "side": None, "position": 0}


class TruncatedValues(Check):
    """No value is cut off by a list that was split in the wrong place."""

    severity = "warning"
    problem = "look|looks like part of a value that was split"
    table = "mentions"
    unit = "mentions"
    needs = {"mentions": ["item_id", "side", "position", "value"]}
    passes = {"mentions": [{**NAMED, "value": v} for v in ("self-respect", "living well", "wellness")]}
    fails = {"mentions": [{**NAMED, "value": v} for v in ("self", "emotional well", "Right to non")]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Mentions of what looks like the head or tail of a value, or equals another value up to its hyphen."""
        return query(
            tables["mentions"],
            f"""WITH heads AS (SELECT DISTINCT lower(regexp_extract(value, '^([^-]+)-', 1)) AS head FROM rows
                WHERE contains(value, '-')),
            cut AS (SELECT DISTINCT value FROM rows LEFT JOIN heads ON lower(value) = head AND NOT contains(value, ' ')
                WHERE head IS NOT NULL OR regexp_matches(value, {quote_literal(CUT)})
                    OR regexp_matches(value, {quote_literal(TAIL)}))
            SELECT item_id, side, position, value AS problem FROM rows WHERE value IN (SELECT value FROM cut)""",
        )
