"""Cells that hold a list or dict as Python writes it."""

from __future__ import annotations

from ._text_repair import TextRepair


class ListCells(TextRepair):
    """Rewrites Python literals (lists, sets, tuples, dicts) as JSON; leaves other text alone."""

    def repaired(self, value: str) -> str:
        """Parsed by the one grammar of `validators/tables/literal.py`; nan becomes null."""
        nested = rf"regexp_matches({value}, '^\s*[\[({{A-Za-z]') AND NOT json_valid({value})"
        parsed = f"literal({value})::VARCHAR"
        return f"CASE WHEN {nested} AND left({parsed}, 1) IN ('[', '{{') THEN {parsed} ELSE {value} END"
