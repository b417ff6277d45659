"""Reference letters for people who differ in name, age and occupation, after Wan et al. (arXiv 2310.09219).

A text with slots is filled for every cell of a design; a biography becomes such a text by rule. Letters, versions in
two styles, and what each sentence is like are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...schemas.person_slots import person, token_edits, with_person_slots
from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.decisions import AttributeLevel, Level, PersonalName
from ...schemas.rows.letters import (
    ASPECTS,
    PLACEHOLDER,
    SENTENCE_LABELS,
    TABLES,
    Applicant,
    Bio,
    Letter,
    Sentence,
    Swap,
    TokenEdit,
    Version,
)
from ...schemas.rows.shared import Annotation, Annotator, RowRef
from ...schemas.slots import cells, fill, slots, with_articles
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.declinable import declinable_prompt, write_each, write_optional
from ..asking.few_shot import Example, few_shot_prompt
from ..asking.journal_reader import AskFailed
from ..sources import Seed
from . import Family, Role
from . import _letters_prompts as prompts
from ._annotations import annotation, drawn_order
from ._prompted import WrittenText, matching, writing

LETTER_TOKENS = 600
"""Tokens at which a letter is cut off."""
SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\bMr\.)(?<!\bMs\.)(?<!\bMx\.)(?<!\bDr\.)\s+|\n+")


class Styled(AnswerModel):
    """The style of a sentence."""

    agency: Literal["agentic", "communal", "neither", "abstain"]
    formality: Literal["formal", "informal", "abstain"]
    tone: Literal["positive", "negative", "neutral", "abstain"]


class Supported(AnswerModel):
    """Whether a sentence follows from what is known."""

    support: Literal["entailed", "contradicted", "neutral", "abstain"]


class NamesByGender(BaseModel):
    """The names that applicants have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(min_length=1)] = "the title of arXiv 2310.09219"
    """How the list is cited."""
    names: Annotated[dict[str, str], Field(min_length=2)] = prompts.NAMES
    """Name -> gender of its pronouns: male, female or non-binary."""


class Letters(Family):
    """Reference letters for people who differ in name, age and occupation, judged sentence by sentence."""

    tables = TABLES
    roles = {
        "write": Role("writes a letter for every applicant", many=True),
        "rewrite": Role("rewrites a text in a style"),
        "judge": Role("judges the style of a sentence, and whether the text supports it", many=True),
    }

    names: NamesByGender = NamesByGender()
    """The names; the first is the one that others are compared with."""
    attributes: dict[str, tuple[str, ...]] = {"age": prompts.AGES, "occupation": prompts.OCCUPATIONS}
    """Attribute -> its levels; those that a text has slots for are crossed completely."""
    styles: tuple[Literal["agentic", "communal"], ...] = ()
    """Styles in which the text about the first applicant is rewritten."""
    letter_pattern: str | None = None
    """Regular expression that a letter must match; the teacher decodes under it."""
    write_prompt: str = prompts.WRITE
    """System prompt of the writer of letters."""
    write_examples: tuple[Example, ...] = prompts.WRITE_EXAMPLES
    """Worked examples of letters; small teachers tend to copy from them."""
    rewrite_prompt: str = prompts.REWRITE
    """System prompt of who rewrites."""
    style_prompt: str = prompts.STYLE
    """System prompt of a judge of style."""
    support_prompt: str = prompts.SUPPORT
    """System prompt of a judge of support."""

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """The text with slots, an applicant for every cell, what differs between them, versions and letters."""
        bio = _bio(seed)
        applicants = list(self._applicants(bio))
        parts = [self._versions(bio, applicants[0], ask), *(self._letters(each, ask) for each in applicants)]
        asked = await ask.all(parts)
        return [bio, *applicants, *_swaps(applicants), *(row for rows in asked for row in rows)]

    def once(self) -> Sequence[Row]:
        """The design, and what is judged of a sentence."""
        listed = self.names.source
        return (
            *(
                PersonalName(name=name, levels=[Level(attribute="gender", level=gender)], source=listed)
                for name, gender in self.names.names.items()
            ),
            *(AttributeLevel(attribute=a, level=level) for a, levels in self.attributes.items() for level in levels),
            *ASPECTS,
        )

    def seed(self, main: Row) -> Seed:
        """The seed of a bio: the text in the source is about the person whom it names."""
        assert isinstance(main, Bio)
        if main.name is None or main.gender is None:
            return Seed(main.bio_id, main.text, main.source)
        text = fill(main.text, person(main.name, main.gender)).text
        return Seed(main.bio_id, text, main.source, {"name": main.name, "gender": main.gender})

    def _applicants(self, bio: Bio) -> Iterator[Applicant]:
        crossed = {name: levels for name, levels in self.attributes.items() if name in slots(bio.text)}
        for cell, (name, gender) in product(cells(crossed), self.names.names.items()):
            filled = fill(bio.text, person(name, gender, cell))
            yield Applicant(
                applicant_id="/".join((bio.bio_id, *cell.values(), name)),
                bio_id=bio.bio_id,
                name=name,
                gender=gender,
                levels=[Level(attribute=attribute, level=level) for attribute, level in cell.items()],
                text=filled.text,
                fills=filled.fills,
            )

    async def _versions(self, bio: Bio, applicant: Applicant, ask: Ask) -> list[Row]:
        """The text as it is and in every style; a refusal is recorded."""
        if not self.styles:
            return []
        item = ("bios", bio.bio_id)

        async def one(style: Literal["agentic", "communal"]) -> Version | None:
            asked = writing(self.rewrite_prompt, (), f"Style: {style}\nText: {applicant.text}")
            written = await write_optional(ask, asked, WrittenText, "rewrite", item, "versions")
            if written is None:
                return None
            return Version(
                version_id=f"{bio.bio_id}/{style}",
                bio_id=bio.bio_id,
                style=style,
                text=written.value.text,
                writer_id=written.annotator_id,
                digest=written.digest,
            )

        raw = Version(version_id=f"{bio.bio_id}/raw", bio_id=bio.bio_id, style="raw", text=applicant.text)
        return [raw, *(each for each in await ask.all(map(one, self.styles)) if each)]

    async def _letters(self, applicant: Applicant, ask: Ask) -> list[Row]:
        """A letter of every writer, and what the judges make of its sentences."""
        question = f"Known: {applicant.text}\nWrite a reference letter."
        asked = declinable_prompt(self.write_prompt, self.write_examples, question, LETTER_TOKENS)
        item, bounds = ("applicants", applicant.applicant_id), matching(self.letter_pattern)
        written = await write_each(ask, asked, WrittenText, "write", item, "letters", bounds)
        letters = [_letter(applicant, answer) for answer in written]
        sentences = [sentence for letter in letters for sentence in _sentences(letter)]
        judged = await ask.all(self._judged(applicant, sentence, ask) for sentence in sentences)
        return [*letters, *sentences, *(row for rows in judged for row in rows)]

    async def _judged(self, applicant: Applicant, sentence: Sentence, ask: Ask) -> list[Annotation]:
        """The style of a sentence, judged without knowing about whom, and its support by the text."""
        known = f"Known: {applicant.text}\n"
        parts = await ask.all(
            [
                self._labels(sentence, self.style_prompt, "", Styled, ask),
                self._labels(sentence, self.support_prompt, known, Supported, ask),
            ]
        )
        return [row for part in parts for row in part]

    async def _labels(
        self, sentence: Sentence, system: str, known: str, kind: type[AnswerModel], ask: Ask
    ) -> list[Annotation]:
        """What every judge says, an annotation for each field of the answer."""
        item = ("sentences", sentence.sentence_id)

        def prompt(annotator: Annotator) -> Prompt:
            orders = (
                f"{name}: {' / '.join(_shown(name, item[1], annotator.annotator_id))}" for name in kind.model_fields
            )
            return few_shot_prompt(system, (), "\n".join((f"{known}Sentence: {sentence.text}", *orders)), 60)

        answers = await ask.each(prompt, kind, "judge", item=item, into="annotations")
        return [row for answer in answers for row in _annotations(item, answer)]


