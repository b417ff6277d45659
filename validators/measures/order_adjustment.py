"""What is left of a preference for the first option once the options were shown in many orders."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, query
from . import Measure


class OrderAdjustment(Measure):
    """How much more often than by chance the first listed option is chosen, before and after adjustment.

    `listed` is over answers to the order of the questionnaire, `adjusted` over all orders, where what remains is a
    preference for what the option says. That A-bias is read this way is ours.
    """

    needs = {
        "questions": ["question_id", "type", "options"],
        "response_shares": ["question_id", "annotator_id", "option", "listed", "adjusted"],
    }

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Two figures for each annotator, over `n` questions of type `choice`, which have no order of their own."""
        shares, questions = tables["response_shares"].set_alias("s"), tables["questions"].set_alias("q")
        joined = shares.join(questions, "s.question_id = q.question_id").select(
            "annotator_id, option, listed, adjusted, type, options"
        )
        for annotator, listed, adjusted, n in query(joined, FIRST).fetchall():
            for what, value in (("listed", listed), ("adjusted", adjusted)):
                group = {"annotator": annotator, "answers": what}
                yield Figure(measure="order_adjustment", group=group, value=value, n=n)


FIRST = f"""
SELECT annotator_id, round(avg(listed - 1 / len(options)), {DIGITS}), round(avg(adjusted - 1 / len(options)), {DIGITS}),
    count(*)
FROM rows WHERE option = options[1] AND type = 'choice' AND listed IS NOT NULL
GROUP BY annotator_id ORDER BY annotator_id LIMIT 100
"""
