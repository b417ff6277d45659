"""Whether preferences and right answers can be guessed without reading the question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from ...schemas.report import AuditFigure
from ..stats.multiple_tests import HOLM
from ..stats.resampling import bootstrap, figure, sign_flip_p, with_holm
from ..stats.shortcut_guesses import PreferencePair, by_feature, by_model, by_words
from ..stats.text_classifier import fold_numbers
from ..tables.sql import Tables, fetch_all
from . import Audit, NotApplicable, Outcome

Floats = NDArray[np.float64]
Guess = Callable[[NDArray[np.bool_], NDArray[np.int64]], Floats | None]
"""From whether the first is preferred, and the fold of each pair, how often the guess is right."""
FOLDS = 5


class Shortcuts(Audit):
    """Can the preferred response or the right answer be guessed without the question?

    `accuracy` is how often a guess is right that sees only lengths, positions, the names of the models, or the words of
    the responses without the prompt; what it learns, it learns from four fifths of the groups of pairs (group, else
    prompt) and guesses on the others. Of choices, the right one is guessed against each other choice of its question.
    Chance is 0.5. Intervals are of a bootstrap over groups. The p-value is that of guesses that each half of the groups
    teaches for the other, twice the lower of two sign-flip tests over groups: guesses of more folds share what taught
    them, which would make it too small. A shortcut is not always an artefact: a longer answer can be the better one.
    But a model trained on such data can learn it.
    """

    min_effect: float = Field(default=0.03, ge=0, lt=0.5)
    """Accuracy above chance from which a shortcut counts."""
    min_pairs: int = Field(default=100, ge=20)
    """Fewer pairs or questions give no figure."""
    max_pairs: PositiveInt = 20_000
    """Pairs that are looked at, drawn by a digest."""
    permutations: PositiveInt = 1000
    """Random sign flips behind each p-value."""

    def examine(self, tables: Tables) -> Outcome:
        """Guess preferences, and the right choices."""
        figures = [*self._of_pairs(tables), *self._of_choices(tables)]
        if not figures:
            raise NotApplicable(
                f"{self.min_pairs} pairs with a preference, or questions with a right choice, in 5 groups"
            )
        tested = with_holm(figures)
        found = [f for f in tested if f.is_significant(self.alpha) and (f.value or 0) >= 0.5 + self.min_effect]
        return Outcome(_conclusion(found, tested), bool(found), tested, HOLM)

    def _of_pairs(self, tables: Tables) -> Iterator[AuditFigure]:
        pairs = preference_pairs(tables, self.max_pairs)
        preferred = np.asarray([pair.first_is_preferred for pair in pairs], dtype=np.bool_)
        guesses: dict[str, Guess] = {"length": _by_length(pairs), "words": partial(by_words, pairs)}
        if 0 < preferred.sum() < len(preferred):  # otherwise the dataset lists the preferred one first on purpose
            guesses["position"] = partial(by_feature, np.ones(len(pairs)))
        if any(pair.first_model or pair.second_model for pair in pairs):
            guesses["model"] = partial(by_model, pairs)
        yield from self._accuracies("pairs", guesses, preferred, [pair.group for pair in pairs], len(pairs))

    def _of_choices(self, tables: Tables) -> Iterator[AuditFigure]:
        """Each right choice is paired with the others of its question; all pairs of a question are one group."""
        pairs, places = choice_pairs(tables, self.max_pairs)
        # A pair lists the right choice first or second by a digest, so that its place says nothing.
        preferred = np.asarray([pair.first_is_preferred for pair in pairs], dtype=np.bool_)
        guesses: dict[str, Guess] = {
            "length": _by_length(pairs),
            "words": partial(by_words, pairs),
            "position": partial(by_feature, places),
        }
        questions = [pair.group for pair in pairs]
        yield from self._accuracies("choices", guesses, preferred, questions, len(set(questions)))

    def _accuracies(
        self, of: str, guesses: Mapping[str, Guess], preferred: NDArray[np.bool_], groups: Sequence[str], n: int
    ) -> Iterator[AuditFigure]:
        folds, halves = fold_numbers(groups, FOLDS), fold_numbers(groups, 2)
        if n < self.min_pairs or folds is None or halves is None:
            return
        _, number = np.unique(np.asarray(groups), return_inverse=True)
        sizes = np.bincount(number)
        for shortcut, guess in guesses.items():
            right, tested = guess(preferred, folds), guess(preferred, halves)
            if right is None or tested is None:
                continue
            sums = np.bincount(number, weights=right - 0.5)
            ends = bootstrap(len(sums), lambda i, s=sums: 0.5 + float(s[i].sum() / sizes[i].sum()))  # type: ignore[misc]
            p = min(1.0, 2 * min(self._p(tested[halves == half], number[halves == half]) for half in (0, 1)))
            yield figure("accuracy", {"of": of, "shortcut": shortcut}, float(right.mean()), len(right), ends, p)

    def _p(self, right: Floats, groups: NDArray[np.int64]) -> float:
        """Of guesses that were learned from the other half, so that signs of the means of groups are exchangeable."""
        _, number = np.unique(groups, return_inverse=True)
        return sign_flip_p(
            np.bincount(number, weights=right - 0.5).astype(np.float64), self.permutations, two_sided=False
        )


def _by_length(pairs: Sequence[PreferencePair]) -> Guess:
    return partial(by_feature, np.asarray([len(pair.first) - len(pair.second) for pair in pairs], dtype=np.float64))


def preference_pairs(tables: Tables, most: int) -> list[PreferencePair]:
    """Pairs with a preference, in the order that annotators saw where it is known; the first `most` by a digest."""
    if "pairs" not in tables:
        return []
    columns = tables["pairs"].columns
    group = "coalesce(CAST(group_id AS VARCHAR), prompt)" if "group_id" in columns else "prompt"
    swapped = "coalesce(NOT shown, false)" if "shown" in columns else "false"
    models = "first_model, second_model" if "first_model" in columns else "NULL AS first_model, NULL AS second_model"
    rows = fetch_all(
        tables["pairs"],
        f"""SELECT first, second, preferred = 'first' AS is_first, coalesce({group}, '') AS about, {models},
            {swapped} AS swapped FROM rows WHERE preferred IN ('first', 'second') AND first <> second
        ORDER BY md5(CAST(pair_id AS VARCHAR)), CAST(pair_id AS VARCHAR), first, second LIMIT {most}""",
    )
    found = []
    for first, second, is_first, about, first_model, second_model, other_way in rows:
        pair = PreferencePair(first, second, is_first, about, first_model, second_model)
        found.append(
            PreferencePair(second, first, not is_first, about, second_model, first_model) if other_way else pair
        )
    return found


def choice_pairs(tables: Tables, most: int) -> tuple[list[PreferencePair], Floats]:
    """Right choices against wrong ones of the same question, of questions with one right choice.

    And float64 (pairs,): the position of the first less that of the second.
    """
    if "choices" not in tables or "gold" not in tables["choices"].columns:
        return [], np.zeros(0)
    rows = fetch_all(
        tables["choices"],
        f"""WITH asked AS (SELECT CAST(item_id AS VARCHAR) AS item FROM rows GROUP BY 1
            HAVING count(*) FILTER (gold) = 1 ORDER BY md5(item), item LIMIT {most}),
        kept AS (SELECT CAST(item_id AS VARCHAR) AS item, position, text, gold FROM rows WHERE text IS NOT NULL)
        SELECT r.text, w.text, r.item, r.position - w.position, ascii(md5(r.item || w.position)) % 2 = 0
        FROM kept r JOIN kept w USING (item) SEMI JOIN asked USING (item) WHERE r.gold AND NOT w.gold
        ORDER BY r.item, w.position""",
    )
    pairs = [
        PreferencePair(r, w, True, item) if first else PreferencePair(w, r, False, item)
        for r, w, item, _, first in rows
    ]
    places = np.asarray([place if first else -place for *_, place, first in rows], dtype=np.float64)
    return pairs, places


def _conclusion(found: Sequence[AuditFigure], tested: Sequence[AuditFigure]) -> str:
    accuracies = "; ".join(
        f"{f.group['shortcut']} alone guesses {100 * (f.value or 0):.0f}% of the {f.group['of']}"
        for f in sorted(found or tested, key=lambda f: -(f.value or 0))
    )
    return (
        f"There are shortcuts, where chance is 50%: {accuracies}."
        if found
        else f"No shortcut beyond chance, 50%: {accuracies}."
    )
