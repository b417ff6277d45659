"""INV-ST3: an answer that does not come out again is wrong, or its template has changed."""

from __future__ import annotations

from collections.abc import Iterator

from duckdb import DuckDBPyRelation

from ....schemas.expressions import option_texts
from ...tables.sql import Tables, query, quote_literal
from .. import Check

TEMPLATE = {"template_id": "t", "answer": "price * 2", "wrong": ["price"], "unit": "cents", "digits": 0}
OPTIONS = [
    {"text": "6 cents", "formula": "price * 2", "correct": True},
    {"text": "3 cents", "formula": "price", "correct": False},
]
PROBLEM = {"problem_id": "p", "template_id": "t", "values": [{"slot": "price", "value": 3}], "options": OPTIONS}


class AnswersRecompute(Check):
    """The options of a problem are what the formulas of its template give."""

    severity = "error"
    problem = "have|has options other than the template gives"
    table = "problems"
    unit = "problems"
    needs = {
        "problems": ["problem_id", "template_id", "values", "options"],
        "templates": ["template_id", "answer", "wrong", "unit", "digits"],
    }
    passes = {"problems": [PROBLEM], "templates": [TEMPLATE]}
    fails = {
        "problems": [{**PROBLEM, "options": [{**OPTIONS[0], "text": "7 cents"}, OPTIONS[1]]}],
        "templates": [TEMPLATE],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Problems with the reason."""
        templates = tables["templates"].select("template_id AS of_template, answer, wrong, unit, digits").set_alias("t")
        both = tables["problems"].set_alias("p").join(templates, "p.template_id = t.of_template")
        chosen = both.select('problem_id, "values", options, answer, wrong, unit, digits')
        wrong = [f"({quote_literal(key)}, {quote_literal(problem)})" for key, problem in _problems(chosen)]
        listed = f"VALUES {', '.join(wrong)}" if wrong else "SELECT '', '' WHERE false"
        return query(tables["problems"], f"SELECT key AS problem_id, problem FROM ({listed}) w(key, problem)")


def _problems(rows: DuckDBPyRelation) -> Iterator[tuple[str, str]]:
    """Key and reason of every problem that does not come out again."""
    for batch in rows.to_arrow_reader(10_000):
        for row in batch.to_pylist():
            numbers = {each["slot"]: each["value"] for each in row["values"]}
            try:
                texts = option_texts((row["answer"], *row["wrong"]), numbers, row["digits"], row["unit"])
            except ValueError as error:
                yield row["problem_id"], str(error)
                continue
            expected = {(text, place == 0) for place, text in enumerate(texts)}
            if expected != {(option["text"], option["correct"]) for option in row["options"]}:
                yield row["problem_id"], f"the answer is {texts[0]}"
