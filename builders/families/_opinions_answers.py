"""How questions of each type are answered: the form of an answer, and the row that it becomes."""

from __future__ import annotations

from itertools import permutations
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from ...schemas.rows.opinions import BUDGET, CHOICE, NUMBER, Allotment, SurveyQuestion, SurveyResponse
from ...schemas.rows.shared import ABSTAIN, Annotation
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer
from ..asking.narrow import Narrow
from ._annotations import annotation

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

NUMERIC = rf"^(-?[0-9]{{1,9}}([.][0-9]{{1,3}})?|{ABSTAIN})$"


class OneAnswer(AnswerModel):
    """A letter, an order of letters, or a number, as text; or abstain."""

    answer: str


class SeveralAnswers(AnswerModel):
    """The letters of the selected options, or abstain alone."""

    answers: list[str]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({*self.answers}) < len(self.answers) or (ABSTAIN in self.answers and len(self.answers) > 1):
            raise ValueError("each option may be selected once, and abstain stands alone")
        return self


class SharedOut(AnswerModel):
    """The points of each option in the order in which they are shown; empty: abstains."""

    points: list[Annotated[int, Field(ge=0, le=BUDGET)]]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.points and sum(self.points) != BUDGET:
            raise ValueError(f"the points are {sum(self.points)} together and not {BUDGET}")
        return self


class Words(AnswerModel):
    """An answer in words."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]


def answer_type(question: SurveyQuestion) -> tuple[type[BaseModel], Narrow]:
    """The answer type of a question, and what its answers may hold."""
    letters = [*LETTERS[: len(question.options)]]
    match question.type:
        case "choices":
            return SeveralAnswers, {
                "answers": {"enum": [*letters, ABSTAIN], "min_length": 1, "max_length": len(letters)}
            }
        case "budget":
            return SharedOut, {"points": {"max_length": len(letters)}}
        case "ranking":
            words = [" > ".join(order) for order in permutations(letters)]
        case "scale":
            words = [str(number) for number in range(int(question.low or 0), int(question.high or 0) + 1)]
        case "numeric":
            return OneAnswer, {"answer": {"pattern": NUMERIC}}
        case _:
            words = letters
    return OneAnswer, {"answer": {"enum": [*words, ABSTAIN]}}


def answer_row(question: SurveyQuestion, answer: Answer[Any], shown: list[str]) -> Annotation | SurveyResponse:
    """The row of an answer, with options in place of letters. Raises `ValueError` if it does not fit."""
    value, option = answer.value, dict(zip(LETTERS, shown, strict=False))
    item = ("questions", question.question_id)
    match question.type:
        case "choices":
            abstained = ABSTAIN in value.answers
            selected = [] if abstained else [option[letter] for letter in value.answers]
            return response_row(question, answer, shown, abstained=abstained, selected=selected)
        case "ranking":
            abstained = value.answer == ABSTAIN
            ranked = [] if abstained else [option[letter] for letter in value.answer.split(" > ")]
            return response_row(question, answer, shown, abstained=abstained, selected=ranked)
        case "budget":
            if value.points and len(value.points) != len(shown):
                raise ValueError(f"{len(value.points)} numbers for {len(shown)} options")
            points = dict(zip(shown, value.points, strict=False))
            budget = [Allotment(option=each, points=points[each]) for each in question.options if points]
            return response_row(question, answer, shown, abstained=not points, budget=budget)
        case "scale" | "numeric":
            if value.answer == ABSTAIN:
                return annotation(item, answer, NUMBER, options=shown, label=ABSTAIN)
            if not (question.low or 0) <= (number := float(value.answer)) <= (question.high or 0):
                raise ValueError(f"{number} is outside {number_text(question.low)} to {number_text(question.high)}")
            return annotation(item, answer, NUMBER, options=shown, score=number)
        case _:
            label = ABSTAIN if value.answer == ABSTAIN else option[value.answer]
            return annotation(item, answer, CHOICE, options=shown, label=label)


def response_row(question: SurveyQuestion, answer: Answer[Any], shown: list[str], **given: Any) -> SurveyResponse:
    """The row of an answer that is more than one label or number."""
    return SurveyResponse(
        response_id=f"{question.question_id}/{answer.annotator_id}/{answer.sample}",
        question_id=question.question_id,
        annotator_id=answer.annotator_id,
        sample=answer.sample,
        options=shown,
        digest=answer.digest,
        **{"abstained": False, **given},
    )


def number_text(value: float | None) -> str:
    """An end of a scale without needless decimals; empty where there is none."""
    return "" if value is None else f"{value:g}"
