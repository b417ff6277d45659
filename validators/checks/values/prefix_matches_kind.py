"""INV-VP6: a text that begins like a right or a duty is of that kind."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

RIGHT, DUTY = r"^\s*rights?\s+(to|of)\b", r"^\s*dut(y|ies)\s+(to|of|not)\b"


class PrefixMatchesKind(Check):
    """What begins with "Right to" is a right, and what begins with "Duty to" a duty."""

    severity = "warning"
    problem = "begin|begins like another kind of consideration"
    table = "considerations"
    unit = "considerations"
    needs = {"considerations": ["consideration_id", "kind", "text"]}
    passes = {
        "considerations": [
            {"consideration_id": "1", "kind": "right", "text": "Right to privacy"},
            {"consideration_id": "2", "kind": "duty", "text": "Duty not to harm"},
            {"consideration_id": "3", "kind": "value", "text": "Righteousness"},
            {"consideration_id": "4", "kind": "right", "text": "Privacy"},
        ]
    }
    fails = {"considerations": [{"consideration_id": "1", "kind": "value", "text": "rights of the child"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Considerations whose text begins like another kind."""
        begins = f"""CASE WHEN regexp_matches(text, '{RIGHT}', 'i') THEN 'right'
            WHEN regexp_matches(text, '{DUTY}', 'i') THEN 'duty' END"""
        return query(
            tables["considerations"],
            f"""SELECT consideration_id, concat('a ', kind, ' that begins like a ', begins, ': ', text) AS problem
            FROM (SELECT *, {begins} AS begins FROM rows) WHERE begins <> kind""",
        )
