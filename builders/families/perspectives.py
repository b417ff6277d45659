"""Characters of eleven kinds on a dilemma, judged blind, after CLASH.

The source is any dataset of dilemmas. Action and rationales are taken from the fields `action`, `acceptable` and
`unacceptable` of a seed where the source has them, else they are asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.perspectives import (
    ASPECTS,
    CHARACTER_TYPES,
    TABLES,
    Case,
    CharacterType,
    Current,
    Discomfort,
    Perspective,
    Previous,
    Rationale,
    StyleRule,
    Verdict,
)
from ...schemas.rows.shared import ABSTAIN, Annotation, Annotator, RowRef
from ...validators.tables.normalise import norm
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.declinable import Bounds, declinable_prompt, write, write_optional
from ..asking.few_shot import few_shot_prompt
from ..sources import Seed
from . import Family, Role
from . import _perspectives_prompts as prompts
from ._annotations import annotation, drawn_order

Phrase = Annotated[str, Field(min_length=1, max_length=200)]
CURRENT = ASPECTS[0]


class WrittenAction(AnswerModel):
    """An action that begins with a verb in -ing."""

    action: Phrase


class WrittenRationales(AnswerModel):
    """A reason for each verdict."""

    acceptable: Phrase
    unacceptable: Phrase


class WrittenCharacter(AnswerModel):
    """A description of a character."""

    character: Annotated[str, Field(min_length=1, max_length=1500)]


class Judgement(AnswerModel):
    """What a character thinks of the action, as one annotator reads the character."""

    current: Current
    previous: Previous
    discomfort: Discomfort


class Perspectives(Family):
    """Characters of eleven kinds on a dilemma, judged by a blind panel."""

    tables = TABLES
    roles = {
        "write": Role("names action and rationales, and describes the characters"),
        "judge": Role("judges a character without its type", many=True),
        "tie_break": Role("judges a character on which the panel ties"),
    }

    types: tuple[str, ...] = tuple(each.type_id for each in CHARACTER_TYPES)
    """The types of character to write; those that are left out are declared as holes of the design."""
    first_person: bool = False
    """Whether every character also speaks in the first person, as a row of its own."""
    style: tuple[StyleRule, ...] = prompts.STYLE
    """Rules of style; texts that break one are listed by a check."""
    patterns: dict[str, str] = {"action": r"^\S+ing\b", "character": "^Character A is "}
    """Field of an answer (action, acceptable, unacceptable, character) -> regular expression that it must match; the
    teacher decodes under it."""
    action_prompt: str = prompts.ACTION
    """System prompt of the writer of the action."""
    rationales_prompt: str = prompts.RATIONALES
    """System prompt of the writer of the rationales."""
    character_prompt: str = prompts.CHARACTER
    """System prompt of the writer of a character."""
    first_person_prompt: str = prompts.FIRST_PERSON
    """System prompt of the writer of the first person."""
    judge_prompt: str = prompts.JUDGE
    """System prompt of a judge."""
    examples: tuple[dict[str, str], ...] = prompts.EXAMPLES
    """Worked examples with the answers of every stage; small teachers tend to copy from them."""
    relations: dict[str, str] = prompts.RELATIONS
    """Type -> how the character relates to `{acceptable}` and `{unacceptable}`, for the writer."""

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """The action and its rationales, a character of each type, and what the panel makes of each."""
        case = await self._case(seed, ask)
        rationales = await self._rationales(seed, case, ask)
        chosen = [each for each in CHARACTER_TYPES if each.type_id in self.types]
        parts = await ask.all(self._perspectives(case, rationales, each, ask) for each in chosen)
        return [case, *rationales, *(row for part in parts for row in part)]

    def once(self) -> Sequence[Row]:
        """The eleven types, those without perspectives marked; the rules of style; what is judged."""
        types = [each.model_copy(update={"included": each.type_id in self.types}) for each in CHARACTER_TYPES]
        return (*types, *self.style, *ASPECTS)

    def gold_questions(self) -> Mapping[str, str]:
        """What a character thinks of the action, as it follows from the type."""
        return {"current": GOLD}

    def seed(self, main: Row) -> Seed:
        """The dilemma of a case."""
        assert isinstance(main, Case)
        given = {} if main.digest else {"action": main.action}
        return Seed(main.case_id, main.text, main.source, {**given, "licence": main.licence})

    async def _case(self, seed: Seed, ask: Ask) -> Case:
        action, digest = seed.fields.get("action"), ""
        if not action:
            shown = [(f"Dilemma: {each['dilemma']}", {"action": each["action"]}) for each in self.examples]
            prompt = declinable_prompt(self.action_prompt, shown, f"Dilemma: {seed.text}", 60)
            written = await write(ask, prompt, WrittenAction, "write", Bounds(self.patterns))
            action, digest = written.value.action, written.digest
        licence = seed.fields.get("licence")
        return Case(
            case_id=seed.id, text=seed.text, action=str(action), licence=licence, source=seed.origin, digest=digest
        )

    async def _rationales(self, seed: Seed, case: Case, ask: Ask) -> list[Rationale]:
        given = {verdict: str(seed.fields.get(verdict) or "") for verdict in VERDICTS}
        digest = ""
        if not all(given.values()):
            shown = [
                (
                    f"Dilemma: {each['dilemma']}\nWhy: {each['action']}",
                    {"acceptable": each["acceptable"], "unacceptable": each["unacceptable"]},
                )
                for each in self.examples
            ]
            question = f"Dilemma: {case.text}\nWhy: {case.action}"
            prompt = declinable_prompt(self.rationales_prompt, shown, question, 120)
            written = await write(ask, prompt, WrittenRationales, "write", Bounds(self.patterns))
            given, digest = {verdict: getattr(written.value, verdict) for verdict in VERDICTS}, written.digest
            if norm(given["acceptable"]) == norm(given["unacceptable"]):
                raise ask.failed("the same reason for both verdicts", given["acceptable"], written)
        return [
            Rationale(
                rationale_id=f"{case.case_id}/{verdict}",
                case_id=case.case_id,
                verdict=verdict,
                text=given[verdict],
                digest=digest,
            )
            for verdict in VERDICTS
        ]

    async def _perspectives(
        self, case: Case, rationales: Sequence[Rationale], kind: CharacterType, ask: Ask
    ) -> list[Row]:
        """A character of one type, in the third and perhaps the first person, with its judgements."""
        shown = [(self._describing(each, each["type"]), {"character": each["character"]}) for each in self.examples]
        reasons: dict[str, str] = {each.verdict: each.text for each in rationales}
        question = self._describing({"dilemma": case.text, "action": case.action, **reasons}, kind.type_id)
        item = ("cases", case.case_id)
        prompt = declinable_prompt(self.character_prompt, shown, question, 300)
        bounds = Bounds(self.patterns)
        written = await write_optional(ask, prompt, WrittenCharacter, "write", item, "perspectives", bounds)
        if written is None:
            return []
        basis = [RowRef(table="rationales", key=each.rationale_id) for each in rationales]
        characters = [_perspective(case, kind, written, "third", basis)]
        if self.first_person:
            prompt = declinable_prompt(self.first_person_prompt, (), f"Rewrite: {characters[0].text}", 300)
            bounds = Bounds({**self.patterns, "character": "^I am "})
            spoken = await write_optional(ask, prompt, WrittenCharacter, "write", item, "perspectives", bounds)
            basis = [RowRef(table="perspectives", key=characters[0].perspective_id)]
            characters += [_perspective(case, kind, spoken, "first", basis)] if spoken else []
        judged = await ask.all(self._judged(case, each, ask) for each in characters)
        return [*characters, *(row for rows in judged for row in rows)]

    def _describing(self, case: Mapping[str, str], type_id: str) -> str:
        relation = self.relations[type_id].replace("{acceptable}", case["acceptable"])
        relation = relation.replace("{unacceptable}", case["unacceptable"])
        return f"Dilemma: {case['dilemma']}\nAction: {case['action']}\nDescribe: {relation}"

    async def _judged(self, case: Case, perspective: Perspective, ask: Ask) -> list[Annotation]:
        """The judgements of the panel, and one more where it ties on the current stance."""

        def prompt(annotator: Annotator) -> Prompt:
            labels = " / ".join(_labels_shown(perspective, annotator.annotator_id))
            question = f"Dilemma: {case.text}\n{perspective.text}\nAction: {case.action}\ncurrent: {labels}"
            return few_shot_prompt(self.judge_prompt, (), question, 60)

        item = ("perspectives", perspective.perspective_id)
        answers = await ask.each(prompt, Judgement, "judge", item=item, into="annotations")
        votes = Counter(answer.value.current for answer in answers if answer.value.current != ABSTAIN).most_common(2)
        if len(votes) == 2 and votes[0][1] == votes[1][1]:
            panel = {answer.annotator_id for answer in answers}
            deciding = await ask.each(prompt, Judgement, "tie_break", item=item, into="annotations")
            answers += [answer for answer in deciding if answer.annotator_id not in panel]
        return [
            annotation(
                item,
                answer,
                aspect.aspect,
                label=getattr(answer.value, aspect.aspect),
                options=_labels_shown(perspective, answer.annotator_id) if aspect is CURRENT else aspect.labels,
            )
            for answer in answers
            for aspect in ASPECTS
        ]


VERDICTS: tuple[Verdict, Verdict] = ("acceptable", "unacceptable")


def _perspective(
    case: Case, kind: CharacterType, written: Answer[WrittenCharacter], person: str, basis: list[RowRef]
) -> Perspective:
    return Perspective(
        perspective_id=f"{case.case_id}/{kind.type_id}/{person}",
        case_id=case.case_id,
        type_id=kind.type_id,
        person="first" if person == "first" else "third",
        text=written.value.character,
        current=kind.current,
        previous=kind.previous,
        discomfort=kind.discomfort,
        writer_id=written.annotator_id,
        basis=basis,
        digest=written.digest,
    )


def _labels_shown(perspective: Perspective, annotator_id: str) -> list[str]:
    return drawn_order(CURRENT.labels, perspective.perspective_id, annotator_id)


GOLD = """
SELECT 'perspectives' AS item_table, perspective_id AS item_id, ['yes', 'no', 'ambiguous'] AS choices,
    concat(c.text, chr(10), p.text, chr(10), 'Action: ', c.action, chr(10),
        'Does this character find the action acceptable now?') AS input, p."current" AS answer
FROM perspectives p JOIN cases c USING (case_id)
"""
