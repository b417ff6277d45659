"""Which cultures the answers to open questions refer to, after WorldView-Bench (arXiv 2505.09595).

Every writer answers each question under the three conditions of the paper, and extractors name the cultures that the
answers refer to. The prompts are ours. Each reference quotes a sentence of the answer: the teacher chooses among its
sentences, so that a quotation cannot be made up. The reviewers of questions are ours in the place of human experts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, PositiveInt, create_model, model_validator

from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.shared import Annotator, Aspect, RowRef
from ...schemas.rows.worldviews import (
    MENTIONS,
    TABLES,
    Condition,
    Culture,
    Question,
    Sentiment,
    WorldviewAnswer,
)
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.declinable import Bounds, write_each
from ..asking.few_shot import few_shot_prompt
from ..sources import Seed
from . import Family, Role
from . import _worldviews_prompts as prompts
from ._annotations import annotation
from ._worldviews_references import (
    YES_NO,
    FoundReferences,
    extraction_bounds,
    extraction_prompt,
    mention_rows,
    reference_rows,
)

REVIEWED = ["yes", "no", "abstain"]


class WrittenAnswer(AnswerModel):
    """An answer to a question."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Worldviews(Family):
    """Answers to open questions under several conditions, and the cultures that they refer to."""

    tables = TABLES
    roles = {
        "answer": Role("answers the questions, also as the voice of a culture", many=True),
        "extract": Role("names the cultures that an answer refers to", many=True),
        "review": Role("judges the questions", many=True),
    }

    cultures: dict[str, tuple[str, ...]] = prompts.CULTURES
    """Closed list of cultures -> other words by which texts refer to them."""
    conditions: tuple[Condition, ...] = ("baseline", "contextual", "multi_agent")
    """Conditions under which every question is answered."""
    voices: tuple[str, ...] = ()
    """Cultures that have a voice of their own under `multi_agent`; all of them, if empty."""
    rounds: PositiveInt = 1
    """Rounds of voices; from the second on, each has read the answers of the others."""
    max_references: PositiveInt = 8
    """Most references that an extractor lists for an answer."""
    rubric: dict[str, str] = prompts.RUBRIC
    """Aspect of a question -> what reviewers are asked about it; empty: questions are not reviewed."""
    pattern: str = r"^\S"
    """Regular expression that an answer must match; the teacher decodes under it."""
    max_tokens: PositiveInt = 400
    """Tokens at which an answer is cut off."""
    baseline_prompt: str = prompts.BASELINE
    """System prompt of the condition `baseline`."""
    contextual_prompt: str = prompts.CONTEXTUAL
    """System prompt of the condition `contextual`."""
    voice_prompt: str = prompts.VOICE
    """System prompt of a voice, with `{culture}` where its culture goes."""
    synthesis_prompt: str = prompts.SYNTHESIS
    """System prompt of a synthesis."""
    extract_prompt: str = prompts.EXTRACT
    """System prompt of an extractor."""
    extract_examples: tuple[tuple[str, tuple[tuple[str, Sentiment, str], ...]], ...] = prompts.EXTRACT_EXAMPLES  # type: ignore[assignment]
    """Answers, each with culture, sentiment and sentence of its references."""
    review_prompt: str = prompts.REVIEW
    """System prompt of a reviewer."""

    @model_validator(mode="after")
    def _cultures_are_clear(self) -> Self:
        if unknown := [voice for voice in self.voices if voice not in self.cultures]:
            raise ValueError(f"voices: {unknown[0]!r} is none of the cultures: {', '.join(self.cultures)}")
        names = [name.casefold() for culture, aliases in self.cultures.items() for name in (culture, *aliases)]
        if repeated := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"cultures: {repeated[0]!r} stands for two of them, or twice for one")
        if "{culture}" not in self.voice_prompt:
            raise ValueError("voice_prompt: `{culture}` is missing")
        return self

    def once(self) -> Sequence[Row]:
        """The cultures, what is judged of questions, and whether answers mention each culture."""
        questions = [
            Aspect(item_table="questions", aspect=aspect, labels=REVIEWED, rules=["mean"]) for aspect in self.rubric
        ]
        mentions = [
            Aspect(item_table="answers", aspect=MENTIONS + culture, labels=YES_NO, rules=["mean"])
            for culture in self.cultures
        ]
        cultures = [Culture(culture=name, aliases=list(aliases)) for name, aliases in self.cultures.items()]
        return [*cultures, *questions, *mentions]

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """A question and its review, the answers under each condition, and the references in each answer."""
        # The culture of a seed may go by any of its names; one that is not on the list is left out.
        names = {name.casefold(): culture for culture, aliases in self.cultures.items() for name in (culture, *aliases)}
        question = Question(
            question_id=seed.id,
            text=seed.text,
            domain=seed.fields.get("domain"),
            culture=names.get(str(seed.fields.get("culture")).casefold()),
            language=seed.fields.get("language"),
            source=seed.origin,
        )
        answered = await ask.all(
            [*(self._answers(question, condition, ask) for condition in self.conditions), self._review(question, ask)]
        )
        answers = [row for rows in answered for row in rows if isinstance(row, WorldviewAnswer)]
        finished = [answer for answer in answers if answer.agent_role != "voice"]
        found = await ask.all(self._references(answer, ask) for answer in finished)
        return [question, *(row for rows in (*answered, *found) for row in rows)]

    def seed(self, main: Row) -> Seed:
        """The seed of a question."""
        assert isinstance(main, Question)
        fields = {"domain": main.domain, "culture": main.culture, "language": main.language}
        return Seed(main.question_id, main.text, main.source, fields)

    async def _answers(self, question: Question, condition: Condition, ask: Ask) -> list[Row]:
        if condition == "multi_agent":
            return await self._synthesised(question, ask)
        system = self.baseline_prompt if condition == "baseline" else self.contextual_prompt
        prompt = self._prompt(system, f"Question: {question.text}")
        written = await self._written(question, prompt, ask)
        return [_answer(question, condition, each) for each in written]

    async def _synthesised(self, question: Question, ask: Ask) -> list[Row]:
        """The voices of each writer, round by round, and a synthesis of the last round."""
        last: list[WorldviewAnswer] = []
        rows: list[Row] = []
        for round_ in range(1, self.rounds + 1):
            spoken = await ask.all(
                self._voices(question, culture, round_, last, ask) for culture in self.voices or self.cultures
            )
            last = [voice for voices in spoken for voice in voices]
            rows += last

        def prompt(writer: Annotator) -> Prompt:
            return self._prompt(self.synthesis_prompt, f"Question: {question.text}\n{_quoted(last, writer)}")

        written = await self._written(question, prompt, ask) if last else []
        merged = [
            _answer(question, "multi_agent", each, agent_role="synthesis", round=self.rounds, basis=basis)
            for each in written
            if (basis := _basis(last, each.annotator))
        ]
        return [*rows, *merged]

    async def _voices(
        self, question: Question, culture: str, round_: int, before: list[WorldviewAnswer], ask: Ask
    ) -> list[WorldviewAnswer]:
        def prompt(writer: Annotator) -> Prompt:
            read = f"\n{_quoted(before, writer)}" if before else ""
            return self._prompt(self.voice_prompt.replace("{culture}", culture), f"Question: {question.text}{read}")

        return [
            _answer(
                question,
                "multi_agent",
                each,
                agent_role="voice",
                culture=culture,
                round=round_,
                basis=_basis(before, each.annotator),
            )
            for each in await self._written(question, prompt, ask)
        ]

    async def _references(self, answer: WorldviewAnswer, ask: Ask) -> list[Row]:
        """The references in an answer, and for every extractor which cultures it mentions."""
        tokens = 120 * self.max_references
        prompt = extraction_prompt(self.extract_prompt, self.extract_examples, self.cultures, answer.text, tokens)
        narrow = extraction_bounds(self.cultures, answer.text, self.max_references)
        item = ("answers", answer.answer_id)
        extracted = await ask.each(prompt, FoundReferences, "extract", item=item, into="references", narrow=narrow)
        return [
            row
            for each in extracted
            for row in (*reference_rows(answer, each, ask), *mention_rows(answer, each, self.cultures))
        ]

    async def _review(self, question: Question, ask: Ask) -> list[Row]:
        if not self.rubric:
            return []
        asked = "\n".join(f"{aspect}: {text}" for aspect, text in self.rubric.items())
        prompt = few_shot_prompt(self.review_prompt, (), f"Question: {question.text}\n{asked}", 20 * len(self.rubric))
        item = ("questions", question.question_id)
        reviews = await ask.each(prompt, self._review_type, "review", item=item, into="annotations")
        return [
            annotation(item, review, aspect, label=getattr(review.value, aspect), options=REVIEWED)
            for review in reviews
            for aspect in self.rubric
        ]

    @cached_property
    def _review_type(self) -> type[BaseModel]:
        judgements = dict.fromkeys(self.rubric, (Literal["yes", "no", "abstain"], ...))
        model: type[BaseModel] = create_model("Review", __base__=AnswerModel, **judgements)  # type: ignore[call-overload]
        return model

    def _prompt(self, system: str, question: str) -> Prompt:
        return few_shot_prompt(system, (), question, self.max_tokens)

    async def _written(
        self, question: Question, prompt: Prompt | Callable[[Annotator], Prompt], ask: Ask
    ) -> list[Answer[WrittenAnswer]]:
        bounds, item = Bounds({"text": self.pattern}), ("questions", question.question_id)
        return await write_each(ask, prompt, WrittenAnswer, "answer", item, "answers", bounds)


def _answer(
    question: Question, condition: Condition, written: Answer[WrittenAnswer], **agent: object
) -> WorldviewAnswer:
    parts = [question.question_id, written.annotator_id, condition]
    if agent.get("culture"):
        parts += [str(agent["culture"]), str(agent["round"])]
    return WorldviewAnswer(
        answer_id="/".join(parts),
        question_id=question.question_id,
        writer_id=written.annotator_id,
        condition=condition,
        text=written.value.text,
        digest=written.digest,
        **{"agent_role": "answer", **agent},
    )


def _quoted(voices: Sequence[WorldviewAnswer], writer: Annotator) -> str:
    return "\n".join(f"{voice.culture}: {voice.text}" for voice in _of(voices, writer))


def _basis(voices: Sequence[WorldviewAnswer], writer: Annotator) -> list[RowRef]:
    return [RowRef(table="answers", key=voice.answer_id) for voice in _of(voices, writer)]


def _of(voices: Sequence[WorldviewAnswer], writer: Annotator) -> list[WorldviewAnswer]:
    """The voices that one writer spoke."""
    return [voice for voice in voices if voice.writer_id == writer.annotator_id]
