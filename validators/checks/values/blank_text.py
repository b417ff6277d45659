"""INV-VP3: a text without a word is blank; ValuePrism as published contains some."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables
from .. import Check

SAYS_SOMETHING = r"[\p{L}\p{N}\p{S}]"
"""A letter, digit or symbol such as an emoji, in any script."""


class BlankText(Check):
    """No situation, consideration or explanation is blank."""

    severity = "error"
    problem = "are|is blank"
    table = "considerations"
    unit = "cells"
    needs = {
        "situations": ["situation_id", "text"],
        "considerations": ["consideration_id", "situation_id", "text", "explanation"],
    }
    passes = {
        "situations": [{"situation_id": "a", "text": "行きます"}],
        "considerations": [{"consideration_id": "c", "situation_id": "a", "text": "和", "explanation": "🤝"}],
    }
    fails = {
        "situations": [{"situation_id": "a", "text": " \u00a0"}],
        "considerations": [
            {"consideration_id": "c", "situation_id": "a", "text": None, "explanation": "A reason."},
            {"consideration_id": "d", "situation_id": "a", "text": "Peace", "explanation": "..."},
        ],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Blank cells with their table and key."""
        situations, considerations = tables["situations"], tables["considerations"]
        cells = [
            _blank(situations, "situations", "situation_id", "text"),
            _blank(considerations, "considerations", "consideration_id", "text"),
            _blank(considerations, "considerations", "consideration_id", "explanation"),
        ]
        return cells[0].union(cells[1]).union(cells[2])


def _blank(relation: DuckDBPyRelation, table: str, key: str, column: str) -> DuckDBPyRelation:
    blank = relation.filter(f"NOT coalesce(regexp_matches({column}, '{SAYS_SOMETHING}'), false)")
    return blank.select(f"'{table}' AS in_table, {key} AS key, 'blank {column}' AS problem")
