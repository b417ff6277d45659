"""How a judge of the family `preferences` is asked, and the annotations that follow from an answer.

A response is rated by itself on attributes, or graded by the criteria of a rubric; two responses are compared at once,
or after an analysis in a turn of its own, as in Think Twice (arXiv 2510.23596), whose abilities are used. The prompts
are ours, and what does not parse is asked for again and then recorded: no part of an answer has a default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from ...schemas.field_docs import Stored
from ...schemas.request import Message, Prompt
from ...schemas.rows import preferences as rows
from ...schemas.rows.analysis import Ability, Analysis
from ...schemas.rows.shared import ABSTAIN, Annotation, Aspect
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer
from ._annotations import annotation

SIDES = {"A": "first", "B": "second"}
"""What a judge sees -> the side of the comparison when the first response is shown first."""
SWAPPED = {"A": "second", "B": "first"}


class Attribute(Stored):
    """What is rated of a response, on a scale of whole numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
    """Name, which is the aspect of the ratings and the objective of the pairs."""
    question: Annotated[str, Field(min_length=1)]
    """What it means, as a judge reads it."""
    low: int = 0
    """Lowest score."""
    high: int = 4
    """Highest score."""


ATTRIBUTES = (
    Attribute(name="helpfulness", question="Does it help whoever asks?"),
    Attribute(name="correctness", question="Is what it says true, and nothing important left out?"),
    Attribute(name="balance", question="Does it take people seriously who see the matter differently?"),
)


class Criterion(Stored):
    """A line of a rubric, which a response meets or not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
    """Name, which is the aspect of the gradings."""
    question: Annotated[str, Field(min_length=1)]
    """What a response does that meets it, as a judge reads it."""
    points: float = 1
    """Points of a response that meets it; below 0 for a fault."""


CRITERIA = (
    Criterion(name="answers", question="It answers what was asked.", points=2),
    Criterion(name="gives_a_reason", question="It gives a reason for what it says."),
    Criterion(name="names_another_view", question="It names a view that reasonable people hold against it."),
    Criterion(name="overclaims", question="It states as certain what is contested or cannot be known.", points=-2),
)


class Compared(AnswerModel):
    """What a judge says of two responses."""

    preference: Literal["A", "B", "tie", "incomparable", "depends", "abstain"]
    strength: Annotated[int, Field(ge=1, le=3)]


class Analysed(AnswerModel):
    """What a comparison of two responses turns on, and the issues of each, before the verdict."""

    abilities: Annotated[list[Ability], Field(min_length=1, max_length=3)]
    issues_a: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
    issues_b: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]


@lru_cache
def rating_type(attributes: Sequence[Attribute]) -> type[BaseModel]:
    """A whole number, or an abstention, for each attribute."""
    fields: dict[str, Any] = {
        a.name: (Annotated[int, Field(ge=a.low, le=a.high)] | Literal["abstain"], ...) for a in attributes
    }
    return create_model("Ratings", __base__=AnswerModel, **fields)


@lru_cache
def grading_type(criteria: Sequence[Criterion]) -> type[BaseModel]:
    """Yes, no, or an abstention, for each criterion."""
    fields: dict[str, Any] = {each.name: (Literal["yes", "no", "abstain"], ...) for each in criteria}
    return create_model("Grading", __base__=AnswerModel, **fields)


def rubric_aspects(criteria: Sequence[Criterion]) -> list[Aspect]:
    """The criteria, and the points of a response."""
    points = [each.points for each in criteria]
    low, high = sum(min(each, 0) for each in points), sum(max(each, 0) for each in points)
    labels = ["yes", "no", ABSTAIN]
    graded = [
        Aspect(item_table="responses", aspect=each.name, labels=labels, rules=["majority", "soft"]) for each in criteria
    ]
    return [*graded, Aspect(item_table="responses", aspect=rows.RUBRIC, low=low, high=high, rules=["mean"])]


def ratings(item: tuple[str, str], answer: Answer[Any], attributes: Sequence[Attribute]) -> Iterator[Annotation]:
    """The score, or the abstention, of each attribute."""
    for attribute in attributes:
        value = getattr(answer.value, attribute.name)
        given = {"label": ABSTAIN} if value == ABSTAIN else {"score": value}
        yield annotation(item, answer, attribute.name, **given)


def gradings(item: tuple[str, str], answer: Answer[Any], criteria: Sequence[Criterion]) -> Iterator[Annotation]:
    """Whether each criterion is met, and the sum of the points; an abstention where one criterion has one."""
    met = {each: getattr(answer.value, each.name) for each in criteria}
    for each, label in met.items():
        yield annotation(item, answer, each.name, options=["yes", "no", ABSTAIN], label=label)
    if ABSTAIN in met.values():
        yield annotation(item, answer, rows.RUBRIC, label=ABSTAIN)
    else:
        points = sum(each.points for each, label in met.items() if label == "yes")
        yield annotation(item, answer, rows.RUBRIC, score=points)


def verdict(item: tuple[str, str], answer: Answer[Compared], sides: Mapping[str, str]) -> Iterator[Annotation]:
    """The verdict in terms of the comparison, and its signed strength where it has one."""
    options = [*sides.values(), *rows.VERDICTS[2:]]
    label = sides.get(answer.value.preference, answer.value.preference)
    yield annotation(item, answer, rows.DIRECT, options=options, label=label)
    if label in ("first", "second", "tie"):
        signed = {"first": -1, "second": 1, "tie": 0}[label] * answer.value.strength
        yield annotation(item, answer, rows.STRENGTH, options=options, score=signed)


def analysis(comparison_id: str, answer: Answer[Analysed], sides: Mapping[str, str]) -> Analysis:
    """The first turn of a judge, in terms of the comparison and not of the order in which it was shown."""
    issues = {sides["A"]: answer.value.issues_a, sides["B"]: answer.value.issues_b}
    return Analysis(
        analysis_id=f"{comparison_id}/{answer.annotator_id}/{answer.sample}",
        comparison_id=comparison_id,
        annotator_id=answer.annotator_id,
        sample=answer.sample,
        abilities=[*dict.fromkeys(answer.value.abilities)],
        first_issues=issues["first"],
        second_issues=issues["second"],
        digest=answer.digest,
    )


def second_turn(first: Prompt, answer: Answer[Analysed], instruction: str, max_tokens: int) -> Prompt:
    """The conversation of the first turn, and the request for a verdict."""
    analysed = Message("assistant", answer.value.model_dump_json())
    return Prompt((*first.messages, analysed, Message("user", instruction)), max_tokens)
