"""Guesses that see neither the prompt nor the meaning: by length, by position, by model, by words alone.

Each function gives float64 (pairs,): 1 where it guesses which of two responses is preferred, 0 where it is wrong, 0.5
where it cannot tell. What is learned is learned from pairs of other folds, all pairs of a group in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class PreferencePair(NamedTuple):
    """Two responses in the order in which the dataset lists or showed them."""

    first: str
    second: str
    first_is_preferred: bool
    group: str
    first_model: str | None = None
    second_model: str | None = None


def by_feature(feature: Floats, preferred: NDArray[np.bool_], folds: Ints) -> Floats:
    """Guesses the side with the higher feature, or the lower if that is preferred more often in the other folds.

    `feature` is float64 (pairs,): its value for the first response less that for the second.
    """
    says = np.sign(feature)
    truth = np.where(preferred, 1, -1)
    right = np.full(len(feature), 0.5)
    for fold in np.unique(folds):
        inside = folds == fold
        direction = np.sign((says * truth)[~inside].sum())
        right[inside] = (1 + says[inside] * direction * truth[inside]) / 2
    return right


def by_model(pairs: Sequence[PreferencePair], preferred: NDArray[np.bool_], folds: Ints) -> Floats:
    """Guesses the response of the model that is preferred more often in the other folds."""
    truth, right = np.where(preferred, 1, -1), np.full(len(pairs), 0.5)
    names = {
        name: i
        for i, name in enumerate(sorted({m for p in pairs for m in (p.first_model or "", p.second_model or "")}))
    }
    sides = np.asarray([[names[p.first_model or ""], names[p.second_model or ""]] for p in pairs])
    for fold in np.unique(folds):
        inside = folds == fold
        wins, games = np.zeros(len(names)), np.zeros(len(names))
        np.add.at(wins, sides[~inside, 0], preferred[~inside])
        np.add.at(wins, sides[~inside, 1], ~preferred[~inside])
        np.add.at(games, sides[~inside].ravel(), 1)
        rate = (wins + 1) / (games + 2)
        says = np.sign(rate[sides[inside, 0]] - rate[sides[inside, 1]])
        right[inside] = (1 + says * truth[inside]) / 2
    return right


def by_words(pairs: Sequence[PreferencePair], preferred: NDArray[np.bool_], folds: Ints) -> Floats | None:
    """Guesses by a logistic regression on TF-IDF of the words of each response alone; null without shared words.

    Needs scikit-learn.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    right = np.full(len(pairs), 0.5)
    firsts, seconds = [p.first for p in pairs], [p.second for p in pairs]
    for fold in np.unique(folds):
        inside = folds == fold
        train = [text for i in np.flatnonzero(~inside) for text in (firsts[i], seconds[i])]
        labels = np.stack([preferred[~inside], ~preferred[~inside]], axis=1).ravel()
        words = TfidfVectorizer(sublinear_tf=True, min_df=2)
        try:
            probe = LogisticRegression(C=1.0, max_iter=1000).fit(words.fit_transform(train), labels)
        except ValueError:  # no word is in two texts
            return None
        held = np.flatnonzero(inside)
        scores = [probe.decision_function(words.transform([texts[i] for i in held])) for texts in (firsts, seconds)]
        says = np.sign(scores[0] - scores[1])
        right[inside] = (1 + says * np.where(preferred[inside], 1, -1)) / 2
    return right
