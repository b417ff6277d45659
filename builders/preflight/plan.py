"""What a build would send, without an API call: the family runs on the answers that the journal has for this recipe,
and in place of the others on the smallest and on the largest possible ones.

Those are built from their types and rows are not validated. They parse, so re-asks are not counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from annotated_types import MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ...schemas import html
from ...schemas.recipe import Price, Recipe
from ...schemas.request import Completion, Prompt
from ...schemas.row import unvalidated_rows
from ...schemas.run_layout import JOURNAL
from ..asking.ask import Answer, Ask
from ..asking.engine import CANNOT
from ..asking.journal_reader import AskFailed, JournalReader
from ..asking.narrow import Bound, Narrow
from ..asking.question import Answerer, Question
from ..execution.earlier import Earlier
from ..execution.resolve import ResolvedRecipe, resolve
from ..execution.seed import run_to_end
from ..sources import Seed
from ..storage.journal import Journal
from .token_estimate import NO_TOKENS, TokenCounter, TokenRange

T = TypeVar("T", bound=BaseModel)

MAX_REHEARSED = 1000
"""Seeds that are rehearsed where nothing is cached; the others are extrapolated."""
LONGEST_TEXT = 200
"""Characters of a text without a bound."""


class Range(BaseModel):
    """The least and the most that a build needs if every answer parses."""

    least: float
    most: float


class Plan(BaseModel):
    """What a build would send, beyond what its journal answers already."""

    seeds: int
    """Records of the source, up to `n`."""
    rejected: dict[str, int]
    """Reason -> records that are not seeds; a build rejects them without a request."""
    asks: Range
    """Requests to be sent."""
    prompt_tokens: Range
    """Their tokens, estimated as `tokens_by` says."""
    answer_tokens: Range
    """From the shortest answers that fit to their limits of tokens."""
    usd: Range | None
    """US dollars; null where a teacher has no declared price."""
    answered: int
    """Requests of this recipe that the journal answers; after an edit, those that still fit."""
    tokens_by: dict[str, str] = {}
    """Teacher -> how its tokens are counted."""

    def _repr_html_(self) -> str:
        """For notebooks: the range of requests, tokens and cost."""
        ranges = {"requests": self.asks, "prompt tokens": self.prompt_tokens, "answer tokens": self.answer_tokens}
        ranges |= {"USD": self.usd} if self.usd else {}
        rows = [(name, each.least, each.most) for name, each in ranges.items()]
        title = html.heading(f"{self.seeds:,} seeds", f"{self.answered:,} responses cached")
        return title + html.table(["", "at least", "at most"], rows)


class NotRecorded(Exception):
    """The journal has no answer: a build would send this request."""


@dataclass
class RecordedAnswers(JournalReader):
    """Answers of the journal; a request that has none, for which a build would not send either, fails."""

    async def completion(self, question: Question) -> Completion:
        """The recorded answer. Raises `NotRecorded`, and `AskFailed` where the failure is final."""
        if (completion := self.recorded(question)) is not None:
            return completion
        failure = self.journal.failure(question.digest)
        if failure[0] == CANNOT:
            raise AskFailed(*failure, question.digest)
        raise NotRecorded(question)


@dataclass
class Need:
    """What requests to one teacher take."""

    asks: int = 0
    prompt: TokenRange = NO_TOKENS
    """Tokens of the prompts."""
    answer: float = 0
    """Tokens of the answers."""


@dataclass
class Rehearsal(Ask):
    """Answers from the journal what it can and everything else itself, and counts the latter."""

    largest: bool = False
    needs: dict[str, Need] = field(default_factory=dict)
    """Teacher -> what it is sent."""
    counters: dict[str, TokenCounter] = field(default_factory=dict)
    """Teacher -> what counts its tokens."""

    async def answer(
        self,
        who: Answerer,
        prompt: Prompt,
        parse: type[T],
        role: str,
        sample: int = 0,
        narrow: Narrow | None = None,
    ) -> Answer[T]:
        """The recorded answer, else the smallest or largest that fits; several large ones differ, small ones do not."""
        try:
            return await super().answer(who, prompt, parse, role, sample, narrow)
        except NotRecorded as missing:
            question = missing.args[0]
        value = extreme(parse, self.largest, f"{sample}." if self.largest else "", narrow or {})
        if (counter := self.counters.get(who.name)) is None:
            counter = self.counters[who.name] = TokenCounter(who.teacher)
        need = self.needs.setdefault(who.name, Need())
        need.asks += 1
        need.prompt = need.prompt.plus(counter.prompt(question.messages))
        limit = question.max_tokens + who.teacher.head_room()
        need.answer += limit if self.largest else counter.text(value.model_dump_json()).least
        return Answer(value, who.row, "", sample)


def plan(recipe: Recipe, folder: Path) -> Plan:
    """The range of requests, tokens and cost of a build. Raises `RecipeError` and `DataError` as a build would."""
    crew, journal = resolve(recipe), Journal(folder / JOURNAL)
    kinds = Counter(None if isinstance(seed, Seed) else seed.reason for seed in crew.seeds())
    good = kinds.pop(None, 0)
    # What is cached lies unevenly over the seeds, so nothing is extrapolated from some of them.
    looked_at = good if len(journal) else MAX_REHEARSED
    seeds = [*islice((seed for seed in crew.seeds() if isinstance(seed, Seed)), looked_at)]
    scale = good / len(seeds) if seeds else 0
    counters: dict[str, TokenCounter] = {}
    try:
        (low, answered), (high, _) = (_rehearsed(crew, journal, seeds, largest, counters) for largest in (False, True))
    finally:
        for counter in counters.values():
            counter.close()
    return Plan(
        seeds=good + kinds.total(),
        rejected=dict(kinds),
        asks=_range(*(sum(need.asks for need in needs.values()) * scale for needs in (low, high))),
        prompt_tokens=_range(
            sum(need.prompt.least for need in low.values()) * scale,
            sum(need.prompt.most for need in high.values()) * scale,
        ),
        answer_tokens=_range(*(sum(need.answer for need in needs.values()) * scale for needs in (low, high))),
        usd=_cost(recipe, low, high, scale),
        answered=answered,
        tokens_by={name: counter.method for name, counter in counters.items()},
    )


def extreme(model: type[T], largest: bool, salt: str = "", narrow: Narrow | None = None) -> T:
    """The smallest or largest instance of a model, not looking at patterns; texts of a list, and under `salt`, differ.

    Of the words of a closed list both have the shortest: a longer word is no larger answer.
    """
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        bound, inner = (narrow or {}).get(name, {}), _inner(narrow or {}, name)
        values[name] = _extreme(info.annotation, [*info.metadata, *_marks(bound)], largest, salt + name, inner)
        if "enum" in bound:
            word, is_list = min(bound["enum"], key=len), isinstance(values[name], list)
            values[name] = [word] * len(values[name]) if is_list else word
    return model.model_construct(**values)


def _marks(bound: Bound) -> list[Any]:
    """The lengths of a bound, before which those of the type do not count."""
    kinds = {"min_length": MinLen, "max_length": MaxLen}
    return [kind(bound[name]) for name, kind in kinds.items() if name in bound]  # type: ignore[literal-required]


def _inner(narrow: Narrow, name: str) -> Narrow:
    """The bounds of the fields inside a nested model."""
    return {path[len(name) + 1 :]: bound for path, bound in narrow.items() if path.startswith(f"{name}.")}


def _extreme(kind: Any, marks: list[Any], largest: bool, salt: str, narrow: Narrow) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        inside = [part for mark in args[1:] for part in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
        return _extreme(args[0], [*marks, *inside], largest, salt, narrow)
    if origin in (Union, UnionType):
        members = [_extreme(one, marks, largest, salt, narrow) for one in args]
        return (max if largest else min)(members, key=_size)
    if origin is Literal:
        return min(args, key=_size)
    if origin is tuple and args[-1:] != (...,):
        return tuple(_extreme(one, [], largest, f"{salt}{at}", {}) for at, one in enumerate(args))
    if origin in (list, tuple, set, frozenset):
        count = _bound(marks, "max_length", 1) if largest else _bound(marks, "min_length", 0)
        return origin(_extreme(args[0], [], largest, f"{salt}{at}", narrow) for at in range(count))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return extreme(kind, largest, f"{salt}.", narrow)
    if kind is str:
        length = _bound(marks, "max_length", LONGEST_TEXT) if largest else _bound(marks, "min_length", 0)
        return (salt * length)[:length]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    return None if kind in (None, NoneType, Any) else (origin or kind)()


def _bound(marks: list[Any], name: str, default: int) -> int:
    """The last bound of this name: that of a request comes after those of the type."""
    bounds = [int(limit) for mark in marks if (limit := getattr(mark, name, None)) is not None]
    return bounds[-1] if bounds else default


def _size(value: Any) -> int:
    return len(value.model_dump_json() if isinstance(value, BaseModel) else str(value))


def _rehearsed(
    crew: ResolvedRecipe, journal: Journal, seeds: list[Seed], largest: bool, counters: dict[str, TokenCounter]
) -> tuple[dict[str, Need], int]:
    """Teacher -> what it is sent for these seeds; and how many requests the journal answers."""
    needs: dict[str, Need] = {}
    longest = [f"{number:0{LONGEST_TEXT}}" for number in range(crew.family.max_remembered)]
    engine, earlier = RecordedAnswers(journal, crew.answerers), Earlier(crew.family)
    for seed in seeds:
        # A round whose rows are all recorded shows its texts to the next; else the most that it may show is assumed.
        seen = earlier.seen if not needs else longest if largest else ()
        ask = Rehearsal(engine, seed.id, earlier=seen, largest=largest, needs=needs, counters=counters)
        try:
            with unvalidated_rows():
                rows = run_to_end(crew.family.rows(seed, ask))
        except AskFailed:
            rows = []  # nothing more is asked about this seed: the smallest answer is a refusal
        earlier.add(rows if not needs else [])
    return needs, engine.requests.cached


def _range(least: float, most: float) -> Range:
    return Range(least=round(least), most=round(most))


def _cost(recipe: Recipe, low: dict[str, Need], high: dict[str, Need], scale: float) -> Range | None:
    if not recipe.prices or not {*high} <= {*recipe.prices}:
        return None
    least = sum(_usd(recipe.prices[name], need.prompt.least, need.answer) for name, need in low.items())
    most = sum(_usd(recipe.prices[name], need.prompt.most, need.answer) for name, need in high.items())
    return Range(least=round(least * scale, 4), most=round(most * scale, 4))


def _usd(price: Price, prompt: float, answer: float) -> float:
    return (prompt * price.input + answer * price.output) / 1e6
