"""Questions of a survey, answered by models and personas with the options in many orders.

A model favours an option for its place (Dominguez-Olmedo et al., arXiv 2306.07951), so closed questions are asked with
their options in all orders, or in a sample of them, and every order is stored with its answer.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from math import factorial
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, PositiveInt, ValidationError, model_validator

from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.opinions import (
    ASPECTS,
    BUDGET,
    CHOICE,
    NUMBER,
    RESPONSE_SHARES,
    TABLES,
    Allotment,
    QuestionType,
    SurveyQuestion,
    SurveyResponse,
    SurveyShare,
)
from ...schemas.rows.shared import ABSTAIN, Annotation
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.declinable import Bounds, write_each
from ..asking.few_shot import few_shot_prompt
from ..asking.journal_reader import AskFailed
from ..asking.narrow import Narrow
from ..sources import Seed
from . import Family, Role
from ._opinions_prompts import HOW, SYSTEM, TEXT

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MAX_RANKED = 6
"""Options of a ranking: a teacher chooses among all their orders, of which there are 720."""
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


class Opinions(Family):
    """Answers of models and personas to survey questions of eight types, and how they differ from survey results."""

    tables = TABLES
    roles = {"answer": Role("answers the questions", many=True)}

    orders: PositiveInt = 24
    """Most orders in which the options of `choice` and `choices` are shown: all of them where there are no more, else a
    balanced sample by question. Likert scales, rankings and budgets are shown in the
    listed and the reversed order."""
    samples: PositiveInt = 1
    """Answers of each annotator to each order."""
    pattern: str = r"^\S"
    """Regular expression that an answer in words must match."""
    prompt: str = SYSTEM
    """System prompt; that of a persona comes before it."""
    how: Mapping[QuestionType, str] = HOW
    """Type of question -> how it is to be answered."""
    text_prompt: str = TEXT
    """System prompt of questions that are answered in words."""

    def once(self) -> Sequence[Row]:
        """The aspects of an answer."""
        return ASPECTS

    def derived(self) -> Mapping[str, str]:
        """The share of each option, by annotator."""
        return {"response_shares": RESPONSE_SHARES}

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """A question, how groups of people answered it, and the answers of every annotator to every order."""
        question = _question(seed)
        asked = (self._answers(question, number, order, ask) for number, order in enumerate(self._orders(question)))
        answers = await ask.all(asked)
        return [question, *_survey_shares(question, seed), *(row for rows in answers for row in rows)]

    def seed(self, main: Row) -> Seed:
        """The seed of a question, without the survey results."""
        assert isinstance(main, SurveyQuestion)
        fields = {name: getattr(main, name) for name in ("type", "options", "low", "high", "topic", "language")}
        return Seed(main.question_id, main.text, main.source, fields)

    def _orders(self, question: SurveyQuestion) -> list[tuple[int, ...]]:
        limit = self.orders if question.type in ("choice", "choices") else min(self.orders, 2)
        return orders(len(question.options), limit, question.question_id)

    async def _answers(
        self, question: SurveyQuestion, number: int, order: Sequence[int], ask: Ask
    ) -> list[Annotation | SurveyResponse]:
        """The answers to one order of the options."""
        shown = [question.options[place] for place in order]
        item = ("questions", question.question_id)
        samples = range(number * self.samples, (number + 1) * self.samples)
        if question.type == "text":
            bounds = Bounds({"text": self.pattern})
            prompt = self._prompt(self.text_prompt, question, shown)
            written = await write_each(ask, prompt, Words, "answer", item, "responses", bounds, samples)
            return [_response(question, answer, shown, text=answer.value.text) for answer in written]
        parse, narrow = _bounds(question)
        into = "annotations" if question.type in ("choice", "likert", "scale", "numeric") else "responses"
        answers: list[Answer[Any]] = await ask.each(
            self._prompt(self.prompt, question, shown),
            parse,
            "answer",
            item=item,
            into=into,
            samples=samples,
            narrow=narrow,
        )
        rows = list[Annotation | SurveyResponse]()
        for answer in answers:
            try:
                rows.append(_read(question, answer, shown))
            except ValueError as error:
                failed = ask.failed("answer does not fit the question", str(error), answer)
                ask.missing(failed, into, [*item, answer.annotator_id, answer.sample])
        return rows

    def _prompt(self, system: str, question: SurveyQuestion, shown: Sequence[str]) -> Prompt:
        lettered = [f"{letter}. {option}" for letter, option in zip(LETTERS, shown, strict=False)]
        how = self.how[question.type].format(low=_number(question.low), high=_number(question.high))
        lines = [f"Question: {question.text}", *lettered, *([how] if how else [])]
        tokens = 300 if question.type == "text" else 20 + 8 * len(shown)
        return few_shot_prompt(system, (), "\n".join(lines), tokens)


def orders(options: int, limit: int, key: str) -> list[tuple[int, ...]]:
    """Orders of so many options, the listed one first: all of them, or a sample by the key.

    From `options` orders on, a sample has every option equally often in each position, and is rounded down for it. Of
    an even number of options it has the reversed order too: it is made of Williams squares (Williams 1949).
    """
    listed = tuple(range(options))
    if options < 2 or limit == 1:
        return [listed]
    if factorial(options) <= limit:
        return list(permutations(listed))
    if limit < options:
        return [listed, listed[::-1], *_square(listed)[1:]][:limit]
    draw, drawn = random.Random(key), dict.fromkeys(_square(listed))
    if limit >= 2 * options:
        drawn |= dict.fromkeys(_square(listed[::-1]))
    while len(drawn) < limit // options * options:
        drawn |= dict.fromkeys(_square(draw.sample(listed, options)))
    return list(drawn)[: limit // options * options]


def _square(first: Sequence[int]) -> list[tuple[int, ...]]:
    """As many orders as options, each option once in each position: a Williams square if even, else rotations."""
    size = len(first)
    walk = [0, *(place for at in range(1, size // 2 + 1) for place in dict.fromkeys((at, size - at)))]
    if size % 2:
        walk = list(range(size))
    return [tuple(first[walk.index((place + step) % size)] for place in walk) for step in range(size)]


def _question(seed: Seed) -> SurveyQuestion:
    """The question of a seed. Raises `AskFailed` where its fields make none."""
    fields = seed.fields
    kind, options = fields.get("type") or "choice", fields.get("options") or []
    if isinstance(options, str):  # a cell of a CSV file
        options = [option.strip() for option in options.split("|")]
    try:
        question = SurveyQuestion(
            question_id=seed.id,
            text=seed.text,
            type=kind,
            options=list(options),
            low=fields.get("low"),
            high=fields.get("high"),
            topic=fields.get("topic"),
            language=fields.get("language"),
            source=seed.origin,
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise AskFailed("not a question", f"{first['loc'][0]}: {first['msg']}", b"") from None
    if problem := _problem(question):
        raise AskFailed("not a question", problem, b"")
    return question


def _problem(question: SurveyQuestion) -> str | None:
    """Why a question cannot be asked."""
    kind, count = question.type, len(question.options)
    most = MAX_RANKED if kind == "ranking" else len(LETTERS)
    if kind in ("scale", "numeric") and (
        question.low is None or question.high is None or question.low >= question.high
    ):
        return f"{kind} needs low and high, low below high; got {question.low} and {question.high}"
    if kind in ("scale", "numeric", "text"):
        return f"{kind} has no options; got {count}" if count else None
    if not 2 <= count <= most:
        return f"{kind} needs 2 to {most} options; got {count}"
    if len({*question.options}) < count or ABSTAIN in question.options:
        return f"options must differ, and none may be called {ABSTAIN}"
    return None


def _survey_shares(question: SurveyQuestion, seed: Seed) -> Iterator[SurveyShare]:
    """How groups answered: `shares` of the seed has group -> shares in the order of the options, or option -> share."""
    given = seed.fields.get("shares") or {}
    for group, shares in given.items():
        by_option = shares if isinstance(shares, Mapping) else dict(zip(question.options, shares, strict=False))
        total = sum(by_option.get(option) or 0 for option in question.options)
        for option in question.options if total else ():
            share = (by_option.get(option) or 0) / total
            yield SurveyShare(question_id=question.question_id, group_id=group, option=option, share=share)


def _bounds(question: SurveyQuestion) -> tuple[type[BaseModel], Narrow]:
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


def _read(question: SurveyQuestion, answer: Answer[Any], shown: list[str]) -> Annotation | SurveyResponse:
    """The row of an answer, with options in place of letters. Raises `ValueError` if it does not fit."""
    value, option = answer.value, dict(zip(LETTERS, shown, strict=False))
    match question.type:
        case "choices":
            abstained = ABSTAIN in value.answers
            selected = [] if abstained else [option[letter] for letter in value.answers]
            return _response(question, answer, shown, abstained=abstained, selected=selected)
        case "ranking":
            abstained = value.answer == ABSTAIN
            ranked = [] if abstained else [option[letter] for letter in value.answer.split(" > ")]
            return _response(question, answer, shown, abstained=abstained, selected=ranked)
        case "budget":
            if value.points and len(value.points) != len(shown):
                raise ValueError(f"{len(value.points)} numbers for {len(shown)} options")
            points = dict(zip(shown, value.points, strict=False))
            budget = [Allotment(option=each, points=points[each]) for each in question.options if points]
            return _response(question, answer, shown, abstained=not points, budget=budget)
        case "scale" | "numeric":
            if value.answer == ABSTAIN:
                return _annotation(question, answer, NUMBER, shown, label=ABSTAIN)
            if not (question.low or 0) <= (number := float(value.answer)) <= (question.high or 0):
                raise ValueError(f"{number} is outside {_number(question.low)} to {_number(question.high)}")
            return _annotation(question, answer, NUMBER, shown, score=number)
        case _:
            label = ABSTAIN if value.answer == ABSTAIN else option[value.answer]
            return _annotation(question, answer, CHOICE, shown, label=label)


def _response(question: SurveyQuestion, answer: Answer[Any], shown: list[str], **given: Any) -> SurveyResponse:
    return SurveyResponse(
        response_id=f"{question.question_id}/{answer.annotator_id}/{answer.sample}",
        question_id=question.question_id,
        annotator_id=answer.annotator_id,
        sample=answer.sample,
        options=shown,
        digest=answer.digest,
        **{"abstained": False, **given},
    )


def _annotation(
    question: SurveyQuestion, answer: Answer[Any], aspect: str, shown: list[str], **given: Any
) -> Annotation:
    return Annotation(
        item_table="questions",
        item_id=question.question_id,
        annotator_id=answer.annotator_id,
        aspect=aspect,
        sample=answer.sample,
        options=shown,
        digest=answer.digest,
        **given,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
