"""How evenly answers refer to the cultures of the list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...schemas.report import Figure
from ..stats.perspectives import Choices, Counts, entropy
from ..stats.resampling import bootstrap
from ..tables.sql import Tables, query, quote_identifier, quote_literal
from . import Measure

NEEDS = {
    "answers": ["answer_id", "writer_id", "condition"],
    "references": ["answer_id", "extractor_id", "culture"],
    "cultures": ["culture"],
    "annotations": ["item_table", "item_id", "annotator_id"],
}


class PerspectiveEntropy(Measure):
    """Entropy of the cultures that answers refer to, in percent of its maximum, by condition.

    The definition is ours: `validators/stats/perspectives.py`. The choices are part of the group of each figure.
    """

    needs = NEEDS

    cultures: Literal["declared", "seen"] = "declared"
    """Which cultures are in the denominator: all that are declared, or those that some answer refers to."""
    pooling: Literal["pooled", "per_answer"] = "pooled"
    """Entropy of all answers together, or mean over the answers."""
    counting: Literal["mentions", "presence"] = "mentions"
    """Count every reference, or each culture once for an answer."""
    leave_out: tuple[str, ...] = ()
    """Cultures that are not counted, such as Other."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Entropy of each condition, writer and extractor, with a bootstrap interval over its `n` answers."""
        choices = Choices(self.cultures, self.pooling, self.counting)
        for counted in reference_counts(tables, self.leave_out):
            value = entropy(counted.counts, choices)
            ends = bootstrap(len(counted.counts), lambda drawn: _defined(entropy(counted.counts[drawn], choices)))  # noqa: B023
            low, high = ends if value is not None else (None, None)
            group = {
                **counted.group,
                "cultures": self.cultures,
                "pooling": self.pooling,
                "counting": self.counting,
            }
            bounds = {"low": _rounded(low), "high": _rounded(high)}
            n = len(counted.counts)
            yield Figure(measure="perspective_entropy", group=group, value=_rounded(value), n=n, **bounds)


@dataclass(frozen=True)
class ReferenceCounts:
    """How often the answers of one writer under one condition refer to each culture, as one extractor reads them."""

    group: Mapping[str, str]
    """Condition, writer and extractor."""
    cultures: list[str]
    """The cultures, in the order of the columns."""
    counts: Counts
    """References, shape (answers, cultures); a row of zeros for an answer that refers to none."""


def reference_counts(tables: Tables, leave_out: tuple[str, ...] = ()) -> Iterator[ReferenceCounts]:
    """The counts of every condition, writer and extractor; answers that an extractor failed to read are left out."""
    names = [name for (name,) in tables["cultures"].select("culture").order("culture").fetchall()]
    cultures = [name for name in names if name not in leave_out]
    counted = ", ".join(
        f"count(*) FILTER (culture = {quote_literal(name)}) AS {quote_identifier(name)}" for name in cultures
    )
    if not counted:
        return
    # an annotation exists for each culture, so every extractor that answered is known also where it found nothing
    read = query(
        tables["annotations"],
        """SELECT DISTINCT item_id AS answer_id, annotator_id AS extractor_id FROM rows WHERE item_table = 'answers'""",
    ).set_alias("read")
    found = tables["references"].select("answer_id, extractor_id, culture").set_alias("found")
    answers = tables["answers"].select("answer_id, condition, writer_id").set_alias("answers")
    joined = read.join(answers, "read.answer_id = answers.answer_id").join(
        found, "read.answer_id = found.answer_id AND read.extractor_id = found.extractor_id", how="left"
    )
    rows = query(
        joined.select("condition, writer_id, read.extractor_id AS extractor_id, read.answer_id AS answer_id, culture"),
        f"SELECT condition, writer_id, extractor_id, answer_id, {counted} FROM rows GROUP BY ALL ORDER BY ALL",
    ).fetchall()
    groups: dict[tuple[str, str, str], list[tuple[int, ...]]] = {}
    for condition, writer, extractor, _, *numbers in rows:
        groups.setdefault((condition, writer, extractor), []).append(tuple(numbers))
    for (condition, writer, extractor), numbers in groups.items():
        group = {"condition": condition, "writer": writer, "extractor": extractor}
        yield ReferenceCounts(group, cultures, np.asarray(numbers, dtype=np.float64))


def _defined(value: float | None) -> float:
    return np.nan if value is None else value


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
