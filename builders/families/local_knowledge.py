"""Short answers about everyday life by region, and multiple choice with answers of other regions.

The steps are those of BLEnD (arXiv 2406.09948), with models and personas in the place of people; the prompt is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from ...schemas.row import Row
from ...schemas.rows.local_knowledge import (
    CHOICES,
    GROUPS,
    STATEMENTS,
    TABLES,
    LocalQuestion,
    Region,
    ShortAnswer,
    Unanswered,
)
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.few_shot import few_shot_prompt
from ..asking.narrow import Narrow
from ..sources import Seed
from . import Family, Role

SYSTEM = (
    "You have lived in {region} for most of your life. Answer a question about everyday life there in {language}, in "
    "one to three words. Say idk if you do not know, and not-applicable if the question makes no sense of {region}."
)
UNANSWERED: dict[str, Unanswered] = {"idk": "idk", "not-applicable": "not-applicable"}


class Short(AnswerModel):
    """An answer of a few words, or `idk`, or `not-applicable`."""

    answer: Annotated[str, Field(min_length=1, max_length=100)]


class LocalKnowledge(Family):
    """Short answers about everyday life by region, and multiple choice made of them."""

    tables = TABLES
    roles = {"answer": Role("answers about every region", many=True)}

    regions: dict[str, str] = {
        "Mexico": "Spanish",
        "Kenya": "Swahili",
        "Japan": "Japanese",
        "Iran": "Persian",
        "Sweden": "Swedish",
        "Indonesia": "Indonesian",
    }
    """Region -> language in which its questions are answered."""
    samples: PositiveInt = 1
    """Answers of each annotator about each region."""
    pattern: str = r"^\S"
    """Regular expression that an answer must match; the teacher decodes under it."""
    prompt: str = SYSTEM
    """System prompt, with `{region}` and `{language}` where they go."""
    wrong_options: Annotated[int, Field(ge=1, le=25)] = 3
    """Options of a choice question beside the right one."""
    max_idk: NonNegativeInt = 2
    """A question that more annotators do not know, over all regions, makes no choice question."""
    min_count: PositiveInt = 2
    """Least number of equal answers that make an answer of a region the right one."""

    @model_validator(mode="after")
    def _enough_regions(self) -> Self:
        if len(self.regions) <= self.wrong_options:
            raise ValueError(
                f"wrong_options: {self.wrong_options} need answers of more than {len(self.regions)} regions"
            )
        return self

    def once(self) -> Sequence[Row]:
        """The regions."""
        return [Region(region=region, language=language) for region, language in self.regions.items()]

    def derived(self) -> Mapping[str, str]:
        """Groups of equal answers, and both forms of multiple choice."""
        options = {"max_idk": self.max_idk, "min_count": self.min_count, "wrong": self.wrong_options}
        return {
            "answer_groups": GROUPS,
            "choice_questions": CHOICES.format(**options),
            "choice_statements": STATEMENTS,
        }

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """A question, and what every annotator answers about every region."""
        question = LocalQuestion(
            question_id=seed.id, text=seed.text, topic=seed.fields.get("topic"), source=seed.origin
        )
        answers = await ask.all(self._answers(question, region, ask) for region in self.regions)
        return [question, *(row for rows in answers for row in rows)]

    def seed(self, main: Row) -> Seed:
        """The seed of a question."""
        assert isinstance(main, LocalQuestion)
        return Seed(main.question_id, main.text, main.source, {"topic": main.topic})

    async def _answers(self, question: LocalQuestion, region: str, ask: Ask) -> list[ShortAnswer]:
        system = self.prompt.replace("{region}", region).replace("{language}", self.regions[region])
        narrow: Narrow = {"answer": {"pattern": f"({self.pattern})|^({'|'.join(UNANSWERED)})$"}}
        answers = await ask.each(
            few_shot_prompt(system, (), question.text.replace("{region}", region), 60),
            Short,
            "answer",
            item=("questions", question.question_id),
            into="short_answers",
            samples=range(self.samples),
            narrow=narrow,
        )
        return [_short_answer(question, region, answer) for answer in answers]


def _short_answer(question: LocalQuestion, region: str, answer: Answer[Short]) -> ShortAnswer:
    text = answer.value.answer.strip()
    unanswered = UNANSWERED.get(text.casefold().rstrip("."))
    return ShortAnswer(
        answer_id=f"{question.question_id}/{region}/{answer.annotator_id}/{answer.sample}",
        question_id=question.question_id,
        region=region,
        annotator_id=answer.annotator_id,
        sample=answer.sample,
        text=None if unanswered else text,
        unanswered=unanswered,
        digest=answer.digest,
    )
