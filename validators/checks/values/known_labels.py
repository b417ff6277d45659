"""INV-VP2: a label outside the vocabulary is lost to everybody who counts labels."""

from __future__ import annotations

from collections.abc import Mapping

from duckdb import DuckDBPyRelation

from ....schemas.rows.values import LABELS
from ...tables.sql import Tables, query, quote_literal
from .. import Check

WHO = {"item_table": "considerations", "item_id": "c", "annotator_id": "x", "aspect": "valence"}


class KnownLabels(Check):
    """Every label is one of the labels of its aspect."""

    severity = "error"
    problem = "have|has a label that is not one of its aspect"
    table = "annotations"
    unit = "annotations"
    needs = {"annotations": ["item_table", "item_id", "annotator_id", "aspect", "label"]}
    passes = {
        "annotations": [
            {**WHO, "label": "either"},
            {**WHO, "label": None},
            {**WHO, "aspect": "an aspect of somebody else", "label": "blue"},
        ]
    }
    fails = {"annotations": [{**WHO, "label": "Either"}]}

    labels: Mapping[str, tuple[str, ...]] = LABELS
    """Aspect -> its vocabulary; other aspects are not judged."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Annotations with another label; one that differs in case alone says so."""
        unknown = [f"(aspect = {quote_literal(a)} AND label NOT IN ({_listed(self.labels[a])}))" for a in self.labels]
        cased = [f"(aspect = {quote_literal(a)} AND lower(label) IN ({_listed(self.labels[a])}))" for a in self.labels]
        return query(
            tables["annotations"],
            f"""SELECT item_id, annotator_id, aspect,
                concat('unknown label ', label, CASE WHEN {" OR ".join(cased)} THEN ': wrong case' END) AS problem
            FROM rows WHERE item_table = 'considerations' AND ({" OR ".join(unknown)})""",
        )


def _listed(labels: tuple[str, ...]) -> str:
    return ", ".join(map(quote_literal, labels))
