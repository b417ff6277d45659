"""An annotator with a unique combination of attributes can be re-identified."""

from __future__ import annotations

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...stats.k_anonymity import ATTRIBUTES, equivalence_classes
from ...tables.sql import Tables, query
from .. import Check

NOTHING = dict.fromkeys(ATTRIBUTES)
KENYAN = {**NOTHING, "kind": "human", "country": "Kenya"}


class KAnonymity(Check):
    """A human annotator shares their attributes with at least k - 1 others."""

    severity = "warning"
    problem = "share|shares their attributes with fewer than {k} annotators, themselves included"
    table = "annotators"
    unit = "annotators"
    needs = {"annotators": ["annotator_id"]}
    may_use = {"annotators": ["kind", *ATTRIBUTES]}
    repair = "coarsen"
    passes = {
        "annotators": [
            *({**KENYAN, "annotator_id": str(i)} for i in range(5)),
            {**NOTHING, "annotator_id": "nothing is known", "kind": "human"},
            {**NOTHING, "annotator_id": "no person", "kind": "persona", "country": "Peru"},
        ]
    }
    fails = {"annotators": [{**KENYAN, "annotator_id": str(i)} for i in range(4)]}

    k: int = Field(default=5, ge=2)
    """Minimum number of annotators with the same attributes."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Annotators who share their attributes with too few others."""
        return query(
            equivalence_classes(tables["annotators"]),
            f"""SELECT annotator_id, 'shares their attributes with ' || (alike - 1) || ' others' AS problem
            FROM rows WHERE alike < {self.k}""",
        )
