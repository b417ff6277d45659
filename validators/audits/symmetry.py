"""Whether every side of a question is argued with the same care."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from ...schemas.report import AuditFigure
from ..stats.multiple_tests import HOLM
from ..stats.resampling import bootstrap, figure, sign_flip_p, with_holm
from ..stats.text_shape import SHAPES
from ..tables.sql import Tables, fetch_all
from . import Audit, NotApplicable, Outcome

Sides = Mapping[str, Mapping[str, Sequence[str]]]
"""Question -> side -> the texts that argue for it."""


class Symmetry(Audit):
    """Is one side of a question argued with more care than the other?

    For each question and side: the number of texts, and of a text its length, word length, readability, variety of
    words, and share of numbers and names. None of them needs a lexicon; hedging, sentiment and agency would, and are
    not computed. Each side is paired with the mean of the other sides of a question. `d` is the mean difference in
    standard deviations of the differences; a difference counts from `min_effect` on. P-values flip the signs of the
    differences, which needs no normal distribution. Sides are those of the view `sides`, else the options of questions
    that all have two.
    """

    min_effect: float = Field(default=0.2, ge=0)
    """Standardised difference below which sides count as alike; 0.2 is what Cohen (1988) calls small."""
    min_questions: int = Field(default=20, ge=5)
    """Fewer questions give no figure."""
    permutations: PositiveInt = 1000
    """Random sign flips behind each p-value."""
    max_questions: PositiveInt = 20_000
    """Questions that are looked at, drawn by a digest."""

    def examine(self, tables: Tables) -> Outcome:
        """Compare the sides overall, and those of each annotator where there are several."""
        figures = []
        for annotator, sides in self._by_annotator(tables).items():
            who = {"annotator": annotator} if annotator else {}
            figures += [*self._compared(sides, who)]
        if not figures:
            raise NotApplicable(f"sides of {self.min_questions} questions: the view sides, or two choices each")
        tested = with_holm(figures)
        uneven = [f for f in tested if f.is_significant(self.alpha) and abs(f.value or 0) >= self.min_effect]
        return Outcome(_conclusion(uneven, tested), bool(uneven), tested, HOLM)

    def _by_annotator(self, tables: Tables) -> dict[str, Sides]:
        """Annotator, empty for all together -> the sides."""
        if "sides" in tables:
            who = "CAST(annotator_id AS VARCHAR)" if "annotator_id" in tables["sides"].columns else "NULL"
            sql = f"""SELECT CAST(item_id AS VARCHAR) AS item, side, text, {who} AS who FROM rows
                WHERE text IS NOT NULL AND side IS NOT NULL"""
            rows = fetch_all(tables["sides"], f"{sql} ORDER BY md5(item), item, side, who, text")
        elif "choices" in tables:
            sql = """SELECT CAST(item_id AS VARCHAR) AS item, 'option ' || (position + 1) AS side, text, NULL AS who
                FROM rows WHERE text IS NOT NULL
                AND (SELECT max(n) FROM (SELECT count(*) AS n FROM rows GROUP BY item_id)) = 2"""
            rows = fetch_all(tables["choices"], f"{sql} ORDER BY md5(item), item, position")
        else:
            return {}
        texts: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        for item, side, text, annotator in rows:
            texts[""][item][side].append(text)
            if annotator is not None:
                texts[annotator][item][side].append(text)
        named = {who for who in texts if who}
        return {who: items for who, items in texts.items() if not who or len(named) > 1}

    def _compared(self, questions: Sides, who: dict[str, str]) -> Iterator[AuditFigure]:
        """Each side against the mean of the others; of two sides the first, since the second mirrors it."""
        several = [
            sides for _, sides in zip(range(self.max_questions), questions.values(), strict=False) if len(sides) > 1
        ]
        names = sorted({side for sides in several for side in sides})
        for side in names[:1] if len(names) == 2 else names:
            both = [sides for sides in several if side in sides]
            if len(both) < self.min_questions:
                continue
            others = names[1] if len(names) == 2 else "others"
            for shape, measure in {"texts": None, **SHAPES}.items():
                sizes = [{name: _size(texts, measure) for name, texts in sides.items()} for sides in both]
                differences = np.asarray(
                    [size[side] - np.mean([n for name, n in size.items() if name != side]) for size in sizes]
                )
                about = {**who, "measure": shape, "side": f"{side} against {others}"}
                ends = bootstrap(len(differences), lambda i, d=differences: _standardised(d[i]), 300)  # type: ignore[misc]
                p = sign_flip_p(differences, self.permutations)
                yield figure("d", about, _standardised(differences), len(differences), ends, p)


def _size(texts: Sequence[str], measure: Callable[[str], float] | None) -> float:
    """Mean of a measure over the texts of a side; without one, their number."""
    return float(np.mean([measure(text) for text in texts])) if measure else float(len(texts))


def _standardised(differences: NDArray[np.float64]) -> float:
    """Mean over standard deviation of paired differences; 0 where all are 0."""
    spread = float(differences.std(ddof=1))
    return float(differences.mean()) / spread if spread > 0 else 0.0


def _conclusion(uneven: Sequence[AuditFigure], tested: Sequence[AuditFigure]) -> str:
    if not uneven:
        most = max(abs(f.value or 0) for f in tested)
        return f"The sides are argued alike: no difference beyond d = {most:.2f} in {len(tested)} comparisons."
    largest = sorted(uneven, key=lambda one: -abs(one.value or 0))[:3]
    parts = [
        f"{f.group['side']}: {f.group['measure'].replace('_', ' ')} differs by d = {f.value:+.2f}" for f in largest
    ]
    return f"The sides are not argued alike ({len(uneven)} of {len(tested)} comparisons): {'; '.join(parts)}."
