"""Which model wrote the preferred response, and which the other."""

from __future__ import annotations

from collections.abc import Iterator
from math import log2

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, query
from . import Measure


class ModelProvenance(Measure):
    """Share of decided pairs by chosen and rejected model, and what the model tells of the preference.

    That pairs of a stronger and a weaker model teach surface cues is a finding of "More is Less" (arXiv 2504.02193);
    the figures are ours. `different models` is the share of pairs by two models. `mutual information` is that of the
    model of a response and whether it is chosen, in bits: 0 where every model is chosen as often as rejected, 1 where
    each model is only ever chosen or rejected.
    """

    needs = {"pairs": ["pair_id", "preferred", "first_model", "second_model"]}

    max_models: PositiveInt = 12
    """Models with a figure for each pair of them, the most frequent ones."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Two figures for all pairs and one for each chosen and rejected model; `n` is the number of decided pairs."""
        counts = query(tables["pairs"], DECIDED).fetchall()
        n = sum(count for *_, count in counts)
        if not n:
            return
        chosen, rejected = dict[str, int](), dict[str, int]()
        for winner, loser, count in counts:
            chosen[winner] = chosen.get(winner, 0) + count
            rejected[loser] = rejected.get(loser, 0) + count
        models = {model: chosen.get(model, 0) + rejected.get(model, 0) for model in {*chosen, *rejected}}
        bits = sum(
            count / (2 * n) * log2(count / models[model])
            for side in (chosen, rejected)
            for model, count in side.items()
        )
        different = sum(count for winner, loser, count in counts if winner != loser)
        for what, value in (("different models", different / n), ("mutual information", 1 + bits)):
            yield Figure(measure="model_provenance", group={"what": what}, value=round(value, DIGITS), n=n)
        frequent = sorted(models, key=lambda model: (-models[model], model))[: self.max_models]
        for winner, loser, count in counts:
            if winner in frequent and loser in frequent:
                group = {"what": "share of pairs", "chosen": winner, "rejected": loser}
                yield Figure(measure="model_provenance", group=group, value=round(count / n, DIGITS), n=n)


DECIDED = """
SELECT CASE preferred WHEN 'first' THEN first_model ELSE second_model END AS chosen,
    CASE preferred WHEN 'first' THEN second_model ELSE first_model END AS rejected, count(*)
FROM rows WHERE preferred IN ('first', 'second') AND first_model IS NOT NULL AND second_model IS NOT NULL
GROUP BY ALL ORDER BY ALL
"""
