"""How well answers meet weighted criteria, and how well for their length."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, fetch_all
from . import Measure


class RubricScore(Measure):
    """Mean rubric score of each author, in percent, and for each 1000 characters of the answer."""

    needs = {
        "rubric_scores": ["answer_id", "score", "length_normalised"],
        "answers": ["answer_id", "author_id", "theory_id"],
    }

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Two means for each author and theory, with a normal interval; `n` is the number of scores."""
        scores, answers = tables["rubric_scores"].set_alias("s"), tables["answers"].set_alias("a")
        joined = scores.join(answers, "s.answer_id = a.answer_id")
        chosen = joined.select("a.author_id, a.theory_id, s.score, s.length_normalised")
        for author, theory, form, mean, spread, n in fetch_all(chosen, COUNTED):
            error = 1.96 * (spread or 0) / sqrt(n)
            low, high = (round(mean + side * error, DIGITS) for side in (-1, 1))
            group = {"author": author, "theory": theory, "form": form}
            yield Figure(measure="rubric_score", group=group, value=round(mean, DIGITS), low=low, high=high, n=n)


COUNTED = """
SELECT author_id, theory_id, form, avg(value) AS mean, stddev_samp(value) AS spread, count(*) AS n
FROM (SELECT author_id, theory_id, unnest(['score', 'length-normalised']) AS form,
    unnest([score, length_normalised]) AS value FROM rows)
GROUP BY ALL ORDER BY author_id, theory_id, form DESC
"""
