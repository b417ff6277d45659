"""A difficulty gate: what a reference already answers right tells models apart no longer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...validators.tables.sql import Tables, query, quote_identifier, quote_literal
from . import Outcome, Step
from ._pages import key


class KeepDifficult(Step):
    """Removes rows that a reference annotator answers as the dataset does.

    CLASH keeps a whole source by the accuracy of a model on a pilot; this gate keeps or removes single rows.
    """

    table: str
    """Table of the rows, such as `perspectives`."""
    answer: str
    """Its column with the right answer, such as `current`."""
    aspect: str
    """Aspect under which the reference answered."""
    annotator: str | None = None
    """Id of the reference; default: all annotators, of whom every one must be right."""

    def needs(self, main: str) -> Mapping[str, Iterable[str]]:
        """The right answers."""
        return {self.table: [self.answer]}

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """The rows that the reference answers right; those that it did not answer stay."""
        own, who = key(tables[self.table]), self.annotator
        conditions = f"item_table = {quote_literal(self.table)} AND aspect = {quote_literal(self.aspect)}"
        if who is not None:
            conditions += f" AND annotator_id = {quote_literal(who)}"
        answers = tables["annotations"].filter(conditions).select("item_id, label").set_alias("a")
        rows = (
            tables[self.table]
            .select(f"{own}::VARCHAR AS key, {quote_identifier(self.answer)} AS answer")
            .set_alias("r")
        )
        joined = rows.join(answers, "r.key = a.item_id").select("r.key, r.answer, a.label")
        removed = query(
            joined,
            """SELECT key, 'the reference answers it right' AS reason, any_value(answer) AS detail, NULL AS kept_key
            FROM rows GROUP BY key HAVING bool_and(label IS NOT DISTINCT FROM answer)""",
        )
        return Outcome(removed={self.table: removed})
