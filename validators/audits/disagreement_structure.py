"""Whether disagreement is structure or noise, and whose views a single label would erase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import Field, PositiveInt

from ...schemas.report import AuditFigure
from ..stats.agreement import Agreement, interval, krippendorff, nominal
from ..stats.dawid_skene import dawid_skene
from ..stats.k_anonymity import grouping_columns
from ..stats.latent_structure import camps, explained, group_numbers, severity, shuffled
from ..stats.multiple_tests import HOLM
from ..stats.polarisation import ndfu
from ..stats.rating_matrix import RatingMatrix, rating_matrices
from ..stats.resampling import beyond_chance, bootstrap, figure, generator, permutation_p, with_holm
from ..stats.variance_components import Components, henderson
from ..tables.sql import Tables, quote_identifier
from . import Audit, NotApplicable, Outcome

MAX_EXAMPLES = 20
MAX_SCORES = 256
"""Distinct scores above which alpha is left out: it compares each with each."""


class DisagreementStructure(Audit):
    """Is disagreement structure, such as camps and groups, or noise?

    Three tests an aspect, all corrected together: whether annotators differ in severity, whether they lie on one axis
    that explains more than chance (judgements of each item dealt anew among its annotators), and for each declared
    attribute whether its groups explain more than random groups of the same sizes. Beside them variance components,
    alpha overall and within groups, polarisation of scores, and labels that majority and Dawid-Skene would erase.
    The tests are ours. Intervals are of a bootstrap over items; those of camps and group shares are
    the spread of random groups, around what is more than chance. A lack of structure is no proof of noise: small camps
    in few judgements are not seen.
    """

    needs = {"annotations": ["item_id", "annotator_id", "aspect"]}

    permutations: PositiveInt = 1000
    """Random regroupings behind each p-value."""
    min_annotators: int = Field(default=4, ge=3)
    """Fewer annotators show no structure."""
    min_members: PositiveInt = 3
    """Values of an attribute with fewer annotators form no group."""
    max_groups: PositiveInt = 20
    """An attribute with more groups is left out."""
    max_annotators: PositiveInt = 200
    """The busiest annotators are looked at."""
    max_items: PositiveInt = 2000
    """The most judged items are looked at."""
    min_minority: float = Field(default=0.2, gt=0, lt=0.5)
    """Share of the judgements of an item from which a view is a minority and not a slip."""

    def examine(self, tables: Tables) -> Outcome:
        """Test each aspect that enough annotators judged."""
        found = rating_matrices(tables, self.max_annotators, self.max_items)
        matrices = [matrix for matrix in found if len(matrix.annotators) >= self.min_annotators]
        if not matrices:
            raise NotApplicable(f"an aspect that {self.min_annotators} annotators judged on shared items")
        figures, examples = [], []
        for matrix in matrices:
            figures += [*self._figures(matrix, tables.get("annotators"))]
            examples += self._erased(matrix)
        tested = with_holm(figures)
        significant = [f for f in tested if f.is_significant(self.alpha)]
        conclusion = " ".join(_sentence(m.aspect, tested, significant) for m in matrices)
        return Outcome(conclusion, bool(significant), tested, HOLM, examples[:MAX_EXAMPLES])

    def _figures(self, matrix: RatingMatrix, annotators: Any) -> Iterator[AuditFigure]:
        residuals, given, about = matrix.residuals(), matrix.given, {"aspect": matrix.aspect}
        random = generator()
        dealt = [shuffled(residuals, given, random) for _ in range(self.permutations)]
        severe = permutation_p(severity(residuals, given), [severity(draw, given) for draw in dealt])
        for part, share in _components(matrix).items():
            p = severe if part == "annotator" else None
            yield figure("variance_share", about | {"part": part}, share[0], matrix.n, share[1:], p)
        axis, chance = camps(residuals, given), [camps(draw, given) for draw in dealt]
        value, ends = beyond_chance(axis, chance)
        yield figure("camps", about, value, len(matrix.annotators), ends, permutation_p(axis, chance))
        yield _alpha(matrix, np.ones(len(matrix.annotators), dtype=np.bool_), {})
        for attribute, names, groups in self._groups(matrix, annotators):
            yield self._group_share(matrix, attribute, groups)
            for number, name in enumerate(names):
                yield _alpha(matrix, groups == number, {"attribute": attribute, "value": name})
        yield from _polarisation(matrix)
        yield from self._erasures(matrix)

    def _groups(self, matrix: RatingMatrix, annotators: Any) -> Iterator[tuple[str, list[str], Any]]:
        for attribute in grouping_columns(annotators) if annotators is not None else ():
            cells = f"CAST(annotator_id AS VARCHAR), CAST({quote_identifier(attribute)} AS VARCHAR)"
            values = dict(annotators.select(cells).fetchall())
            names, groups = group_numbers([values.get(one) for one in matrix.annotators], self.min_members)
            if 2 <= len(names) <= self.max_groups:
                yield attribute, names, groups

    def _group_share(self, matrix: RatingMatrix, attribute: str, groups: Any) -> AuditFigure:
        """Share of the variance within items between groups, less what random groups explain."""
        residuals, members, random = matrix.residuals(), groups >= 0, generator()
        share, drawn = explained(residuals, matrix.given, groups), []
        for _ in range(self.permutations):
            mixed = groups.copy()
            mixed[members] = random.permutation(groups[members])
            drawn.append(explained(residuals, matrix.given, mixed))
        about = {"aspect": matrix.aspect, "attribute": attribute}
        value, ends = beyond_chance(share, drawn)
        return figure("group_share", about, value, int(members.sum()), ends, permutation_p(share, drawn))

    def _erased(self, matrix: RatingMatrix) -> list[dict[str, Any]]:
        """Items in which a minority view is no slip, those with the largest minority first."""
        if not matrix.labels:
            return []
        counts = matrix.values.sum(axis=0)
        kept = counts.argmax(axis=1)
        inferred = dawid_skene(matrix.values).argmax(axis=1)
        found: list[dict[str, Any]] = []
        for i, votes in enumerate(counts):
            for label in np.flatnonzero((votes >= 2) & (votes / votes.sum() >= self.min_minority)):
                if label != inferred[i]:
                    row = {"item": matrix.items[i].replace("\x1f", "/"), "aspect": matrix.aspect}
                    views = {"erased": matrix.labels[label], "share": round(float(votes[label] / votes.sum()), 3)}
                    outcomes = {"majority": matrix.labels[kept[i]], "dawid_skene": matrix.labels[inferred[i]]}
                    found.append(row | views | outcomes)
        return sorted(found, key=lambda row: -row["share"])[:MAX_EXAMPLES]

    def _erasures(self, matrix: RatingMatrix) -> Iterator[AuditFigure]:
        if not matrix.labels:
            return
        counts = matrix.values.sum(axis=0)
        minority = (counts >= 2) & (counts / counts.sum(axis=1, keepdims=True) >= self.min_minority)
        aggregates = {"majority": counts.argmax(axis=1), "dawid_skene": dawid_skene(matrix.values).argmax(axis=1)}
        for rule, labels in aggregates.items():
            lost = minority.copy()
            lost[np.arange(len(labels)), labels] = False
            erased = lost.any(axis=1).astype(np.float64)
            ends = bootstrap(len(erased), lambda i, erased=erased: float(erased[i].mean()))  # type: ignore[misc]
            about = {"aspect": matrix.aspect, "rule": rule}
            yield figure("items_with_erased_views", about, float(erased.mean()), len(erased), ends)


def _components(matrix: RatingMatrix) -> dict[str, tuple[float, float | None, float | None]]:
    """Part -> share with its interval."""

    def shares(items: Any = slice(None)) -> Components:
        return henderson(matrix.values[:, items], matrix.given[:, items]).shares()

    found = {}
    for place, part in enumerate(Components._fields):
        found[part] = (shares()[place], *bootstrap(len(matrix.items), lambda i, at=place: shares(i)[at], 200))  # type: ignore[misc]
    return found


def _alpha(matrix: RatingMatrix, members: Any, group: Mapping[str, str]) -> AuditFigure:
    about = {"aspect": matrix.aspect, **group}
    if matrix.labels:
        votes, difference = matrix.values[members].sum(axis=0).astype(np.int64), nominal(len(matrix.labels))
    else:
        scores = np.unique(matrix.values[..., 0][matrix.given])
        if len(scores) > MAX_SCORES:
            return figure("alpha", about, None, matrix.n)
        mine = matrix.values[members][..., 0]
        there = matrix.given[members]
        votes = np.stack([((mine == score) & there).sum(axis=0) for score in scores], axis=1)
        difference = interval(scores)
    result: Agreement = krippendorff(votes, np.ones(len(votes), dtype=np.int64), difference)
    return figure("alpha", about, result.value, result.items, (result.low, result.high))


def _polarisation(matrix: RatingMatrix) -> Iterator[AuditFigure]:
    """Mean nDFU of the items of a scale, scores in ten bins (ours) or one a value; it needs an order, so no labels."""
    if matrix.labels:
        return
    scores = matrix.values[..., 0]
    distinct = np.unique(scores[matrix.given])
    edges = np.append(distinct, distinct[-1] + 1) if len(distinct) <= 11 else np.linspace(distinct[0], distinct[-1], 11)
    per_item = [
        ndfu(np.histogram(scores[matrix.given[:, i], i], edges)[0])
        for i in range(len(matrix.items))
        if matrix.given[:, i].sum() >= 5
    ]
    if per_item:
        values = np.asarray(per_item)
        ends = bootstrap(len(values), lambda i: float(values[i].mean()))
        yield figure("polarisation", {"aspect": matrix.aspect}, float(values.mean()), len(values), ends)


def _sentence(aspect: str, figures: Sequence[AuditFigure], significant: Sequence[AuditFigure]) -> str:
    parts = {f.group["part"]: f.value for f in figures if f.measure == "variance_share" and f.group["aspect"] == aspect}
    shares = [f"{100 * (parts[part] or 0):.0f}%" for part in Components._fields]
    about = f"Of the variance of `{aspect}`, {shares[0]} lies between items, {shares[1]} between annotators, and "
    about += f"{shares[2]} in how annotators differ from item to item"
    mine = [f for f in significant if f.group["aspect"] == aspect]
    learned = [f"annotators form camps beyond chance (p = {f.adjusted_p:.2g})" for f in mine if f.measure == "camps"]
    learned += ["some annotators are more severe than others" for f in mine if f.measure == "variance_share"]
    learned += [
        f"`{f.group['attribute']}` explains {100 * (f.value or 0):.1f}% of the disagreement more than chance"
        for f in mine
        if f.measure == "group_share"
    ]
    return f"{about}: {'; '.join(learned) or 'nothing that noise could not explain'}."
