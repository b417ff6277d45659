"""INV-ST4: fresh instances can be made of a template for ever only if the old ones come out again, byte for byte."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

ADAPTATION = {"adaptation_id": "a", "text": "I sell {cups} cups at {price} cents."}
VALUES = [{"slot": "price", "value": 3}, {"slot": "cups", "value": 20}]
PROBLEM = {"problem_id": "p", "adaptation_id": "a", "values": VALUES}


class InstancesRecompute(Check):
    """The text of a problem is its adaptation with its numbers, and each slot has one."""

    severity = "error"
    problem = "have|has another text than their adaptation and numbers give"
    table = "problems"
    unit = "problems"
    needs = {"problems": ["problem_id", "adaptation_id", "text", "values"], "adaptations": ["adaptation_id", "text"]}
    passes = {"problems": [{**PROBLEM, "text": "I sell 20 cups at 3 cents."}], "adaptations": [ADAPTATION]}
    fails = {"problems": [{**PROBLEM, "text": "I sell 20 cups at 4 cents."}], "adaptations": [ADAPTATION]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Problems with the text that comes out."""
        return query_tables(
            tables,
            [*self.needs],
            r"""WITH filled AS (
                SELECT problem_id, p.text, list_reduce([a.text] || [x.slot || chr(0) || x.value FOR x IN "values"],
                    lambda done, pair: replace(done, '{' || split_part(pair, chr(0), 1) || '}',
                        split_part(pair, chr(0), 2))) AS again
                FROM problems p JOIN adaptations a USING (adaptation_id))
            SELECT problem_id, again AS problem FROM filled WHERE text IS DISTINCT FROM again""",
        )
