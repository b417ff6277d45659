"""Whether another way of annotating would have led to another conclusion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from duckdb import DuckDBPyRelation
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from ...schemas.report import AuditFigure
from ..stats.answers import names_of
from ..stats.conclusions import Estimate, point_slopes, slopes
from ..stats.multiple_tests import HOLM
from ..stats.rating_matrix import RatingMatrix, rating_matrices
from ..stats.resampling import bootstrap, figure, generator, permutation_p, with_holm
from ..tables.sql import Tables, fetch_all, quote_identifier
from . import Audit, NotApplicable, Outcome

Floats = NDArray[np.float64]
MAX_ITEMS, MAX_CONFIGURATIONS = 20_000, 200


class Universe(NamedTuple):
    """One aspect, annotated in several ways."""

    matrix: RatingMatrix
    outcomes: Floats
    """float64 (configurations, items): 1 where the label is the one that is counted, or the score."""
    predictor: Floats | None
    """float64 (items,): what the outcome is compared over."""
    what: str
    """The conclusion in words."""


class AnnotationMultiverse(Audit):
    """Would another model, prompt or order of options have led to another conclusion?

    Each annotator of the kinds below is one configuration; all label the same items. The conclusion is computed in each
    of them: the share of a label (or the mean score); with `contrast`, its difference or slope over a column of items.
    `spread` is the largest estimate less the smallest; its p-value deals the labels of each item anew among the
    configurations. With a human gold sample: the share of configurations that find an effect where gold has none
    (type I), none where gold has one (type II), or one of the other sign (type S), and how far they exaggerate it
    (type M), as in LLM hacking (Baumann et al. 2025). `ambiguity` is the share of items on which a configuration
    nearly as good as the best disagrees with it, `discrepancy` the largest share for one of them (Marx et al. 2020).
    The order in which configurations were tried is not in these tables: who chose one after seeing results must say so.
    """

    needs = {"annotations": ["item_id", "annotator_id", "aspect"]}

    kinds: tuple[str, ...] = ("model", "persona")
    """Kinds of annotators that are configurations; none of them named, every annotator is, people included."""
    gold_kinds: tuple[str, ...] = ("human",)
    """Kinds of annotators whose majority, or mean score, is gold."""
    label: str | None = None
    """The label that is counted; default: the most frequent of the aspect."""
    contrast: str | None = None
    """Column of the items, numeric or with two values, over which the outcome is compared."""
    tolerance: float = Field(default=0.02, ge=0, lt=1)
    """Agreement with gold, less than the best, up to which a configuration is nearly as good; without gold, all are."""
    min_items: int = Field(default=30, ge=10)
    """Fewer shared items give no figure."""
    permutations: PositiveInt = 1000
    """Random deals behind each p-value."""

    def examine(self, tables: Tables) -> Outcome:
        """Draw the conclusion in each configuration of each aspect."""
        figures, sentences = [], []
        for universe in self._universes(tables):
            gold = self._gold(tables, universe)
            found = [*self._figures(universe, gold)]
            figures += found
            sentences.append(_sentence(universe, found))
        if not figures:
            raise NotApplicable(
                f"{self.min_items} items that two annotators of kind {' or '.join(self.kinds) or 'any'} labelled; "
                "with the option kinds: [] every annotator is a configuration"
            )
        tested = with_holm(figures)
        detected = any(f.is_significant(self.alpha) for f in tested)
        return Outcome(" ".join(sentences), detected, tested, HOLM)

    def _universes(self, tables: Tables) -> Iterator[Universe]:
        chosen = _by_kind(tables, self.kinds)
        for matrix in rating_matrices({"annotations": chosen}, MAX_CONFIGURATIONS, MAX_ITEMS) if chosen else ():
            if len(matrix.annotators) < 2 or len(matrix.items) < self.min_items:
                continue
            label = self.label or (matrix.labels[int(matrix.values.sum(axis=(0, 1)).argmax())] if matrix.labels else "")
            if matrix.labels and label not in matrix.labels:
                continue
            outcomes = matrix.values[..., matrix.labels.index(label) if matrix.labels else 0]
            predictor, over = self._predictor(tables, matrix)
            keep = np.ones(len(matrix.items), dtype=np.bool_) if predictor is None else np.isfinite(predictor)
            if keep.sum() < self.min_items:
                continue
            counted = f"share of `{label}`" if matrix.labels else "mean score"
            what = f"{over} in the {counted}" if over else counted
            items = [item for item, kept in zip(matrix.items, keep, strict=True) if kept]
            some = RatingMatrix(
                matrix.aspect, matrix.annotators, items, matrix.labels, matrix.values[:, keep], matrix.given[:, keep]
            )
            yield Universe(some, outcomes[:, keep], None if predictor is None else predictor[keep], what)

    def _predictor(self, tables: Tables, matrix: RatingMatrix) -> tuple[Floats | None, str]:
        """float64 (items,), NaN where it is unknown, and the comparison in words."""
        if self.contrast is None:
            return None, ""
        items = tables.get("items")
        if items is None or self.contrast not in items.columns:
            raise NotApplicable(f"items with {self.contrast}")
        column = f"CAST({quote_identifier(self.contrast)} AS VARCHAR)"
        rows = dict(fetch_all(items, f"SELECT CAST(item_id AS VARCHAR), {column} FROM rows WHERE {column} IS NOT NULL"))
        values = [rows.get(item.rpartition("\x1f")[2]) for item in matrix.items]
        levels = sorted({value for value in values if value is not None})
        if len(levels) == 2:
            number = {levels[0]: 0.0, levels[1]: 1.0}
            over = f"difference between {self.contrast} `{levels[1]}` and `{levels[0]}`"
            return np.asarray([number.get(value or "", np.nan) for value in values]), over
        try:
            return np.asarray([np.nan if v is None else float(v) for v in values]), f"slope over {self.contrast}"
        except ValueError:
            raise NotApplicable(f"numbers or two values in {self.contrast}") from None

    def _gold(self, tables: Tables, universe: Universe) -> Floats | None:
        """float64 (items,): outcome of the gold annotators, NaN where they judged nothing; null without them."""
        chosen = _by_kind(tables, self.gold_kinds)
        matrices = rating_matrices({"annotations": chosen}, MAX_CONFIGURATIONS, MAX_ITEMS) if chosen else iter(())
        matrix = next((m for m in matrices if m.aspect == universe.matrix.aspect), None)
        if matrix is None or bool(matrix.labels) != bool(universe.matrix.labels):
            return None
        known = {item: i for i, item in enumerate(matrix.items)}
        places = [known.get(item) for item in universe.matrix.items]
        if matrix.labels:
            winners = matrix.values.sum(axis=0).argmax(axis=1)
            counted = universe.what.rsplit("`", 2)[1]
            outcome = np.asarray([float(matrix.labels[winner] == counted) for winner in winners])
        else:
            outcome = matrix.values[..., 0].sum(axis=0) / np.maximum(matrix.given.sum(axis=0), 1)
        gold = np.asarray([np.nan if place is None else outcome[place] for place in places])
        return gold if np.isfinite(gold).sum() >= self.min_items else None

    def _figures(self, universe: Universe, gold: Floats | None) -> Iterator[AuditFigure]:
        matrix, outcomes, given, predictor = (
            universe.matrix,
            universe.outcomes,
            universe.matrix.given,
            universe.predictor,
        )
        about = {"aspect": matrix.aspect}
        estimates = slopes(outcomes, given, predictor)
        for name, estimate, there in zip(matrix.annotators, estimates, given, strict=True):
            if estimate is not None:
                group = about | {"configuration": name}
                yield figure("estimate", group, estimate.value, int(there.sum()), estimate.interval)
        yield self._spread(universe, about)
        if matrix.labels:
            yield from self._multiplicity(universe, gold, about)
        if gold is not None:
            truth = slopes(gold[None], np.isfinite(gold)[None], predictor)[0]
            yield from _errors([e for e in estimates if e is not None], truth, about)

    def _spread(self, universe: Universe, about: dict[str, str]) -> AuditFigure:
        outcomes, given, predictor = universe.outcomes, universe.matrix.given, universe.predictor

        def spread(values: Floats, there: NDArray[np.bool_], over: Floats | None) -> float:
            return float(np.ptp(point_slopes(values, there, over)))

        observed, random, drawn = spread(outcomes, given, predictor), generator(), []
        for _ in range(self.permutations):
            order = np.argsort(np.where(given, random.random(given.shape), 2.0), axis=0)
            places = np.argsort(~given, axis=0, kind="stable")
            mixed = np.zeros_like(outcomes)
            np.put_along_axis(mixed, places, np.take_along_axis(outcomes, order, axis=0), axis=0)
            drawn.append(spread(mixed, given, predictor))

        def resampled(i: NDArray[np.int64]) -> float:
            return spread(outcomes[:, i], given[:, i], None if predictor is None else predictor[i])

        ends = bootstrap(outcomes.shape[1], resampled, 300)
        n = len(universe.matrix.annotators)
        return figure("spread", about | {"of": universe.what}, observed, n, ends, permutation_p(observed, drawn))

    def _multiplicity(self, universe: Universe, gold: Floats | None, about: dict[str, str]) -> Iterator[AuditFigure]:
        """Ambiguity and discrepancy on the outcome, over items that all nearly equal configurations labelled."""
        outcomes, given = universe.outcomes, universe.matrix.given
        if gold is not None:
            known = given & np.isfinite(gold)
            right = ((outcomes == gold) & known).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        else:
            right = np.zeros(len(outcomes))
        best = int(right.argmax())
        near = np.flatnonzero(right >= right[best] - self.tolerance)
        items = given[near].all(axis=0)
        if len(near) < 2 or items.sum() < self.min_items:
            return
        differs = outcomes[near][:, items] != outcomes[best, items]
        ambiguous = differs.any(axis=0).astype(np.float64)
        ends = bootstrap(len(ambiguous), lambda i: float(ambiguous[i].mean()))
        yield figure("ambiguity", about, float(ambiguous.mean()), len(ambiguous), ends)
        ends = bootstrap(len(ambiguous), lambda i: float(differs[:, i].mean(axis=1).max()), 300)
        yield figure("discrepancy", about, float(differs.mean(axis=1).max()), len(ambiguous), ends)


def _by_kind(tables: Tables, kinds: Sequence[str]) -> DuckDBPyRelation | None:
    """Annotations by annotators of these kinds, of all where none is named; null where no kind is known."""
    if not kinds:
        return tables["annotations"].filter("annotator_id IS NOT NULL")
    people = tables.get("annotators")
    if people is None or "kind" not in people.columns:
        return None
    named = names_of(people, kinds).set_alias("n")
    return (
        tables["annotations"].set_alias("a").join(named, "CAST(a.annotator_id AS VARCHAR) = n.annotator_id", how="semi")
    )


def _errors(estimates: Sequence[Estimate], truth: Estimate | None, about: dict[str, str]) -> Iterator[AuditFigure]:
    """Shares of configurations that conclude wrongly, against the conclusion from gold."""
    if truth is None:
        return
    yield figure("gold_estimate", about, truth.value, len(estimates), truth.interval)
    signs = [estimate.sign for estimate in estimates]
    if truth.sign == 0:
        yield figure("type_1", about, sum(map(bool, signs)) / len(signs), len(signs))
        return
    seen = [e for e in estimates if e.sign]
    yield figure("type_2", about, signs.count(0) / len(signs), len(signs))
    if seen:
        yield figure("type_s", about, sum(e.sign != truth.sign for e in seen) / len(seen), len(seen))
        yield figure("type_m", about, float(np.mean([abs(e.value / truth.value) for e in seen])), len(seen))


def _sentence(universe: Universe, figures: Sequence[AuditFigure]) -> str:
    estimates = [f for f in figures if f.measure == "estimate"]
    values = [f.value for f in estimates if f.value is not None]
    conclusion = f"Across {len(estimates)} configurations the {universe.what} (`{universe.matrix.aspect}`) goes from "
    conclusion += f"{min(values):.3g} to {max(values):.3g}"
    if universe.predictor is not None:
        up = sum(1 for f in estimates if f.low is not None and f.low > 0)
        down = sum(1 for f in estimates if f.high is not None and f.high < 0)
        conclusion += f": {up} find it above 0, {down} below, {len(estimates) - up - down} neither"
    wrong = {f.measure: f.value for f in figures if f.measure.startswith("type_")}
    if "type_1" in wrong:
        conclusion += f"; gold finds none, and {100 * (wrong['type_1'] or 0):.0f}% of the configurations find one"
    elif "type_2" in wrong:
        conclusion += f"; gold finds one, and {100 * (wrong['type_2'] or 0):.0f}% of the configurations miss it"
    return f"{conclusion}."
