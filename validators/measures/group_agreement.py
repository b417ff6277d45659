"""Whether annotators agree more within their group than with others: structure that alpha treats as noise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from duckdb import DuckDBPyRelation
from numpy.typing import NDArray
from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..stats.agreement import REPLICATES, SEED, Floats
from ..stats.k_anonymity import grouping_columns
from ..stats.ratings import first_judgements
from ..tables.sql import Tables, query, quote_identifier, quote_literal
from . import Measure


class GroupAgreement(Measure):
    """Agreement within and between the groups of each attribute, with a permutation test.

    The definition is ours: one less the mean difference of two annotators on an item they share, over the mean
    difference of any two judgements of the aspect; unlike labels differ by 1, scores by the square of their distance.
    The p-value is the share of random regroupings of the annotators in which agreement within exceeds agreement
    between by at least as much; it is not corrected for the number of attributes.
    """

    needs = {"annotations": ["item_id", "annotator_id", "aspect"], "annotators": ["annotator_id"]}

    max_annotators: PositiveInt = 200
    """Annotators compared, those with the most judgements."""
    min_members: PositiveInt = 3
    """Values of an attribute with fewer annotators form no group."""
    max_groups: PositiveInt = 20
    """An attribute with more groups is left out."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Three figures per aspect and attribute: within, between and p; `n` is the number of annotators."""
        for column in ("label", "score"):
            rows = first_judgements(tables, column).filter("annotator IS NOT NULL")
            for aspect, chance in query(rows, CHANCE[column]).fetchall():
                people, differences, shared = self._pairs(rows, aspect, column)
                for attribute, groups in self._groups(tables["annotators"], people):
                    yield from _tested(aspect, attribute, differences / chance, shared, groups)

    def _pairs(self, rows: DuckDBPyRelation, aspect: str, column: str) -> tuple[list[str], Floats, Floats]:
        """Annotators compared; float64 (annotators, annotators): summed differences, and number of common items."""
        compared = PAIRS.format(aspect=quote_literal(aspect), most=self.max_annotators, unlike=UNLIKE[column])
        found = query(rows, compared).fetchall()
        people = sorted({one for one, *_ in found} | {other for _, other, *_ in found})
        at = {person: i for i, person in enumerate(people)}
        differences, shared = np.zeros((len(people),) * 2), np.zeros((len(people),) * 2)
        for one, other, total, n in found:
            differences[at[one], at[other]], shared[at[one], at[other]] = total, n
        return people, differences, shared

    def _groups(self, annotators: DuckDBPyRelation, people: list[str]) -> Iterator[tuple[str, NDArray[np.int64]]]:
        """Attribute -> int64 (annotators,): index of the group, -1 for none."""
        for attribute in grouping_columns(annotators):
            pairs = annotators.select(
                f"CAST(annotator_id AS VARCHAR), CAST({quote_identifier(attribute)} AS VARCHAR)"
            ).fetchall()
            value_of = dict(pairs)
            values = [value_of.get(person) for person in people]
            kept = sorted({v for v in values if v is not None and values.count(v) >= self.min_members})
            if 2 <= len(kept) <= self.max_groups:
                yield attribute, np.asarray([kept.index(v) if v in kept else -1 for v in values], dtype=np.int64)


CHANCE = {
    "label": """SELECT aspect, 1 - sum(n * (n - 1)) / (sum(n) * (sum(n) - 1)) AS chance
        FROM (SELECT aspect, value, CAST(count(*) AS DOUBLE) AS n FROM rows GROUP BY ALL)
        GROUP BY aspect HAVING count(*) BETWEEN 2 AND 64 ORDER BY aspect""",
    "score": """SELECT aspect, 2 * var_samp(value) AS chance FROM rows GROUP BY aspect
        HAVING count(DISTINCT value) > 1 ORDER BY aspect""",
}
"""Mean difference of any two judgements of an aspect."""
UNLIKE = {"label": "CAST(a.value <> b.value AS INTEGER)", "score": "(a.value - b.value) ** 2"}
PAIRS = """
WITH judged AS (SELECT item, annotator, max(value) AS value FROM rows WHERE aspect = {aspect} GROUP BY ALL),
busy AS (SELECT annotator FROM judged GROUP BY annotator ORDER BY count(*) DESC, annotator LIMIT {most}),
compared AS (SELECT * FROM judged SEMI JOIN busy USING (annotator))
SELECT a.annotator, b.annotator, sum({unlike}), count(*) FROM compared a JOIN compared b USING (item)
WHERE a.annotator < b.annotator GROUP BY ALL ORDER BY ALL
"""


def _tested(
    aspect: str, attribute: str, differences: Floats, shared: Floats, groups: NDArray[np.int64]
) -> Iterator[Figure]:
    members = groups >= 0
    differences, shared = differences[np.ix_(members, members)], shared[np.ix_(members, members)]
    mine, random = groups[members], np.random.default_rng(SEED)
    regrouped = np.stack([mine, *(random.permutation(mine) for _ in range(REPLICATES))])
    unlike, n = _within(differences, regrouped), _within(shared, regrouped)
    others, m = differences.sum() - unlike, shared.sum() - n
    if not (n[0] and m[0]):  # no two annotators of a group, or of two groups, share an item
        return
    within, between = _agreement(unlike, n), _agreement(others, m)
    extreme = int(np.sum((within - between)[1:] >= within[0] - between[0]))
    results = {"within": within[0], "between": between[0], "p": (1 + extreme) / (1 + REPLICATES)}
    for what, value in results.items():
        group = {"aspect": aspect, "attribute": attribute, "what": what}
        yield Figure(measure="group_agreement", group=group, value=round(float(value), DIGITS), n=len(mine))


def _within(pairs: Floats, groups: NDArray[np.int64]) -> Floats:
    """Sum of (annotators, annotators) over pairs in one group, for each row of `groups`; float64 (regroupings,)."""
    members = (groups[:, :, None] == np.arange(groups.max() + 1)).astype(np.float64)
    return np.asarray(((pairs @ members) * members).sum(axis=(1, 2)))


def _agreement(unlike: Floats, n: Floats) -> Floats:
    """One less the mean difference of n pairs; NaN where there are none."""
    return 1 - np.divide(unlike, n, out=np.full_like(unlike, np.nan), where=n > 0)
