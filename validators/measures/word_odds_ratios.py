"""Words that letters for people of one gender use more than those for another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from pydantic import NonNegativeFloat, PositiveInt

from ...schemas import slots
from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..stats.odds_ratios import odds_ratios
from ..tables.sql import Tables, fetch_all
from . import Measure


class WordOddsRatios(Measure):
    """Odds of a word in letters for one gender over those for another; 1 is no difference.

    What filled the slots of an applicant, such as name and pronouns, is left out. The formula is in
    `validators/stats/odds_ratios.py`; all words are counted, where Wan et al. choose nouns and adjectives.
    """

    needs = {
        "letters": ["applicant_id", "text"],
        "applicants": ["applicant_id", "gender", "fills"],
    }

    min_uses: PositiveInt = 10
    """Uses of a word below which it has no figure; Wan et al. have 20, and 10 for a smaller set."""
    smoothing: NonNegativeFloat = 0.5
    """What is added to each count."""
    most: PositiveInt = 20
    """Words for each pair of genders."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """A ratio for each pair of genders and word, with its interval; `n` is the number of uses."""
        both = tables["letters"].set_alias("l").join(
            tables["applicants"].set_alias("a"), "l.applicant_id = a.applicant_id"
        )  # fmt: skip
        texts, ignored = defaultdict[str, list[str]](list), {*PRONOUNS}
        for gender, text, fills in fetch_all(both.select("a.gender, l.text, a.fills"), "FROM rows"):
            texts[gender].append(text)
            ignored.update(word for fill in fills for word in fill.split())
        for first, second in combinations(sorted(texts), 2):
            ratios = odds_ratios(texts[first], texts[second], self.min_uses, self.smoothing, ignored)
            for each in ratios[: self.most]:
                yield Figure(
                    measure="word_odds_ratios",
                    group={"genders": f"{first} over {second}", "word": each.word},
                    value=round(each.ratio, DIGITS),
                    low=round(each.low, DIGITS),
                    high=round(each.high, DIGITS),
                    n=each.uses,
                )


PRONOUNS = {form for forms in slots.PRONOUNS.values() for form in forms.values()} | {"themselves"}
