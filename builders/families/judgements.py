"""Texts of any dataset, judged by people, models and personas under aspects that the recipe declares.

For data that exist already: nothing is written, each annotator is asked once for all aspects of a text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from ...schemas.field_docs import Stored
from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.judgements import TABLES, JudgedText
from ...schemas.rows.shared import ABSTAIN, Annotation, Annotator, Aspect
from ..asking.answer_model import AnswerModel
from ..asking.ask import Ask
from ..asking.few_shot import few_shot_prompt
from ..sources import Seed
from . import Family, Role
from ._annotations import annotation, drawn_order

SYSTEM = "You judge a text. Say for yourself what you think of it, and abstain where you cannot tell."
TEXT = "texts"


class JudgedAspect(Stored):
    """What is judged: with closed labels, or on a scale of whole numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
    """Name, which is the aspect of the annotations."""
    question: Annotated[str, Field(min_length=1)]
    """What is asked."""
    labels: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """The labels to choose from, such as either or incomparable; `abstain` is always added. Empty for a scale."""
    low: int = 1
    """Lowest score of a scale."""
    high: int = 5
    """Highest score of a scale."""
    low_label: str = ""
    """What the lowest score means, such as `not at all`."""
    high_label: str = ""
    """What the highest score means."""

    @model_validator(mode="after")
    def _labels_or_scale(self) -> Self:
        if len({*self.labels}) != len(self.labels) or len(self.labels) == 1:
            raise ValueError("labels: two or more, each once")
        if not self.labels and self.low >= self.high:
            raise ValueError("a scale needs `low` below `high`")
        if self.labels and (self.low_label or self.high_label):
            raise ValueError("`low_label` and `high_label` are of a scale, which has no `labels`")
        return self

    @property
    def choices(self) -> list[str]:
        """Labels with the abstention; empty for a scale."""
        return [*(label for label in self.labels if label != ABSTAIN), ABSTAIN] if self.labels else []

    @property
    def scale(self) -> str:
        """The scale in words, such as `1 (not at all) to 5 (very)`."""
        ends = [(self.low, self.low_label), (self.high, self.high_label)]
        return " to ".join(f"{score} ({label})" if label else str(score) for score, label in ends)

    def aspect(self) -> Aspect:
        """As a row."""
        if not self.labels:
            return Aspect(item_table=TEXT, aspect=self.name, low=self.low, high=self.high, rules=["mean"])
        question = "{text}\n" + self.question.translate({ord("{"): "(", ord("}"): ")"})
        return Aspect(
            item_table=TEXT, aspect=self.name, labels=self.choices, rules=["majority", "soft"], question=question
        )


class Judgements(Family):
    """Texts of any dataset, and what annotators say of them."""

    tables = TABLES
    roles = {"judge": Role("judges the texts", many=True)}

    questions: Annotated[tuple[JudgedAspect, ...], Field(min_length=1)]
    """What is judged of each text."""
    prompt: str = SYSTEM
    """System prompt, and what people read as the task."""

    @model_validator(mode="after")
    def _each_aspect_once(self) -> Self:
        names = [each.name for each in self.questions]
        if len({*names}) < len(names):
            raise ValueError("questions: every aspect needs its own name")
        return self

    def once(self) -> Sequence[Row]:
        """The aspects."""
        return [each.aspect() for each in self.questions]

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """A text, and one answer of every annotator."""
        text = JudgedText(text_id=seed.id, text=seed.text, language=seed.fields.get("language"), source=seed.origin)

        def prompt(annotator: Annotator) -> Prompt:
            lines = [each.question for each in self.questions]
            shown = self._orders(seed.id, annotator.annotator_id)
            lines += [f"{name}: {' / '.join(order)}" for name, order in shown.items()]
            lines += [f"{each.name}: {each.scale}" for each in self.questions if not each.labels]
            question = "\n".join([f"Text: {seed.text}", "", *lines])
            return few_shot_prompt(self.prompt, (), question, 30 * len(self.questions))

        item = (TEXT, seed.id)
        answers = await ask.each(prompt, _answer_type(self.questions), "judge", item=item, into="annotations")
        return [text, *(row for answer in answers for row in self._annotations(item, answer))]

    def seed(self, main: Row) -> Seed:
        """The seed of a text."""
        assert isinstance(main, JudgedText)
        return Seed(main.text_id, main.text, main.source, {"language": main.language})

    def _orders(self, text_id: str, annotator_id: str) -> Mapping[str, list[str]]:
        """Aspect -> its labels in the order in which this annotator sees them for this text."""
        return {
            each.name: drawn_order(each.choices, text_id, each.name, annotator_id)
            for each in self.questions
            if each.labels
        }

    def _annotations(self, item: tuple[str, str], answer: Any) -> list[Annotation]:
        orders, rows = self._orders(item[1], answer.annotator_id), list[Annotation]()
        for each in self.questions:
            value = getattr(answer.value, each.name)
            kind = "label" if each.labels or value == ABSTAIN else "score"
            rows.append(annotation(item, answer, each.name, options=orders.get(each.name, ()), **{kind: value}))
        return rows


@lru_cache
def _answer_type(aspects: Sequence[JudgedAspect]) -> type[BaseModel]:
    """A label, or a whole number or an abstention, for each aspect, titled with its question."""
    fields: dict[str, Any] = {
        each.name: (
            Literal[tuple(each.choices)] if each.labels
            else Annotated[int, Field(ge=each.low, le=each.high)] | Literal["abstain"],
            Field(title=each.question),
        )
        for each in aspects
    }  # fmt: skip
    return create_model("Judgement", __base__=AnswerModel, **fields)
