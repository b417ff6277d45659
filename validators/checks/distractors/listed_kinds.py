"""INV-DR2: several kinds may hold together, but each is one of the list, and named once."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

KINDS = [{"kind": "paradox"}, {"kind": "wordplay"}]
TAGGING = {"utterance_id": "a", "kinds": ["paradox", "wordplay"]}


class ListedKinds(Check):
    """The kinds of an utterance are of the closed list, each once."""

    severity = "error"
    problem = "have|has a kind that is not listed, or one twice"
    table = "taggings"
    unit = "utterances"
    needs = {"taggings": ["utterance_id", "kinds"], "kinds": ["kind"]}
    passes = {"taggings": [TAGGING], "kinds": KINDS}
    fails = {"taggings": [{**TAGGING, "kinds": ["paradox", "paradox", "irony"]}], "kinds": KINDS}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Utterances with the kinds."""
        return query_tables(
            tables,
            [*self.needs],
            """SELECT utterance_id, string_agg(kind, ', ' ORDER BY kind) AS problem FROM (
                SELECT utterance_id, kind FROM (SELECT utterance_id, unnest(kinds) AS kind FROM taggings)
                GROUP BY ALL HAVING count(*) > 1 OR kind NOT IN (SELECT kind FROM kinds))
            GROUP BY utterance_id""",
        )
