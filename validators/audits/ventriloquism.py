"""Whether personas are voices of their own, or one voice under several names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from pydantic import Field, PositiveInt

from ...schemas.report import AuditFigure
from ..stats.answers import Answer, answers, names_of
from ..stats.distinctness import Distinctness, label_counts, of_guesses, of_labels
from ..stats.k_anonymity import grouping_columns
from ..stats.multiple_tests import HOLM
from ..stats.resampling import bootstrap, figure, sign_flip_p, with_holm
from ..stats.text_classifier import guesses
from ..stats.word_odds import WordOdds, word_odds
from ..tables.sql import Tables, fetch_all, quote_literal
from . import Audit, NotApplicable, Outcome

MAX_WORDS = 20


class Ventriloquism(Audit):
    """Are personas one voice under several names?

    `distinctness` is 1 - within / between: how often two samples of one persona differ on an item, over how often two
    personas do; 0 is one voice, 1 means that the persona decides every answer. For texts it is how much better than
    chance a classifier guesses the persona, trained on other items; 1 is never wrong. One voice is detected only where
    the whole interval lies below `min_distinctness`; a wide interval leaves the question open. P-values deal the
    answers to an item anew among its personas. These definitions are ours. Where humans share an attribute with the
    personas, `like_own_group` is how much more often a persona answers as humans of its own group than as others.
    """

    kinds: tuple[str, ...] = ("persona",)
    """Kinds of annotators that are compared, where their kind is known."""
    by: str | None = None
    """Attribute of annotators to compare, such as country; default: each annotator."""
    min_distinctness: float = Field(default=0.1, gt=0, lt=1)
    """Below this, personas count as one voice."""
    permutations: PositiveInt = 1000
    """Random deals behind each p-value."""
    min_items: int = Field(default=10, ge=5)
    """Fewer items give no figure."""
    min_texts: PositiveInt = 10
    """Texts in which a word must occur to be compared."""

    def examine(self, tables: Tables) -> Outcome:
        """Compare labels of each aspect, and texts."""
        if self.by and self.by not in (tables["annotators"].columns if "annotators" in tables else ()):
            raise NotApplicable(f"annotators with {self.by}")
        texts = self._texts(tables)
        voices = [*self._of_labels(tables), *self._of_texts(texts)]
        if not voices:
            who = " or ".join(self.kinds)
            raise NotApplicable(f"{self.min_items} items that two {who} annotators answered, with labels twice each")
        tested = with_holm([*voices, *self._like_own_group(tables)])
        words = word_odds([one.answer for one in texts], [one.who for one in texts], self.min_texts) if texts else []
        words = [word for word in words if word.adjusted_p < self.alpha]
        conclusion, detected = self._verdict(tested[: len(voices)])
        if words:
            conclusion += f" Words that give a persona away: {', '.join(f'{w.who}: {w.word}' for w in words[:5])}."
        return Outcome(conclusion, detected, tested, HOLM, [_example(word) for word in words[:MAX_WORDS]])

    def _of_labels(self, tables: Tables) -> Iterator[AuditFigure]:
        if "annotations" not in tables or "label" not in tables["annotations"].columns:
            return
        aspects = "SELECT DISTINCT aspect FROM rows WHERE label IS NOT NULL ORDER BY aspect"
        for (aspect,) in fetch_all(tables["annotations"], aspects):
            where = f"aspect = {quote_literal(aspect)}"
            counts = label_counts(answers(tables, "annotations", "label", self.kinds, self.by, where))
            if len(counts) >= self.min_items:
                yield _figure({"labels": aspect}, of_labels(counts, self.permutations))

    def _texts(self, tables: Tables) -> list[Answer]:
        """Texts by personas: the view `voices`, else the reasons that annotators gave."""
        table, column = ("voices", "text") if "voices" in tables else ("annotations", "rationale")
        if table not in tables or column not in tables[table].columns:
            return []
        texts = answers(tables, table, column, self.kinds, self.by)
        return texts if len({one.who for one in texts}) > 1 else []

    def _of_texts(self, texts: Sequence[Answer]) -> Iterator[AuditFigure]:
        if len({one.item for one in texts}) < self.min_items:
            return
        names = sorted({one.who for one in texts})
        likely = guesses([one.answer for one in texts], [one.who for one in texts], [one.item for one in texts])
        if likely is not None:
            guessed = [names[i] for i in likely.argmax(axis=1)]
            yield _figure({"texts": "persona guessed"}, of_guesses(texts, guessed, self.permutations))

    def _like_own_group(self, tables: Tables) -> Iterator[AuditFigure]:
        """For each attribute that humans and personas share: agreement with the own group less that with others."""
        people, judged = tables.get("annotators"), tables.get("annotations")
        if people is None or judged is None or "kind" not in people.columns or "label" not in judged.columns:
            return
        for attribute in [column for column in grouping_columns(people) if column != "kind"]:
            differences = np.asarray(self._own_less_others(tables, attribute), dtype=np.float64)
            if len(differences) >= self.min_items:
                ends = bootstrap(len(differences), lambda i, d=differences: float(d[i].mean()))  # type: ignore[misc]
                p = sign_flip_p(differences, self.permutations)
                about = {"attribute": attribute}
                yield figure("like_own_group", about, float(differences.mean()), len(differences), ends, p)

    def _own_less_others(self, tables: Tables, attribute: str) -> list[float]:
        """For each item: how often a persona and a human of its group agree, less how often those of two groups do."""
        people, judged = tables["annotators"], tables["annotations"]
        item = "concat_ws('/', item_table, item_id, aspect)" if "item_table" in judged.columns else "item_id || aspect"
        labels = judged.filter("label IS NOT NULL").select(f"{item} AS item, CAST(annotator_id AS VARCHAR) AS a, label")
        sides = []
        for side, kinds in (("persona", self.kinds), ("human", ("human",))):
            named = names_of(people, kinds, attribute).set_alias("n")
            sides.append(
                labels.set_alias("l")
                .join(named, "l.a = n.annotator_id")
                .select("l.item, l.label, n.who")
                .set_alias(side)
            )
        pairs = (
            sides[0]
            .join(sides[1], "persona.item = human.item")
            .select(
                "persona.item, persona.who = human.who AS own, CAST(persona.label = human.label AS DOUBLE) AS agrees"
            )
        )
        found = fetch_all(
            pairs,
            """SELECT avg(agrees) FILTER (own) - avg(agrees) FILTER (NOT own) FROM rows
            GROUP BY item HAVING bool_or(own) AND bool_or(NOT own) ORDER BY item""",
        )
        return [difference for (difference,) in found]

    def _verdict(self, voices: Sequence[AuditFigure]) -> tuple[str, bool | None]:
        """What the distinctness of all channels comes to, and whether the personas are one voice."""
        distinct = [v for v in voices if v.is_significant(self.alpha) and (v.value or 0) >= self.min_distinctness]
        highest = max(1.0 if v.high is None else v.high for v in voices)
        if distinct:
            best = max(distinct, key=lambda voice: voice.value or 0)
            channel = next(f"{name} ({what})" for name, what in best.group.items())
            return f"The personas are voices of their own: distinctness {best.value:.2f} in {channel}.", False
        if highest < self.min_distinctness:
            most = f"at most {100 * max(highest, 0):.1f}% of what they answer depends on who answers"
            return f"The personas are one voice: {most}.", True
        return "Whether the personas are one voice stays open: the intervals are too wide.", None


def _figure(about: dict[str, str], found: Distinctness) -> AuditFigure:
    return figure("distinctness", about, found.value, found.items, found.interval, found.p)


def _example(word: WordOdds) -> dict[str, Any]:
    return {name: round(cell, 4) if isinstance(cell, float) else cell for name, cell in word._asdict().items()}
