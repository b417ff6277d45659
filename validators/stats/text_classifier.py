"""How well a label is guessed from a text by a classifier that has not seen the text's group. Needs scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .agreement import SEED


def guesses(
    texts: Sequence[str], labels: Sequence[str], groups: Sequence[str], folds: int = 5
) -> NDArray[np.float64] | None:
    """float64 (texts, labels in order): probability of each label, each text guessed from texts of other groups.

    Logistic regression (C = 1) on TF-IDF of words, sublinear. Null where there are fewer groups than folds, or a fold
    lacks a label or words.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    names, numbers = np.unique(np.asarray(labels), return_inverse=True)
    parts = fold_numbers(groups, folds)
    if parts is None:
        return None
    probabilities = np.zeros((len(texts), len(names)))
    for fold in range(folds):
        inside = parts == fold
        train = [text for text, held in zip(texts, inside, strict=True) if not held]
        if len(np.unique(numbers[~inside])) < len(names):
            return None
        words = TfidfVectorizer(sublinear_tf=True, min_df=2)
        try:
            known = words.fit_transform(train)
        except ValueError:  # no word is in two texts
            return None
        probe = LogisticRegression(C=1.0, max_iter=1000, class_weight="balanced").fit(known, numbers[~inside])
        tested = words.transform([text for text, held in zip(texts, inside, strict=True) if held])
        probabilities[inside] = probe.predict_proba(tested)
    return probabilities


def fold_numbers(groups: Sequence[str], folds: int) -> NDArray[np.int64] | None:
    """int64 (texts,): the fold of each text, all texts of a group in one; null for fewer groups than folds."""
    names, numbers = np.unique(np.asarray(groups), return_inverse=True)
    if len(names) < folds:
        return None
    dealt = np.random.default_rng(SEED).permutation(len(names)) % folds
    return np.asarray(dealt[numbers], dtype=np.int64)
