"""Whether words alone predict the preferred response."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from ...schemas.report import Figure
from ..stats.preference_probe import Responses, auc, auc_figure, sample_responses
from ..tables.sql import Tables
from . import Measure


class Separability(Measure):
    """AUC of a bag-of-words probe: 0.5 is chance, 1 means surface cues explain all.

    That models learn such cues is a finding of "More is Less" (arXiv 2504.02193); the probe is ours: a logistic
    regression (C = 1) on TF-IDF of single words (sublinear, in two responses at least). Folds keep all pairs of a
    group, or of a prompt, together. Ties and equal pairs are left out. The interval is that of an AUC of fixed scores:
    how much another probe would differ is not in it, so that few pairs give no figure; nor do texts in which no word
    is in two responses, such as short ones of a language without spaces. Needs scikit-learn.
    """

    needs = {"pairs": ["pair_id", "prompt", "first", "second", "preferred"]}

    max_pairs: PositiveInt = 20_000
    """Pairs in the sample, drawn by a digest of the pair."""
    min_pairs: PositiveInt = 100
    """With fewer pairs there is no figure: the probe learns too little; the threshold is ours."""
    folds: int = Field(default=5, ge=2)
    """Folds of the cross-validation."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure; `n` is the number of pairs. None if there are too few pairs, groups or words."""
        found = sample_responses(tables, self.max_pairs)
        pairs = len(found.texts) // 2
        if pairs < self.min_pairs or len(np.unique(found.groups)) < self.folds:
            return
        scores = self._scores(found)
        if scores is not None:
            yield auc_figure("separability", auc(scores, found.labels), pairs)

    def _scores(self, found: Responses) -> NDArray[np.float64] | None:
        """float64 (responses,): the score of each response, from a probe that never saw its group; None without words.

        One fold without words is enough: no figure is one of other folds alone.
        """
        from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import GroupKFold
        from threadpoolctl import threadpool_limits

        try:
            words = CountVectorizer(min_df=2).fit_transform(found.texts)
        except ValueError:  # no word is in two responses
            return None
        scores = np.zeros(len(found.texts))
        with threadpool_limits(1):  # more threads only slow down so small a matrix
            for train, test in GroupKFold(self.folds).split(words, found.labels, found.groups):
                recurring = words[:, words[train].getnnz(axis=0) >= 2]
                if not recurring.shape[1]:
                    return None
                weights = TfidfTransformer(sublinear_tf=True).fit(recurring[train])
                probe = LogisticRegression(C=1.0, max_iter=1000)
                probe.fit(weights.transform(recurring[train]), found.labels[train])
                scores[test] = probe.decision_function(weights.transform(recurring[test]))
        return scores
