"""Whether a new version of an annotator is wrong where the old one was right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import PositiveInt

from ...schemas.report import AuditFigure
from ..stats.aggregates import Z, wilson
from ..stats.multiple_tests import HOLM
from ..stats.resampling import figure, with_holm
from ..tables.sql import Tables, fetch_all, quote_literal
from . import Audit, NotApplicable, Outcome

MAX_EXAMPLES = 20


class VersionRegressions(Audit):
    """Is the new version of a model wrong where the old one was right?

    A negative flip is an item that the old version labels right and the new one wrong (Yan et al. 2021); a mean
    accuracy hides it. Overall and in each stratum of the items, `net_flips` is the share of positive less that of
    negative flips, tested by McNemar's exact test. Gold is the label that the dataset gives, else the majority of human
    annotators. Needs scipy.
    """

    needs = {"annotations": ["item_id", "annotator_id", "aspect", "label"]}

    old: str | None = None
    """annotator_id of the old version; default: the first of exactly two models."""
    new: str | None = None
    """annotator_id of the new version; default: the second of exactly two models."""
    min_items: PositiveInt = 30
    """Strata with fewer shared items give no figure."""

    def examine(self, tables: Tables) -> Outcome:
        """Count the flips of each aspect, overall and by stratum."""
        old, new = self._versions(tables)
        rows = _compared(tables, old, new)
        figures = [*self._figures(rows)]
        if not figures:
            raise NotApplicable(f"{self.min_items} items with a gold label that both {old} and {new} labelled")
        tested = with_holm(figures)
        worse = [f for f in tested if f.is_significant(self.alpha) and (f.value or 0) < 0]
        flips = [
            {"item": item, "aspect": aspect, "gold": gold, "old": first, "new": second}
            for aspect, _, item, first, second, gold in rows
            if first == gold != second
        ]
        return Outcome(_conclusion(old, new, tested, worse), bool(worse), tested, HOLM, flips[:MAX_EXAMPLES])

    def _versions(self, tables: Tables) -> tuple[str, str]:
        if self.old and self.new:
            return self.old, self.new
        people = tables.get("annotators")
        models = "SELECT CAST(annotator_id AS VARCHAR) FROM rows WHERE kind = 'model' ORDER BY 1"
        found = fetch_all(people, models) if people is not None and "kind" in people.columns else []
        if len(found) != 2:
            raise NotApplicable("two annotators of kind model, or the options old and new")
        return found[0][0], found[1][0]

    def _figures(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[AuditFigure]:
        for aspect in sorted({row[0] for row in rows}):
            mine = [row for row in rows if row[0] == aspect]
            strata = sorted({row[1] for row in mine if row[1] is not None})
            yield from self._flips({"aspect": aspect}, mine)
            for stratum in strata if len(strata) > 1 else ():
                yield from self._flips({"aspect": aspect, "stratum": stratum}, [r for r in mine if r[1] == stratum])

    def _flips(self, about: dict[str, str], rows: Sequence[tuple[Any, ...]]) -> Iterator[AuditFigure]:
        from scipy.stats import binomtest

        n = len(rows)
        if n < self.min_items:
            return
        right = [(first == gold, second == gold) for *_, first, second, gold in rows]
        lost, won = right.count((True, False)), right.count((False, True))
        for version, hits in (("old", sum(a for a, _ in right)), ("new", sum(b for _, b in right))):
            yield figure("accuracy", about | {"version": version}, hits / n, n, wilson(hits, n))
        yield figure("negative_flips", about, lost / n, n, wilson(lost, n))
        yield figure("positive_flips", about, won / n, n, wilson(won, n))
        p = float(binomtest(lost, lost + won).pvalue) if lost + won else 1.0
        half = Z * ((lost + won - (won - lost) ** 2 / n) ** 0.5) / n
        net = (won - lost) / n
        yield figure("net_flips", about, net, n, (net - half, net + half), p)


def _compared(tables: Tables, old: str, new: str) -> list[tuple[Any, ...]]:
    """aspect, stratum, item, label of the old version, of the new one, and gold."""
    judged, items, people = tables["annotations"], tables.get("items"), tables.get("annotators")
    first = "AND coalesce(sample, 0) = 0" if "sample" in judged.columns else ""
    labels = judged.filter(f"label IS NOT NULL {first}").select(
        "CAST(item_id AS VARCHAR) AS item, aspect, CAST(annotator_id AS VARCHAR) AS who, label"
    )
    both = fetch_all(
        labels,
        f"""SELECT o.aspect, o.item, any_value(o.label), any_value(n.label) FROM rows o JOIN rows n USING (item, aspect)
        WHERE o.who = {quote_literal(old)} AND n.who = {quote_literal(new)} GROUP BY ALL ORDER BY ALL""",
    )
    stated: dict[str, str] = {}
    strata: dict[str, str] = {}
    if items is not None:
        item = "SELECT CAST(item_id AS VARCHAR)"
        if "label" in items.columns:
            stated = dict(fetch_all(items, f"{item}, CAST(label AS VARCHAR) FROM rows WHERE label IS NOT NULL"))
        if "stratum" in items.columns:
            strata = dict(fetch_all(items, f"{item}, CAST(stratum AS VARCHAR) FROM rows WHERE stratum IS NOT NULL"))
    voted: dict[tuple[str, str], str] = {}
    if not stated and people is not None and "kind" in people.columns:
        human = people.filter("kind = 'human'").select("CAST(annotator_id AS VARCHAR) AS human").set_alias("h")
        votes = labels.set_alias("l").join(human, "l.who = h.human").select("l.item, l.aspect, l.label")
        majority = """WITH counted AS (SELECT item, aspect, label, count(*) AS n FROM rows GROUP BY ALL)
            SELECT item, aspect, arg_max(label, n) FROM counted GROUP BY ALL
            HAVING count(*) FILTER (n = (SELECT max(c.n) FROM counted c
                WHERE c.item = counted.item AND c.aspect = counted.aspect)) = 1"""
        voted = {(name, aspect): label for name, aspect, label in fetch_all(votes, majority)}
    rows = [
        (aspect, strata.get(name), name, a, b, stated.get(name, voted.get((name, aspect))))
        for aspect, name, a, b in both
    ]
    return [row for row in rows if row[-1] is not None]


def _conclusion(old: str, new: str, tested: Sequence[AuditFigure], worse: Sequence[AuditFigure]) -> str:
    overall = {f.measure: f for f in tested if "stratum" not in f.group and f.measure.endswith("flips")}
    lost, won = (100 * (overall[f"{kind}_flips"].value or 0) for kind in ("negative", "positive"))
    rates = (
        f"{new} is wrong on {lost:.1f}% of the items that {old} had right, and right on {won:.1f}% that it had wrong"
    )
    where = ", ".join(f.group.get("stratum", "overall") for f in worse)
    return (
        f"{rates}; it is worse {'in ' if where != 'overall' else ''}{where}."
        if worse
        else f"{rates}; no regression beyond chance."
    )
