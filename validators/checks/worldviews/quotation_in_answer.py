"""A quotation that is not in the answer is made up, and so may be the reference."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables
from .. import Check

ANSWERS = [{"answer_id": "a", "text": "In Japan the guest comes first. It depends."}]
FOUND = {"reference_id": "a/x/0", "answer_id": "a"}


class QuotationInAnswer(Check):
    """The quotation of a reference occurs in the answer, word for word."""

    severity = "error"
    problem = "quote|quotes what is not in the answer"
    table = "references"
    unit = "references"
    needs = {"references": ["reference_id", "answer_id", "quotation"], "answers": ["answer_id", "text"]}
    passes = {"answers": ANSWERS, "references": [{**FOUND, "quotation": "In Japan the guest comes first."}]}
    fails = {"answers": ANSWERS, "references": [{**FOUND, "quotation": "In Japan guests come first."}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """References whose quotation is no part of the answer."""
        found, answers = tables["references"].set_alias("r"), tables["answers"].set_alias("a")
        return (
            found.join(answers, "r.answer_id = a.answer_id")
            .filter("NOT contains(a.text, r.quotation)")
            .select("r.reference_id, 'not in the answer: ' || left(r.quotation, 200) AS problem")
        )
