"""What a build would ask, without asking: the family runs on the smallest and on the largest possible answers.

Every answer parses here, so what a build asks again because one did not is not counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from annotated_types import MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ...schemas.recipe import Recipe
from ...schemas.request import Prompt
from ...schemas.run_layout import JOURNAL
from ..asking.ask import Answer, Ask
from ..asking.journal_reader import AskFailed, JournalReader
from ..asking.question import Answerer
from ..dispatch.endpoint import CHARACTERS_PER_TOKEN
from ..execution.earlier import MOST
from ..execution.resolve import Crew, assemble
from ..execution.seed import finished
from ..sources import Seed
from ..storage.journal import Journal

T = TypeVar("T", bound=BaseModel)

LOOKED_AT = 1000
"""Seeds that are looked at; more are scaled up from these."""
LONGEST_TEXT = 200
"""Characters of a text without a bound."""


class Range(BaseModel):
    """The least and the most that a build can need while every answer parses."""

    least: float
    most: float


class Plan(BaseModel):
    """What a build would ask. `prompt_tokens` rest on a rule of thumb, `answer_tokens` on what answers may have."""

    seeds: int
    """Records of the source, up to `n`."""
    rejected: dict[str, int]
    """Reason -> records that are no seeds; a build rejects them, and asks nothing about them."""
    asks: Range
    prompt_tokens: Range
    answer_tokens: Range
    usd: Range | None
    """Null where a teacher has no declared price."""
    answered: int
    """Answers that the journal of the run holds already; those that still fit are not asked again."""


@dataclass
class Rehearsal(Ask):
    """Answers every ask itself, and counts: (teacher) -> asks, characters of prompts, tokens of answers."""

    largest: bool = False
    counts: dict[str, list[int]] = field(default_factory=dict)

    async def answer(self, who: Answerer, prompt: Prompt, parse: type[T], role: str, sample: int = 0) -> Answer[T]:
        """The smallest or largest answer that fits the type; several large ones differ, small ones are the same."""
        value = extreme(parse, self.largest, f"{sample}." if self.largest else "")
        count = self.counts.setdefault(who.name, [0, 0, 0])
        count[0] += 1
        count[1] += sum(len(message.content) for message in who.address(prompt.messages))
        count[2] += prompt.max_tokens if self.largest else len(value.model_dump_json()) // CHARACTERS_PER_TOKEN
        return Answer(value, who.row.annotator_id, "")


def plan(recipe: Recipe, folder: Path) -> Plan:
    """The range of asks, tokens and cost of a build. Raises `RecipeError` and `DataError` as a build would."""
    crew, journal = assemble(recipe), Journal(folder / JOURNAL)
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


def extreme(model: type[T], largest: bool, salt: str = "") -> T:
    """The smallest or largest instance of a model, not looking at patterns; texts of a list, and under `salt`, differ.

    Of the words of a closed list both have the shortest: a longer word is no larger answer.
    """
    return model.model_construct(**{name: _value(f, largest, salt + name) for name, f in model.model_fields.items()})


def _value(field: FieldInfo, largest: bool, salt: str) -> Any:
    return _typed(field.annotation, field.metadata, largest, salt)


def _typed(kind: Any, marks: list[Any], largest: bool, salt: str) -> Any:
    if get_origin(kind) in (Union, UnionType):
        found = [_typed(one, marks, largest, salt) for one in get_args(kind)]
        return (max if largest else min)(found, key=_size)
    if get_origin(kind) is Literal:
        return min(get_args(kind), key=_size)
    if get_origin(kind) is list:
        count = _bound(marks, MaxLen, 1) if largest else _bound(marks, MinLen, 0)
        return [_typed(get_args(kind)[0], [], largest, f"{salt}{i}") for i in range(count)]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return extreme(kind, largest, f"{salt}.")
    if kind is str:
        length = _bound(marks, MaxLen, LONGEST_TEXT) if largest else _bound(marks, MinLen, 0)
        return (salt * length)[:length]
    return kind()


def _bound(marks: list[Any], mark: type[MinLen | MaxLen], default: int) -> int:
    name = "max_length" if mark is MaxLen else "min_length"
    return next((int(getattr(found, name)) for found in marks if isinstance(found, mark)), default)


def _size(value: Any) -> int:
    return len(value.model_dump_json() if isinstance(value, BaseModel) else str(value))


def _rehearsed(crew: Crew, journal: Journal, seeds: list[Seed], largest: bool) -> dict[str, list[int]]:
    counts: dict[str, list[int]] = {}
    longest = [f"{number:0{LONGEST_TEXT}}" for number in range(MOST)]
    for seed in seeds:
        engine, earlier = JournalReader(journal, crew.answerers), longest if largest else []
        ask = Rehearsal(engine, seed.id, earlier=earlier, largest=largest, counts=counts)
        try:
            finished(crew.family.build(seed, ask))
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
