"""The values, rights and duties at stake in a situation, after Value Kaleidoscope (arXiv 2309.00779).

The paper asks one teacher for all considerations of a situation, with explanation and valence, and has people
judge them. Here one annotator writes, and every annotator of a panel judges each consideration for themselves:
is it relevant, and does it support or oppose the situation? Nothing is averaged on the way.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, create_model, model_validator
from pydantic_core import to_json

from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.candidate import NAME, Candidate
from ...schemas.rows.shared import SHARED, Annotation, Annotator
from ...schemas.rows.values import (
    ASPECTS,
    LABELS,
    TABLES,
    Consideration,
    Kind,
    Relevance,
    Situation,
    Statement,
    Valence,
)
from ...validators.tables.normalise import norm
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.declinable import declinable_prompt
from ..asking.few_shot import few_shot_prompt
from ..sampling.best_of import SCORE, BestOf
from ..sampling.diversity import Diversity
from ..sources import Seed
from . import Family, Role, language_of
from ._annotations import annotation
from ._values_prompts import JUDGE, JUDGE_EXAMPLES, LIST, LIST_EXAMPLES


class Patterns(BaseModel):
    """Regular expressions that a statement must match; the teacher decodes under them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: str = r"^\S.*$"
    """Pattern of a value."""
    right: str = r"^Right to .+$"
    """Pattern of a right."""
    duty: str = r"^Duty to .+$"
    """Pattern of a duty."""
    explanation: str = r"^\S.*$"
    """Pattern of an explanation."""


class Declined(AnswerModel):
    """The writer declines, and says why."""

    declined: Annotated[str, Field(min_length=1, max_length=300)]


class Judgement(AnswerModel):
    """What one annotator says about one consideration."""

    relevance: Relevance
    valence: Valence


class Values(Family):
    """Values, rights and duties at stake in situations, judged by every annotator."""

    tables = TABLES
    roles = {
        "write": Role("names the considerations of a situation"),
        "judge": Role("judges each of them", many=True),
    }

    min_per_kind: NonNegativeInt = 0
    """Fewest values, rights and duties each of a listing; above 0 a small teacher cannot skip a kind."""
    max_per_kind: PositiveInt = 3
    """Most values, rights and duties each of a listing."""
    patterns: Patterns = Patterns()
    """Patterns of the statements; the defaults are the prefixes of ValuePrism and fit English."""
    list_prompt: str = LIST
    """System prompt of the writer."""
    list_examples: tuple[tuple[str, dict[str, list[dict[str, str]]]], ...] = LIST_EXAMPLES
    """Situations, each with a good answer; small teachers tend to copy from them."""
    judge_prompt: str = JUDGE
    """System prompt of a judge."""
    judge_examples: tuple[tuple[str, str, str, str, str], ...] = JUDGE_EXAMPLES
    """Situation, kind, text, relevance, valence."""
    samples: PositiveInt = 1
    """Listings of each situation; their statements are joined."""
    best_of: BestOf | None = None
    """Use the best of several listings instead of joining them; all of them are in the table `candidates`."""
    diversity: Diversity | None = None
    """Show statements of earlier situations, and ask for others."""

    @model_validator(mode="after")
    def _samples_or_best_of(self) -> Self:
        if self.best_of and self.samples > 1:
            raise ValueError("`samples` joins several listings and `best_of` picks one: set one of the two")
        return self

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """A listing, or the best or all of several, then one judgement of each consideration by each annotator."""
        language = language_of(seed) or self.language
        situation = Situation(situation_id=seed.id, text=seed.text, source=seed.origin, language=language)
        listings, candidates = await self._listings(situation, ask)
        considerations = self._considerations(situation, listings, ask)
        judged = await ask.all(self._judged(situation, c, ask) for c in considerations)
        return [situation, *considerations, *candidates, *(row for each in judged for row in each)]

    def tables_for_options(self) -> Mapping[str, type[Row]]:
        """With `best_of` also the candidates, before the shared tables that describe them."""
        if self.best_of is None:
            return TABLES
        own = {table: row_type for table, row_type in TABLES.items() if table not in SHARED}
        return {**own, NAME: Candidate, **SHARED}

    def once(self) -> Sequence[Row]:
        """The aspects of a consideration, and with `best_of` the score of a candidate."""
        return (*ASPECTS, SCORE) if self.best_of else ASPECTS

    def round(self) -> int | None:
        """Seeds of a round, where prompts show earlier statements."""
        return self.diversity.round if self.diversity else None

    def texts_to_avoid(self, rows: Sequence[Row]) -> Iterable[str]:
        """The texts of the considerations."""
        return (row.text for row in rows if isinstance(row, Consideration))

    def seed(self, main: Row) -> Seed:
        """The seed of a situation."""
        assert isinstance(main, Situation)
        return Seed(main.situation_id, main.text, main.source, {"language": main.language})

    @property
    def listing(self) -> type[BaseModel]:
        """The answer type of a listing under these options; the same class for equal options."""
        return _listing_type(self.min_per_kind, self.max_per_kind, self.patterns)

    async def _listings(self, situation: Situation, ask: Ask) -> tuple[list[Answer[Any]], list[Row]]:
        """The listings to use, and the candidates of which the best was chosen."""
        prompt, item = self._listing(situation, ask.earlier), ("situations", situation.situation_id)
        if self.best_of:
            best, rows = await self.best_of.taken(ask, prompt, self.listing, "write", "judge", item)
            return [best], rows
        samples = range(self.samples)
        return await ask.each(prompt, self.listing, "write", item=item, samples=samples, required=True), []

    def _listing(self, situation: Situation, earlier: Sequence[str]) -> Prompt:
        examples = [(f"Situation: {text}", answer) for text, answer in self.list_examples]
        question = f"Situation: {situation.text}"
        if self.diversity and (avoid := self.diversity.drawn(situation.situation_id, earlier)):
            question += f"\nNamed often enough already; name what else is at stake: {'; '.join(avoid)}"
        return declinable_prompt(self.list_prompt, examples, question, 120 * 3 * self.max_per_kind)

    def _considerations(self, situation: Situation, listings: list[Answer[Any]], ask: Ask) -> list[Consideration]:
        """The statements of all listings as rows; a duplicate is rejected in favour of the first."""
        rows: dict[str, Consideration] = {}
        duplicates = 0
        for listing in listings:
            for kind, statement in _statements(listing.value.answer):
                parts = "\x1f".join((situation.situation_id, kind, norm(statement.text)))
                row = Consideration(
                    consideration_id=blake2b(parts.encode(), digest_size=8).hexdigest(),
                    situation_id=situation.situation_id,
                    writer_id=listing.annotator_id,
                    kind=kind,
                    text=statement.text,
                    explanation=statement.explanation,
                    digest=listing.digest,
                )
                kept = row.consideration_id
                if rows.setdefault(kept, row) is not row:
                    duplicates += 1
                    key, reason = f"{kept}#{duplicates}", "duplicate in listing"
                    ask.reject("row", "considerations", key, reason, statement.text, kept_key=kept)
        declined = [listing for listing in listings if isinstance(listing.value.answer, Declined)]
        if not rows and declined:
            raise ask.failed("declined", declined[0].value.answer.declined, declined[0])
        if not rows:
            raise ask.failed("empty listing", "the writer listed nothing", listings[0])
        for listing in declined:
            key = to_json(["situations", situation.situation_id, listing.sample]).decode()
            ask.reject("ask", "situations", key, "declined", listing.value.answer.declined, digest=listing.digest)
        return list(rows.values())

    async def _judged(self, situation: Situation, item: Consideration, ask: Ask) -> list[Annotation]:
        examples = [
            (_question(text, kind, statement, LABELS), {"relevance": relevance, "valence": valence})
            for text, kind, statement, relevance, valence in self.judge_examples
        ]

        def prompt(annotator: Annotator) -> Prompt:
            question = _question(situation.text, item.kind, item.text, _orders(item, annotator.annotator_id))
            return few_shot_prompt(self.judge_prompt, examples, question, 60)

        key = ("considerations", item.consideration_id)
        answers = await ask.each(prompt, Judgement, "judge", item=key, into="annotations")
        return [
            annotation(key, answer, aspect, label=getattr(answer.value, aspect), options=options)
            for answer in answers
            for aspect, options in _orders(item, answer.annotator_id).items()
        ]


