"""INV-DR2: where no kind is agreed on, annotators read the utterance in different ways."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

TAGGING = {"utterance_id": "a", "rounds": 3, "n": 3}


class Untagged(Check):
    """An utterance has at least one kind that half of its annotators agree on."""

    severity = "info"
    problem = "have|has no kind that half of the annotators agree on"
    table = "taggings"
    unit = "utterances"
    needs = {"taggings": ["utterance_id", "kinds", "rounds", "n"]}
    passes = {"taggings": [{**TAGGING, "kinds": ["paradox"]}]}
    fails = {"taggings": [{**TAGGING, "kinds": []}, {**TAGGING, "utterance_id": "b", "kinds": ["paradox"]}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Utterances with the number of annotators and rounds."""
        return query(
            tables["taggings"],
            """SELECT utterance_id, n || ' annotators after ' || rounds || ' rounds' AS problem
            FROM rows WHERE len(kinds) = 0""",
        )
