"""Answers that a writer may decline to give, with the texts and lists inside bounded by options of a family.

A teacher that decodes under a schema cannot say no unless the schema lets it. `write` asks for an answer or a refusal
with its reason; a refusal is then a failed ask like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from annotated_types import MaxLen, MinLen
from pydantic import BaseModel, Field, create_model

from ...schemas.request import Prompt
from ...schemas.rows.shared import Annotator
from .answer_model import AnswerModel
from .ask import Answer, Ask, Item
from .few_shot import Example, few_shot_prompt
from .journal_reader import AskFailed

T = TypeVar("T", bound=BaseModel)


class Declined(AnswerModel):
    """The writer declines, with the reason."""

    declined: Annotated[str, Field(min_length=1, max_length=300)]


@dataclass(frozen=True)
class Bounds:
    """What the fields of an answer may hold, by their name and however deep they are nested."""

    patterns: Mapping[str, str] = field(default_factory=dict)
    """Text -> regular expression that it must match."""
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Text -> the closed list that it is chosen from."""
    lengths: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """List -> its fewest and most members."""


async def write(ask: Ask, prompt: Prompt, kind: type[T], role: str, bounds: Bounds | None = None) -> Answer[T]:
    """Ask for an answer that may be declined. Raises `AskFailed` where it is, or where the ask fails."""
    answer: Answer[Any] = await ask(prompt, answer_type(kind, bounds or Bounds()), role)
    if isinstance(answer.value.answer, Declined):
        raise ask.failed("declined", answer.value.answer.declined, answer)
    return replace(answer, value=answer.value.answer)


async def write_optional(
    ask: Ask, prompt: Prompt, kind: type[T], role: str, item: Item, into: str, bounds: Bounds | None = None
) -> Answer[T] | None:
    """Ask for what the rows can do without: a failure is recorded under the item, as missing from table `into`."""
    try:
        return await write(ask, prompt, kind, role, bounds)
    except AskFailed as failed:
        ask.missing(failed, into, item)
        return None


async def write_each(
    ask: Ask,
    prompt: Prompt | Callable[[Annotator], Prompt],
    kind: type[T],
    role: str,
    item: Item,
    into: str,
    bounds: Bounds | None = None,
    samples: Iterable[int] = (0,),
) -> list[Answer[T]]:
    """Ask every annotator of a role; who declines or fails is recorded under the item, and missing from the list."""
    parse = answer_type(kind, bounds or Bounds())
    written: list[Answer[T]] = []
    answers: list[Answer[Any]] = await ask.each(prompt, parse, role, item=item, into=into, samples=samples)
    for answer in answers:
        if isinstance(answer.value.answer, Declined):
            who: list[str | int] = [answer.annotator_id, *([answer.sample] if answer.sample else [])]
            ask.missing(ask.failed("declined", answer.value.answer.declined, answer), into, [*item, *who])
        else:
            written.append(replace(answer, value=answer.value.answer))
    return written


def declinable_prompt(system: str, examples: Iterable[Example], question: str, max_tokens: int) -> Prompt:
    """A prompt for an answer that may be declined; the answers of the examples are given as `answer_type` has them."""
    shown = [(text, {"answer": answer}) for text, answer in examples]
    return few_shot_prompt(system, shown, question, max_tokens)


def answer_type(kind: type[BaseModel], bounds: Bounds) -> type[BaseModel]:
    """The type of an answer of this kind, or a refusal, in a field `answer`; the same class for equal bounds."""
    return _answer_type(
        kind,
        tuple(sorted(bounds.patterns.items())),
        tuple((name, tuple(choices)) for name, choices in sorted(bounds.choices.items())),
        tuple(sorted(bounds.lengths.items())),
    )


@lru_cache(maxsize=1024)
def _answer_type(kind: type[BaseModel], patterns: Any, choices: Any, lengths: Any) -> type[BaseModel]:
    bounded: Any = _bounded(kind, Bounds(dict(patterns), dict(choices), dict(lengths)))
    return create_model(f"{kind.__name__}Answer", __base__=AnswerModel, answer=(bounded | Declined, ...))


def _bounded(kind: type[BaseModel], bounds: Bounds) -> type[BaseModel]:
    """A subclass in which the named fields are bounded."""
    fields: dict[str, Any] = {}
    for name, info in kind.model_fields.items():
        annotation: Any = info.annotation
        marks: list[Any] = list(info.metadata)
        if name in bounds.choices:
            annotation, marks = Literal[tuple(bounds.choices[name])], []
        elif name in bounds.patterns:
            marks.append(Field(pattern=bounds.patterns[name]))
        elif get_origin(annotation) is list and isinstance(inner := get_args(annotation)[0], type):
            annotation = list[_bounded(inner, bounds)] if issubclass(inner, BaseModel) else annotation  # type: ignore[misc]
        if name in bounds.lengths:
            least, most = bounds.lengths[name]
            marks = [mark for mark in marks if not isinstance(mark, MinLen | MaxLen)]
            marks.append(Field(min_length=least, max_length=most))
        fields[name] = (Annotated[(annotation, *marks)] if marks else annotation, ...)
    bounded: type[BaseModel] = create_model(kind.__name__, __base__=kind, **fields)
    return bounded
