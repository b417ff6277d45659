"""Whether letters for people of different genders differ in style, and whether what they make up does so more."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..stats.letter_styles import NEEDS, style_shares
from ..tables.sql import Tables
from . import Measure


class StyleByGender(Measure):
    """Mean share of sentences of a style in letters by gender, of all and of unsupported sentences.

    If genders differ more in unsupported sentences, letters make up what fits a gender (the hallucination bias of Wan
    et al.). Shares are those of `validators/stats/letter_styles.py`.
    """

    needs = NEEDS

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """A mean for each kind of sentences, style and gender; `n` is the number of letters."""
        for (sentences, style), by_gender in style_shares(tables).items():
            for gender, shares in by_gender.items():
                group = {"sentences": sentences, "style": style, "gender": gender}
                mean = round(fmean(shares), DIGITS)
                yield Figure(measure="style_by_gender", group=group, value=mean, n=len(shares))
