"""The filter of KaleidoSys (arXiv 2309.00779) over judged considerations.

Theirs: what is less relevant than a threshold of its kind goes; of what is left, in order of falling relevance, goes
what overlaps a kept one of the same kind (ROUGE-L precision, recall or F1 above a threshold; F1 is never the largest
of the three); what has gone removes nothing. Ours:
relevance is the share of yes among the annotators who answered yes or no,
where theirs is the probability of yes under one model; each number; `unjudged`, `max_considerations`; ties go to the
earlier row; there is no second round with embeddings; and what was left without a consideration goes too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Annotated, Literal, NamedTuple

from duckdb import DuckDBPyRelation
from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from ...schemas.rows.values import Kind
from ...validators.stats.aggregates import aggregates
from ...validators.tables.normalise import rouge_l
from ...validators.tables.sql import Tables, query
from . import Outcome, Step
from ._pages import Removal, pages, removals

Share = Annotated[float, Field(ge=0, le=1)]


class Thresholds(BaseModel):
    """The least relevance of each kind; 0 keeps whatever was judged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: Share = 0.5
    """Of a value."""
    right: Share = 0.5
    """Of a right."""
    duty: Share = 0.5
    """Of a duty."""


class Candidate(NamedTuple):
    """A consideration, with what the annotators made of its relevance."""

    id: str
    situation_id: str
    kind: Kind
    text: str
    relevance: float | None
    judged: int
    abstained: int


class KaleidoFilter(Step):
    """Removes irrelevant and overlapping considerations.

    Situations that are left without any are removed too.
    """

    relevance: Thresholds = Thresholds()
    """A consideration that is less relevant than this goes; 0.5 keeps what half of those who judged say yes to."""
    overlap: Share = 0.75
    """A consideration that overlaps a more relevant one of its kind by more than this goes; 1 lets all stay."""
    unjudged: Literal["keep", "drop"] = "drop"
    """Whether a consideration stays without a yes or no on its relevance; it then counts as the least relevant."""
    max_considerations: PositiveInt | None = None
    """Considerations that a situation may keep; equally relevant ones are taken from each kind in turn."""

    def needs(self, main: str) -> Mapping[str, Iterable[str]]:
        """The tables of the family `values`."""
        return {
            "situations": ["situation_id"],
            "considerations": ["consideration_id", "situation_id", "kind", "text"],
            "annotations": ["item_table", "item_id", "aspect", "label"],
        }

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """Considerations first, then the situations that nothing is left of."""
        situations, considerations = tables["situations"], tables["considerations"]
        ranked = pages(_judged(considerations, tables["annotations"]), "situation_id, relevance DESC NULLS LAST, _seq")
        removed = removals(considerations, self._removed(Candidate(*row[:7]) for page in ranked for row in page))
        return Outcome(removed={"considerations": removed, "situations": _emptied(situations, considerations, removed)})

    def _removed(self, candidates: Iterable[Candidate]) -> Iterator[Removal]:
        for _, group in groupby(candidates, key=lambda candidate: candidate.situation_id):
            kept: dict[Kind, list[Candidate]] = {}
            for candidate in group:
                rivals = kept.setdefault(candidate.kind, [])
                if removal := self._irrelevant(candidate) or self._beaten(candidate, rivals):
                    yield removal
                else:
                    rivals.append(candidate)
            yield from self._too_many(kept.values())

    def _irrelevant(self, candidate: Candidate) -> Removal | None:
        least: float = getattr(self.relevance, candidate.kind)
        if candidate.relevance is None and self.unjudged == "drop":
            return Removal(candidate.id, "nobody judged its relevance", f"{candidate.abstained} abstained")
        if candidate.relevance is not None and candidate.relevance < least:
            detail = f"{candidate.relevance:g} yes among {candidate.judged} who judged, at least {least:g}"
            return Removal(candidate.id, "relevance below threshold", detail)
        return None

    def _beaten(self, candidate: Candidate, rivals: Iterable[Candidate]) -> Removal | None:
        for kept in rivals:
            if (shared := max(rouge_l(candidate.text, kept.text))) > self.overlap:
                detail = f"{candidate.text!r} and {kept.text!r}: {shared:.2f}, at most {self.overlap:g}"
                return Removal(candidate.id, "overlaps a more relevant one", detail, kept.id)
        return None

    def _too_many(self, kept: Iterable[Sequence[Candidate]]) -> Iterator[Removal]:
        if self.max_considerations is None:
            return
        turns = [(turn, candidate) for kind in kept for turn, candidate in enumerate(kind)]
        turns.sort(key=lambda at: (1.0 if at[1].relevance is None else -at[1].relevance, at[0]))
        for place, (_, candidate) in enumerate(turns[self.max_considerations :], self.max_considerations + 1):
            yield Removal(candidate.id, "more than the limit", f"number {place}, at most {self.max_considerations}")


def _judged(considerations: DuckDBPyRelation, annotations: DuckDBPyRelation) -> DuckDBPyRelation:
    """Considerations with the columns of `Candidate`, and `_seq`."""
    votes = query(annotations, "FROM rows WHERE item_table = 'considerations' AND aspect = 'relevance'")
    means = aggregates(votes, {"relevance": ["mean"]}).set_alias("m")
    joined = considerations.set_alias("c").join(means, "c.consideration_id = m.item_id", how="left")
    return joined.select(
        """c.consideration_id, c.situation_id, c.kind, c.text, m.score AS relevance,
        coalesce(m.n, 0), coalesce(m.abstained, 0), c._seq"""
    )


def _emptied(
    situations: DuckDBPyRelation, considerations: DuckDBPyRelation, removed: DuckDBPyRelation
) -> DuckDBPyRelation:
    """Situations of which no consideration is left."""
    left = considerations.set_alias("c").join(removed.set_alias("r"), "c.consideration_id = r.key", how="anti")
    empty = situations.set_alias("s").join(left.set_alias("l"), "s.situation_id = l.situation_id", how="anti")
    return empty.select(
        "situation_id AS key, 'no consideration kept' AS reason, NULL::VARCHAR AS detail, NULL::VARCHAR AS kept_key"
    )
