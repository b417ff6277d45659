"""Questions of a survey, answered by models and personas with the options in many orders.

A model favours an option for its place (Dominguez-Olmedo et al., arXiv 2306.07951), so closed questions are asked with
their options in all orders, or in a sample of them, and every order is stored with its answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import PositiveInt

from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.opinions import (
    ASPECTS,
    RESPONSE_SHARES,
    TABLES,
    QuestionType,
    SurveyQuestion,
    SurveyResponse,
)
from ...schemas.rows.shared import Annotation
from ..asking.ask import Answer, Ask
from ..asking.declinable import Bounds, write_each
from ..asking.few_shot import few_shot_prompt
from ..sources import Seed
from . import Family, Role
from ._opinions_answers import LETTERS, Words, answer_row, answer_type, number_text, response_row
from ._opinions_orders import orders
from ._opinions_prompts import HOW, SYSTEM, TEXT
from ._opinions_questions import question_of_seed, survey_shares


class Opinions(Family):
    """Answers of models and personas to survey questions of eight types."""

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
        question = question_of_seed(seed)
        asked = (self._answers(question, number, order, ask) for number, order in enumerate(self._orders(question)))
        answers = await ask.all(asked)
        return [question, *survey_shares(question, seed), *(row for rows in answers for row in rows)]

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
            return [response_row(question, answer, shown, text=answer.value.text) for answer in written]
        parse, narrow = answer_type(question)
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
                rows.append(answer_row(question, answer, shown))
            except ValueError as error:
                failed = ask.failed("answer does not fit the question", str(error), answer)
                ask.missing(failed, into, [*item, answer.annotator_id, answer.sample])
        return rows

    def _prompt(self, system: str, question: SurveyQuestion, shown: Sequence[str]) -> Prompt:
        lettered = [f"{letter}. {option}" for letter, option in zip(LETTERS, shown, strict=False)]
        how = self.how[question.type].format(low=number_text(question.low), high=number_text(question.high))
        lines = [f"Question: {question.text}", *lettered, *([how] if how else [])]
        tokens = 300 if question.type == "text" else 20 + 8 * len(shown)
        return few_shot_prompt(system, (), "\n".join(lines), tokens)
