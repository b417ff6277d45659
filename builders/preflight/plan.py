"""What a build would ask, without an API call: the family runs on the smallest and on the largest possible answers.

Answers are built from their types and rows are not validated. Every answer parses here, so re-asks are not counted.
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
from ...schemas.recipe import Recipe
from ...schemas.request import Prompt
from ...schemas.row import unvalidated_rows
from ...schemas.run_layout import JOURNAL
from ..asking.ask import Answer, Ask
from ..asking.journal_reader import AskFailed, JournalReader
from ..asking.narrow import Bound, Narrow
from ..asking.question import Answerer
from ..dispatch.endpoint import CHARACTERS_PER_TOKEN
from ..execution.earlier import MAX_TEXTS
from ..execution.resolve import ResolvedRecipe, resolve
from ..execution.seed import run_to_end
from ..sources import Seed
from ..storage.journal import Journal

T = TypeVar("T", bound=BaseModel)

LOOKED_AT = 1000
"""Seeds that are rehearsed; the rest is extrapolated."""
LONGEST_TEXT = 200
"""Characters of a text without a bound."""


class Range(BaseModel):
    """The least and the most that a build needs if every answer parses."""

    least: float
    most: float


class Plan(BaseModel):
    """What a build would ask. `prompt_tokens` rest on a rule of thumb, `answer_tokens` on what answers may have."""

    seeds: int
    """Records of the source, up to `n`."""
    rejected: dict[str, int]
    """Reason -> records that are not seeds; a build rejects them without a request."""
    asks: Range
    prompt_tokens: Range
    answer_tokens: Range
    usd: Range | None
    """US dollars; null where a teacher has no declared price."""
    answered: int
    """Answers in the journal of the run; those that still fit are not requested again."""

    def _repr_html_(self) -> str:
        """For notebooks: the range of requests, tokens and cost."""
        ranges = {"requests": self.asks, "prompt tokens": self.prompt_tokens, "answer tokens": self.answer_tokens}
        ranges |= {"USD": self.usd} if self.usd else {}
        rows = [(name, each.least, each.most) for name, each in ranges.items()]
        title = html.heading(f"{self.seeds:,} seeds", f"{self.answered:,} responses cached")
        return title + html.table(["", "at least", "at most"], rows)


@dataclass
class Rehearsal(Ask):
    """Answers every ask itself, and counts: (teacher) -> asks, characters of prompts, tokens of answers."""

    largest: bool = False
    counts: dict[str, list[int]] = field(default_factory=dict)

    async def answer(
        self,
        who: Answerer,
        prompt: Prompt,
        parse: type[T],
        role: str,
        sample: int = 0,
        narrow: Narrow | None = None,
    ) -> Answer[T]:
        """The smallest or largest answer that fits the type; several large ones differ, small ones are the same."""
        value = extreme(parse, self.largest, f"{sample}." if self.largest else "", narrow or {})
        count = self.counts.setdefault(who.name, [0, 0, 0])
        count[0] += 1
        count[1] += sum(len(message.content) for message in who.address(prompt.messages))
        count[2] += prompt.max_tokens if self.largest else len(value.model_dump_json()) // CHARACTERS_PER_TOKEN
        return Answer(value, who.row, "", sample)


def plan(recipe: Recipe, folder: Path) -> Plan:
    """The range of asks, tokens and cost of a build. Raises `RecipeError` and `DataError` as a build would."""
    crew, journal = resolve(recipe), Journal(folder / JOURNAL)
    kinds = Counter(None if isinstance(seed, Seed) else seed.reason for seed in crew.seeds())
    good = kinds.pop(None, 0)
    seeds = [*islice((seed for seed in crew.seeds() if isinstance(seed, Seed)), LOOKED_AT)]
    scale = good / len(seeds) if seeds else 0
    low, high = (_rehearsed(crew, journal, seeds, largest) for largest in (False, True))
    return Plan(
        seeds=good + kinds.total(),
        rejected=dict(kinds),
        asks=_range(low, high, 0, scale),
        prompt_tokens=_range(low, high, 1, scale / CHARACTERS_PER_TOKEN),
        answer_tokens=_range(low, high, 2, scale),
        usd=_cost(recipe, low, high, scale),
        answered=len(journal),
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


def _rehearsed(crew: ResolvedRecipe, journal: Journal, seeds: list[Seed], largest: bool) -> dict[str, list[int]]:
    counts: dict[str, list[int]] = {}
    longest = [f"{number:0{LONGEST_TEXT}}" for number in range(MAX_TEXTS)]
    for seed in seeds:
        engine, earlier = JournalReader(journal, crew.answerers), longest if largest else []
        ask = Rehearsal(engine, seed.id, earlier=earlier, largest=largest, counts=counts)
        try:
            with unvalidated_rows():
                run_to_end(crew.family.build(seed, ask))
        except AskFailed:
            continue  # the smallest answer is a refusal: nothing more is asked about this seed
    return counts


def _range(low: dict[str, list[int]], high: dict[str, list[int]], which: int, scale: float) -> Range:
    least, most = (sum(count[which] for count in counts.values()) * scale for counts in (low, high))
    return Range(least=round(least), most=round(most))


def _cost(recipe: Recipe, low: dict[str, list[int]], high: dict[str, list[int]], scale: float) -> Range | None:
    if not set(high) <= set(recipe.prices):
        return None

    def usd(counts: dict[str, list[int]]) -> float:
        return sum(
            (count[1] / CHARACTERS_PER_TOKEN * recipe.prices[name].input + count[2] * recipe.prices[name].output) / 1e6
            for name, count in counts.items()
        )

    return Range(least=round(usd(low) * scale, 4), most=round(usd(high) * scale, 4))