@lru_cache
def _listing_type(least: int, most: int, patterns: Patterns) -> type[BaseModel]:
    """A list for each kind, or a refusal; statements keep the bounds of `Statement`."""

    def listed(kind: str) -> Any:
        bounds = {
            name: (Annotated[str, *Statement.model_fields[name].metadata, Field(pattern=pattern)], ...)
            for name, pattern in (("text", getattr(patterns, kind)), ("explanation", patterns.explanation))
        }
        statement = create_model(f"Stated{kind.capitalize()}", __base__=AnswerModel, **bounds)  # type: ignore[call-overload]
        return Annotated[list[statement], Field(min_length=least, max_length=most)], ...

    kinds = {"values": listed("value"), "rights": listed("right"), "duties": listed("duty")}
    considerations = create_model("Considerations", __base__=AnswerModel, **kinds)
    return create_model("Listing", __base__=AnswerModel, answer=(considerations | Declined, ...))


def _orders(item: Consideration, annotator_id: str) -> dict[str, list[str]]:
    """The labels in the order in which this annotator sees them for this item: random, and always the same."""
    draw = random.Random(f"{item.consideration_id}/{annotator_id}")
    return {aspect: draw.sample(labels, len(labels)) for aspect, labels in LABELS.items()}


def _statements(answer: Any) -> Iterator[tuple[Kind, Any]]:
    """Kind and statement of everything in a listing; nothing where the writer declines."""
    if not isinstance(answer, Declined):
        by_kind: dict[Kind, Any] = {"value": answer.values, "right": answer.rights, "duty": answer.duties}
        for kind, statements in by_kind.items():
            yield from ((kind, statement) for statement in statements)


def _question(situation: str, kind: str, statement: str, orders: Mapping[str, Sequence[str]]) -> str:
    relevance, valence = (" / ".join(orders[aspect]) for aspect in ("relevance", "valence"))
    return f"Situation: {situation}\n{kind}: {statement}\nrelevance: {relevance}\nvalence: {valence}"
