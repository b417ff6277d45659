"""How often the identity behind a mask is guessed from the rest of a prompt."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, fetch_all
from . import Measure


class IdentityInferenceRate(Measure):
    """Share of prompts whose masked identity an annotator puts back, by axis; abstentions are left out.

    AMBEDKAR's IIR, as a share of 1.
    """

    needs = {
        "annotations": ["item_table", "item_id", "annotator_id", "aspect", "label"],
        "prompts": ["prompt_id", "identity", "axis"],
    }

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One share for each annotator and axis, with its interval; `n` is the number of prompts."""
        inferred = tables["annotations"].filter(
            "item_table = 'prompts' AND aspect = 'identity' AND label IS NOT NULL AND label <> 'abstain'"
        )
        both = inferred.set_alias("a").join(tables["prompts"].set_alias("p"), "a.item_id = p.prompt_id")
        chosen = both.select("a.annotator_id, a.label, p.identity, p.axis")
        for annotator, axis, right, n in fetch_all(chosen, COUNTED):
            low, high = wilson(right, n)
            group = {"annotator": annotator, "axis": axis}
            yield Figure(
                measure="identity_inference_rate", group=group, value=round(right / n, DIGITS), low=low, high=high, n=n
            )


COUNTED = """
SELECT annotator_id, axis, count_if(label = identity) AS right, count(*) AS n FROM rows
GROUP BY ALL ORDER BY annotator_id, axis
"""