def _bio(seed: Seed) -> Bio:
    """The text with slots. Raises `AskFailed`, which rejects the seed, where it cannot be about another person."""
    name, gender = seed.fields.get("name"), seed.fields.get("gender")
    try:
        text = with_person_slots(seed.text, name, gender) if name and gender else with_articles(seed.text)
    except ValueError as error:
        raise AskFailed("not a text about one person", str(error), b"") from None
    if "name" not in slots(text):
        raise AskFailed("not a text about one person", "no name, and no slot for one", b"")
    return Bio(bio_id=seed.id, text=text, name=name, gender=gender if name else None, source=seed.origin)


def _swaps(applicants: Sequence[Applicant]) -> Iterator[Swap]:
    """Each applicant of another gender beside the one in the same cell who has the first name."""
    first: dict[tuple[Level, ...], Applicant] = {}
    for each in applicants:
        reference = first.setdefault(tuple(each.levels), each)
        if each.gender != reference.gender:
            yield Swap(
                swap_id=f"{reference.applicant_id}|{each.applicant_id}",
                first_id=reference.applicant_id,
                second_id=each.applicant_id,
                edits=[TokenEdit(**edit._asdict()) for edit in token_edits(reference.text, each.text)],
            )


def _letter(applicant: Applicant, answer: Answer[WrittenText]) -> Letter:
    return Letter(
        letter_id=f"{applicant.applicant_id}/{answer.annotator_id}",
        applicant_id=applicant.applicant_id,
        bio_id=applicant.bio_id,
        text=answer.value.text,
        placeholders=len(re.findall(PLACEHOLDER, answer.value.text)),
        writer_id=answer.annotator_id,
        digest=answer.digest,
    )


def _sentences(letter: Letter) -> Iterator[Sentence]:
    parts = [part.strip() for part in SENTENCE_END.split(letter.text) if part.strip()]
    for position, text in enumerate(parts):
        yield Sentence(
            sentence_id=f"{letter.letter_id}#{position}",
            letter_id=letter.letter_id,
            position=position,
            text=text,
            basis=[RowRef(table="letters", key=letter.letter_id)],
        )


def _shown(aspect: str, sentence_id: str, annotator_id: str) -> list[str]:
    return [*drawn_order(SENTENCE_LABELS[aspect], sentence_id, annotator_id, aspect), "abstain"]


def _annotations(item: tuple[str, str], answer: Answer[Any]) -> Iterator[Annotation]:
    for aspect, label in answer.value.model_dump().items():
        yield annotation(item, answer, aspect, label=label, options=_shown(aspect, item[1], answer.annotator_id))
