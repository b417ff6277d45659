"""How far the answers of models and personas are from those of people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..stats.distances import jensen_shannon, wasserstein
from ..stats.resampling import bootstrap
from ..tables.sql import Tables, query
from . import Measure


class SurveyDistance(Measure):
    """Mean distance of an annotator's answers to those of a group of survey respondents.

    Jensen-Shannon distance is the root of the divergence in bits, Wasserstein distance is over ordered options and its
    maximum is 1; both from 0 to 1, averaged over the questions.
    """

    needs = {
        "questions": ["question_id", "type", "options"],
        "response_shares": ["question_id", "annotator_id", "option", "listed", "adjusted"],
        "survey_shares": ["question_id", "group_id", "option", "share"],
    }

    shares: Literal["adjusted", "listed"] = "adjusted"
    """Answers over all orders of the options, or to the order of the questionnaire."""
    max_pairs: PositiveInt = 60
    """Pairs of annotator and group shown, those with the most questions."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Two distances for each pair, the second over Likert scales; intervals by bootstrap over questions."""
        names = ("questions", "response_shares", "survey_shares")
        asked, answered, survey = (tables[name].set_alias(name) for name in names)
        joined = answered.join(survey, "response_shares.question_id = survey_shares.question_id").join(
            asked, "response_shares.question_id = questions.question_id"
        )
        flat = joined.select(
            f"annotator_id, group_id, questions.question_id AS question_id, type, options, "
            f"response_shares.option AS ours, {self.shares} AS share_ours, survey_shares.option AS theirs, share"
        )
        pairs: dict[tuple[str, str], list[tuple[bool, float, float]]] = {}
        for annotator, group, kind, ours, theirs in query(flat, DISTRIBUTIONS).fetchall():
            p, q = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
            distances = (kind == "likert", jensen_shannon(p, q) ** 0.5, wasserstein(p, q))
            pairs.setdefault((annotator, group), []).append(distances)
        for (annotator, group), found in sorted(pairs.items(), key=lambda pair: (-len(pair[1]), pair[0]))[
            : self.max_pairs
        ]:
            who = {"annotator": annotator, "group": group, "shares": self.shares}
            yield _mean("jensen_shannon", who, [distance for _, distance, _ in found])
            yield _mean("wasserstein", who, [distance for is_ordered, _, distance in found if is_ordered])


def _mean(kind: str, who: dict[str, str], distances: list[float]) -> Figure:
    values = np.asarray(distances, dtype=np.float64)
    low, high = bootstrap(len(values), lambda drawn: float(values[drawn].mean()))
    value = round(float(values.mean()), DIGITS) if len(values) else None
    ends = {name: None if end is None else round(end, DIGITS) for name, end in (("low", low), ("high", high))}
    return Figure(measure="survey_distance", group={**who, "distance": kind}, value=value, n=len(values), **ends)


DISTRIBUTIONS = """
SELECT annotator_id, group_id, any_value(type) AS type,
    list(share_ours ORDER BY list_position(options, ours)) AS ours,
    list(share ORDER BY list_position(options, theirs)) AS theirs
FROM rows WHERE ours = theirs
GROUP BY annotator_id, group_id, question_id
HAVING count(share_ours) = len(any_value(options))
ORDER BY annotator_id, group_id, question_id
"""
