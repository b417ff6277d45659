"""Nonsense with a hidden meaning: its kinds by rounds of discussion, and a right reading among wrong ones.

After Drivelology. Annotators who do not agree on the kinds see what the others say and decide again, and every round is
kept; questions are made of the readings that curation left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.distractors import (
    DETECTED,
    FITS,
    NONE_OF_THE_ABOVE,
    TABLES,
    Adjudication,
    Kind,
    Reading,
    Utterance,
    kind_aspect,
)
from ...schemas.rows.shared import ABSTAIN, Annotation, Annotator
from ...validators.tables.normalise import norm
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.declinable import Bounds, write, write_optional
from ..asking.few_shot import Example, few_shot_prompt
from ..asking.journal_reader import AskFailed
from ..sources import Seed
from . import Family, Role
from . import _distractors_prompts as prompts
from ._annotations import choose_label, drawn_order
from ._distractors_sql import GOLD, QUESTIONS, TAGGINGS
from ._prompted import WrittenText, matching, writing


class Detected(AnswerModel):
    """Whether a text is drivel."""

    drivel: Literal["yes", "no", "abstain"]


class Fitting(AnswerModel):
    """Whether a reading is what a text means."""

    fits: Literal["yes", "no", "abstain"]


class Tagged(AnswerModel):
    """The kinds of nonsense that a text is, and why."""

    kinds: list[str]
    reason: Annotated[str, Field(min_length=1, max_length=400)]


class WrongReadings(AnswerModel):
    """Wrong readings that differ from one another."""

    wrong: list[WrittenText]

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if len({norm(each.text) for each in self.wrong}) < len(self.wrong):
            raise ValueError("two wrong readings are the same")
        return self


class Distractors(Family):
    """Nonsense with a hidden meaning: kinds adjudicated in rounds, and a right reading among balanced distractors."""

    tables = TABLES
    roles = {
        "detect": Role("says whether a text is drivel", many=True),
        "tag": Role("names its kinds, and discusses them in rounds", many=True),
        "read": Role("writes the right reading"),
        "distract": Role("writes the wrong readings"),
        "translate": Role("translates the readings"),
        "verify": Role("says whether a reading is what the text means", many=True),
    }

    kinds: Annotated[dict[str, str], Field(min_length=2)] = prompts.KINDS
    """Kind -> what it is; an utterance has one or several."""
    max_rounds: PositiveInt = 3
    """Most rounds in which annotators name kinds; the discussion ends sooner where they agree."""
    distractors: Annotated[int, Field(ge=2, le=7)] = 4
    """Wrong readings of an utterance."""
    languages: tuple[str, ...] = ()
    """Languages into which readings are translated, beside `reading_language`."""
    reading_language: str = "en"
    """Language in which readings are written."""
    shuffle_seed: int = 0
    """What positions of answers are drawn with."""
    reading_pattern: str | None = None
    """Regular expression that readings must match; the teacher decodes under it."""
    detect_prompt: str = prompts.DETECT
    """System prompt of who detects."""
    tag_prompt: str = prompts.TAG
    """System prompt of who names kinds; the kinds are added to it."""
    discuss_prompt: str = prompts.DISCUSS
    """What is added in later rounds."""
    read_prompt: str = prompts.READ
    """System prompt of the writer of the right reading."""
    read_examples: tuple[Example, ...] = prompts.READ_EXAMPLES
    """Worked examples of right readings; small teachers tend to copy from them."""
    distract_prompt: str = prompts.DISTRACT
    """System prompt of the writer of wrong readings."""
    distract_examples: tuple[Example, ...] = prompts.DISTRACT_EXAMPLES
    """Worked examples of wrong readings, as many as `distractors`."""
    translate_prompt: str = prompts.TRANSLATE
    """System prompt of a translator."""
    verify_prompt: str = prompts.VERIFY
    """System prompt of who verifies readings."""

    @model_validator(mode="after")
    def _free_names(self) -> Self:
        if taken := {*self.kinds} & {ABSTAIN, DETECTED.aspect}:
            raise ValueError(f"kinds: {', '.join(sorted(taken))} is the name of something else")
        return self

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """The utterance and who takes it for drivel; its kinds and readings unless the source says that it is none."""
        utterance = Utterance(
            utterance_id=seed.id,
            text=seed.text,
            fingerprint=hashlib.sha256(seed.text.encode()).hexdigest(),
            language=seed.fields.get("language") or "en",
            is_drivel=seed.fields.get("is_drivel"),
            source=seed.origin,
        )
        parts = [self._detected(utterance, ask)]
        if utterance.is_drivel is not False:
            parts += [self._adjudicated(utterance, ask), self._readings(utterance, ask)]
        return [utterance, *(row for rows in await ask.all(parts) for row in rows)]

    def once(self) -> Sequence[Row]:
        """The closed list of kinds, and what is judged."""
        kinds = [Kind(kind=kind, description=text) for kind, text in self.kinds.items()]
        return (*kinds, DETECTED, FITS, *map(kind_aspect, self.kinds))

    def derived(self) -> Mapping[str, str]:
        """The kinds that annotators agree on, and the questions."""
        questions = QUESTIONS.format(seed=self.shuffle_seed, options=self.distractors + 1, none=NONE_OF_THE_ABOVE)
        return {"taggings": TAGGINGS, "reading_questions": questions}

    def gold_questions(self) -> Mapping[str, str]:
        """Which reading is right, in the easy and in the hard form."""
        return {form: GOLD.format(form=form) for form in ("easy", "hard")}

    def seed(self, main: Row) -> Seed:
        """The seed of an utterance."""
        assert isinstance(main, Utterance)
        fields = {"language": main.language, "is_drivel": main.is_drivel}
        return Seed(main.utterance_id, main.text, main.source, fields)

    async def _detected(self, utterance: Utterance, ask: Ask) -> list[Row]:
        def prompt(labels: str) -> Prompt:
            return few_shot_prompt(self.detect_prompt, (), f"Text: {utterance.text}\ndrivel: {labels}", 15)

        return [*await choose_label(ask, prompt, Detected, "detect", DETECTED, utterance.utterance_id)]

    async def _adjudicated(self, utterance: Utterance, ask: Ask) -> list[Row]:
        """The kinds of every annotator in every round; the last ones are also annotations."""
        log, last = list[Row](), dict[str, Answer[Tagged]]()
        for number in range(self.max_rounds):
            answers = await self._round(utterance, number, list(last.values()), ask)
            log += [self._adjudication(utterance, number, answer) for answer in answers]
            last |= {answer.annotator_id: answer for answer in answers}
            if not answers or len({self._kinds(answer) for answer in last.values() if self._kinds(answer)}) < 2:
                break
        return log + [row for answer in last.values() for row in self._labels(utterance, answer)]

    async def _round(
        self, utterance: Utterance, number: int, last: Sequence[Answer[Tagged]], ask: Ask
    ) -> list[Answer[Tagged]]:
        """What every annotator says; from the second round on, knowing the kinds and reasons of all."""
        listed = "\n".join(f"{kind}: {text}" for kind, text in self.kinds.items())
        system = f"{self.tag_prompt}\n{listed}" + (f"\n{self.discuss_prompt}" if number else "")
        labels = [*self.kinds, ABSTAIN]
        said = "".join(f"\n- {', '.join(self._kinds(each)) or ABSTAIN}: {each.value.reason}" for each in last)

        def prompt(annotator: Annotator) -> Prompt:
            shown = drawn_order(labels, utterance.utterance_id, annotator.annotator_id, str(number))
            question = f"Text: {utterance.text}{said}\nkinds: {' / '.join(shown)}"
            return few_shot_prompt(system, (), question, 160)

        item = ("utterances", utterance.utterance_id)
        return await ask.each(
            prompt,
            Tagged,
            "tag",
            item=item,
            into="adjudications",
            samples=[number],
            narrow={"kinds": {"enum": labels, "min_length": 1, "max_length": len(self.kinds)}},
        )

    def _kinds(self, answer: Answer[Tagged]) -> tuple[str, ...]:
        """The kinds of an answer in the order of the list, each once; none where the annotator abstains."""
        return () if ABSTAIN in answer.value.kinds else tuple(kind for kind in self.kinds if kind in answer.value.kinds)

    def _adjudication(self, utterance: Utterance, number: int, answer: Answer[Tagged]) -> Adjudication:
        return Adjudication(
            adjudication_id=f"{utterance.utterance_id}/{number}/{answer.annotator_id}",
            utterance_id=utterance.utterance_id,
            round=number,
            annotator_id=answer.annotator_id,
            kinds=list(self._kinds(answer)),
            reason=answer.value.reason,
            digest=answer.digest,
        )

    def _labels(self, utterance: Utterance, answer: Answer[Tagged]) -> Iterable[Annotation]:
        """Whether the utterance is of each kind, by the last round of an annotator."""
        chosen = self._kinds(answer)
        shown = drawn_order([*self.kinds, ABSTAIN], utterance.utterance_id, answer.annotator_id, str(answer.sample))
        for kind in self.kinds:
            yield Annotation(
                item_table="utterances",
                item_id=utterance.utterance_id,
                annotator_id=answer.annotator_id,
                aspect=kind,
                label=("yes" if kind in chosen else "no") if chosen else ABSTAIN,
                rationale=answer.value.reason,
                options=shown,
                digest=answer.digest,
            )

    async def _readings(self, utterance: Utterance, ask: Ask) -> list[Row]:
        """A right reading and wrong ones with their translations, each verified; nothing where one is missing."""
        try:
            readings = await self._written(utterance, ask)
        except AskFailed as failed:
            ask.missing(failed, "readings", ("utterances", utterance.utterance_id))
            return []
        translated = await ask.all(self._translated(each, code, ask) for each in readings for code in self.languages)
        verified = await ask.all(self._verified(utterance, each, ask) for each in readings)
        return [*readings, *filter(None, translated), *(row for rows in verified for row in rows)]

    async def _written(self, utterance: Utterance, ask: Ask) -> list[Reading]:
        asked = writing(self.read_prompt, self.read_examples, f"Text: {utterance.text}")
        right = await write(ask, asked, WrittenText, "read", matching(self.reading_pattern))
        question = f"Text: {utterance.text}\nRight reading: {right.value.text}"
        asked = writing(self.distract_prompt, self.distract_examples, question)
        patterns = matching(self.reading_pattern).patterns
        bounds = Bounds(patterns, lengths={"wrong": (self.distractors, self.distractors)})
        wrong = await write(ask, asked, WrongReadings, "distract", bounds)
        texts = [right.value.text, *(each.text for each in wrong.value.wrong)]
        if norm(texts[0]) in map(norm, texts[1:]):
            raise ask.failed("the right reading is among the wrong ones", texts[0], wrong)
        return [
            self._reading(utterance.utterance_id, number, self.reading_language, text, wrong if number else right)
            for number, text in enumerate(texts)
        ]

    def _reading(self, utterance_id: str, number: int, language: str, text: str, answer: Answer[Any]) -> Reading:
        return Reading(
            reading_id=f"{utterance_id}/{number}/{language}",
            utterance_id=utterance_id,
            number=number,
            language=language,
            is_right=number == 0,
            text=text,
            writer_id=answer.annotator_id,
            digest=answer.digest,
        )

    async def _translated(self, reading: Reading, language: str, ask: Ask) -> Reading | None:
        asked = writing(self.translate_prompt, (), f"Language: {language}\nSentence: {reading.text}")
        answer = await write_optional(
            ask, asked, WrittenText, "translate", ("readings", reading.reading_id), "readings"
        )
        if answer is None:
            return None
        return self._reading(reading.utterance_id, reading.number, language, answer.value.text, answer)

    async def _verified(self, utterance: Utterance, reading: Reading, ask: Ask) -> list[Annotation]:
        def prompt(labels: str) -> Prompt:
            question = f"Text: {utterance.text}\nReading: {reading.text}\nfits: {labels}"
            return few_shot_prompt(self.verify_prompt, (), question, 15)

        return await choose_label(ask, prompt, Fitting, "verify", FITS, reading.reading_id)
