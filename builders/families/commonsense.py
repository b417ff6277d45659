"""Whether annotators agree with statements, and whether they think that most people do.

The two questions are those of Whiting and Watts (PNAS 2024). A model that is asked several times is a silicon sample:
each of its samples is a rating of its own, so that the share of yes stands for its probability of yes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import PositiveInt

from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.commonsense import AGREE, ASPECTS, LABELS, MOST_AGREE, TABLES, CommonStatement, Label
from ...schemas.rows.shared import Annotation, Annotator
from ...validators.stats.commonsense import RATER_SCORES, STATEMENT_SCORES
from ..asking.answer_model import AnswerModel
from ..asking.ask import Ask
from ..asking.few_shot import few_shot_prompt
from ..sources import Seed
from . import Family, Role
from ._annotations import annotation, drawn_order

SYSTEM = "You are asked about a statement. Say abstain only if you cannot tell."
QUESTIONS = {
    AGREE: "Do you agree with the statement?",
    MOST_AGREE: "Do you think that most people would agree with the statement?",
}
"""Aspect -> what is asked; constants of ours in the sense of the two questions."""


class Rated(AnswerModel):
    """Yes, no or abstain."""

    answer: Label


class Commonsense(Family):
    """Statements, who agrees with them and who thinks that most people do."""

    tables = TABLES
    roles = {"rate": Role("rates the statements", many=True)}

    samples: PositiveInt = 1
    """Answers of each annotator to each question."""
    prompt: str = SYSTEM
    """System prompt."""
    questions: Mapping[str, str] = QUESTIONS
    """Aspect (agree, most_agree) -> what is asked."""

    def once(self) -> Sequence[Row]:
        """The two questions."""
        return ASPECTS

    def derived(self) -> Mapping[str, str]:
        """The scores of statements and of raters."""
        return {"statement_scores": STATEMENT_SCORES, "rater_scores": RATER_SCORES}

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """A statement, and both answers of every rater."""
        statement = CommonStatement(
            statement_id=seed.id,
            text=seed.text,
            category=seed.fields.get("category"),
            language=seed.fields.get("language"),
            source=seed.origin,
        )
        rated = await ask.all(self._rated(statement, aspect, ask) for aspect in (AGREE, MOST_AGREE))
        return [statement, *(row for rows in rated for row in rows)]

    def seed(self, main: Row) -> Seed:
        """The seed of a statement."""
        assert isinstance(main, CommonStatement)
        fields = {"category": main.category, "language": main.language}
        return Seed(main.statement_id, main.text, main.source, fields)

    async def _rated(self, statement: CommonStatement, aspect: str, ask: Ask) -> list[Annotation]:
        def prompt(rater: Annotator) -> Prompt:
            shown = " / ".join(drawn_order(LABELS, statement.statement_id, aspect, rater.annotator_id))
            question = f"Statement: {statement.text}\n{self.questions[aspect]}\nanswer: {shown}"
            return few_shot_prompt(self.prompt, (), question, 20)

        item, samples = ("statements", statement.statement_id), range(self.samples)
        answers = await ask.each(prompt, Rated, "rate", item=item, into="annotations", samples=samples)
        return [
            annotation(
                item,
                answer,
                aspect,
                label=answer.value.answer,
                options=drawn_order(LABELS, statement.statement_id, aspect, answer.annotator_id),
            )
            for answer in answers
        ]
