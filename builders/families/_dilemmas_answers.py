"""What teachers answer with at each stage of a dilemma."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ...validators.tables.normalise import norm
from ..asking.answer_model import AnswerModel

Phrase = Annotated[str, Field(min_length=1, max_length=200)]

Sentences = Annotated[str, Field(min_length=1, max_length=1500)]


class WrittenDilemma(AnswerModel):
    """A dilemma that ends in a question."""

    dilemma: Sentences


class WrittenActions(AnswerModel):
    """Two actions that exclude each other."""

    to_do: Phrase
    not_to_do: Phrase

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if norm(self.to_do) == norm(self.not_to_do):
            raise ValueError("the two actions are the same")
        if min(len(text.split()) for text in (self.to_do, self.not_to_do)) < 2:
            raise ValueError("an action of one word cannot be understood by itself")
        return self


class WrittenConsequence(AnswerModel):
    """How an action turns out badly."""

    consequence: Sentences


class WrittenStake(AnswerModel):
    """What is at stake for one party."""

    party: Phrase
    value: Phrase
    reason: Annotated[str, Field(min_length=1, max_length=400)]


class WrittenStakes(AnswerModel):
    """Everybody who is affected by an action, and what is at stake for them."""

    direct: list[WrittenStake]
    indirect: list[WrittenStake]


class AssignedTopic(AnswerModel):
    """A topic of the closed list."""

    topic: str


class Chosen(AnswerModel):
    """Which of two actions somebody would choose."""

    choice: Literal["first", "second", "depends", "abstain"]


class PlacedValue(AnswerModel):
    """The category of a theory that a value belongs to, or that it has none."""

    category: str
