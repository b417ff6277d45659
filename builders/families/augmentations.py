"""Responses made better or worse in one attribute, and ties under an irrelevant question, after Crome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from ...schemas.row import Row
from ...schemas.rows.augmentations import LEVEL, SCORE, TABLES, Attribute, Direction, Edit, Scored
from ...schemas.rows.preferences import Prompt, Response
from ...schemas.rows.shared import ABSTAIN, Annotation
from ...validators.tables.normalise import norm
from ..asking.answer_model import AnswerModel
from ..asking.ask import Ask
from ..asking.declinable import Bounds, declinable_prompt, write, write_optional
from ..asking.few_shot import few_shot_prompt
from ..sources import Seed
from . import Family, Role
from . import _augmentations_prompts as prompts
from ._annotations import annotation
from ._augmentations_sql import DRIFTS, PAIRS
from ._prompted import (
    WrittenText,
    matching,
    prompt_values,
    response,
    seed_of,
    writing,
)  # fmt: skip

DIRECTIONS: tuple[Direction, ...] = ("up", "down")


class WrittenAttribute(AnswerModel):
    """A line of a rubric."""

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S")]
    meaning: Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]


class WrittenRubric(AnswerModel):
    """What makes a response to a prompt good."""

    attributes: list[WrittenAttribute]


class Level(AnswerModel):
    """The level of a response in an attribute."""

    level: Literal[1, 2, 3, 4, 5, "abstain"]


class Augmentations(Family):
    """Responses rewritten along one attribute at a time, checked for drift in the others."""

    tables = TABLES
    roles = {
        "write": Role("names attributes and writes responses"),
        "edit": Role("rewrites a response along one attribute"),
        "score": Role("scores a response in each attribute", many=True),
    }

    attributes: PositiveInt = 3
    """Attributes of a prompt."""
    edited: PositiveInt = 2
    """Attributes along which the response is rewritten, the first ones."""
    directions: Annotated[tuple[Direction, ...], Field(min_length=1)] = DIRECTIONS
    """Whether to make it better, worse, or both."""
    min_move: PositiveFloat = 1.0
    """Least change of the mean level of the edited attribute, in its direction."""
    max_drift: NonNegativeFloat = 1.0
    """Largest change of the mean level of another attribute."""
    max_similarity: Annotated[float, Field(gt=0, le=1)] = 0.3
    """Most words that an irrelevant question has in common with its own prompt (Jaccard)."""
    neutrals: bool = True
    """Whether each accepted edit also makes a tie under an irrelevant question: another prompt of its split."""
    draw: NonNegativeInt = 0
    """Draws the irrelevant questions; another number draws others."""
    name_pattern: str | None = None
    """Regular expression of the name of an attribute, under which small teachers decode."""
    text_pattern: str | None = None
    """Regular expression of a meaning, a response and an edit."""
    rubric_prompt: str = prompts.RUBRIC
    """System prompt for the attributes."""
    rubric_examples: tuple[tuple[str, dict[str, Any]], ...] = prompts.RUBRIC_EXAMPLES
    """Prompts, each with attributes."""
    respond_prompt: str = prompts.RESPOND
    """System prompt of a response."""
    respond_examples: tuple[tuple[str, str], ...] = prompts.RESPOND_EXAMPLES
    """Prompts, each with a response."""
    edit_prompt: str = prompts.EDIT
    """System prompt of an edit; `{direction}` is better or worse."""
    edit_examples: dict[Direction, tuple[str, str]] = prompts.EDIT_EXAMPLES  # type: ignore[assignment]
    """Direction -> what an editor is shown, and the edit."""
    score_prompt: str = prompts.SCORE
    """System prompt of a score."""
    score_examples: tuple[tuple[str, int], ...] = prompts.SCORE_EXAMPLES
    """What an annotator is shown, and the level."""

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """The attributes, a response, its edits along some of them, and the levels of all in all attributes."""
        prompt = Prompt(**prompt_values(seed))
        attributes = await self._attributes(prompt, ask)
        parent = await self._parent(prompt, ask)
        wanted = [(attribute, way) for attribute in attributes[: self.edited] for way in self.directions]
        edited = await ask.all(
            self._edit(prompt, parent, attribute, way, place, ask) for place, (attribute, way) in enumerate(wanted, 1)
        )
        made = [pair for pair in edited if pair]
        texts = [parent, *(child for child, _ in made)]
        scored = [_scored(text, attribute) for text in texts for attribute in attributes]
        levels = await ask.all(
            self._levels(prompt.text, text, attribute, ask) for text in texts for attribute in attributes
        )
        edits = [edit for _, edit in made]
        return [prompt, *attributes, *texts, *edits, *scored, *(level for each in levels for level in each)]

    def once(self) -> Sequence[Row]:
        """What is scored."""
        return (SCORE,)

    def derived(self) -> Mapping[str, str]:
        """How far each edit drifts, and the pairs of those that are accepted."""
        return {
            "drifts": DRIFTS.format(min_move=self.min_move, max_drift=self.max_drift),
            "pairs": PAIRS.format(
                neutrals=str(self.neutrals).lower(), draw=self.draw, max_similarity=self.max_similarity
            ),
        }

    def seed(self, main: Row) -> Seed:
        """The seed of a prompt."""
        assert isinstance(main, Prompt)
        return seed_of(main)

    async def _attributes(self, prompt: Prompt, ask: Ask) -> list[Attribute]:
        patterns = {"name": self.name_pattern, "meaning": self.text_pattern}
        bounds = Bounds(
            patterns={name: pattern for name, pattern in patterns.items() if pattern},
            lengths={"attributes": (1, self.attributes)},
        )
        shown = [(f"Prompt: {text}\nattributes:", answer) for text, answer in self.rubric_examples]
        question = f"Prompt: {prompt.text}\nattributes:"
        asked = declinable_prompt(self.rubric_prompt, shown, question, 100 * self.attributes)
        listed = await write(ask, asked, WrittenRubric, "write", bounds)
        by_name = {norm(attribute.name): attribute for attribute in reversed(listed.value.attributes)}
        return [
            Attribute(
                attribute_id=f"{prompt.prompt_id}/{number}",
                prompt_id=prompt.prompt_id,
                name=attribute.name,
                meaning=attribute.meaning,
                writer_id=listed.annotator_id,
                digest=listed.digest,
            )
            for number, attribute in enumerate(listed.value.attributes)
            if by_name[norm(attribute.name)] is attribute
        ]

    async def _parent(self, prompt: Prompt, ask: Ask) -> Response:
        shown = [(text, {"text": answer}) for text, answer in self.respond_examples]
        asked = writing(self.respond_prompt, shown, prompt.text)
        answer = await write(ask, asked, WrittenText, "write", matching(self.text_pattern))
        return response(prompt.prompt_id, 0, answer.value.text, answer)

    async def _edit(
        self, prompt: Prompt, parent: Response, attribute: Attribute, way: Direction, place: int, ask: Ask
    ) -> tuple[Response, Edit] | None:
        """The rewritten response, unless the editor declines or changes nothing."""
        text, answer = self.edit_examples[way]
        system, wanted = self.edit_prompt.replace("{direction}", prompts.WORDS[way]), f"{prompts.WORDS[way]} response:"
        shown = _shown(prompt.text, parent.text, attribute)
        asked = writing(system, [(f"{text}\n{wanted}", {"text": answer})], f"{shown}\n{wanted}")
        item = ("attributes", attribute.attribute_id)
        written = await write_optional(ask, asked, WrittenText, "edit", item, "edits", matching(self.text_pattern))
        if written is None:
            return None
        child = response(prompt.prompt_id, place, written.value.text, written)
        edit = Edit(
            edit_id=f"{attribute.attribute_id}/{way}",
            prompt_id=prompt.prompt_id,
            parent_id=parent.response_id,
            child_id=child.response_id,
            attribute_id=attribute.attribute_id,
            direction=way,
        )
        if norm(child.text) == norm(parent.text):
            ask.reject("row", "edits", edit.edit_id, "nothing was changed", child.text, digest=child.digest)
            return None
        return child, edit

    async def _levels(self, prompt: str, text: Response, attribute: Attribute, ask: Ask) -> list[Annotation]:
        shown = [(f"{example}\nlevel:", {"level": level}) for example, level in self.score_examples]
        asked = few_shot_prompt(self.score_prompt, shown, f"{_shown(prompt, text.text, attribute)}\nlevel:", 20)
        item = ("scored", _scored(text, attribute).scored_id)
        answers = await ask.each(asked, Level, "score", item=item, into="annotations")
        return [
            annotation(item, answer, LEVEL, **({"label": level} if level == ABSTAIN else {"score": level}))
            for answer in answers
            for level in [answer.value.level]
        ]


def _scored(text: Response, attribute: Attribute) -> Scored:
    return Scored(
        scored_id=f"{text.response_id}:{attribute.attribute_id}",
        response_id=text.response_id,
        attribute_id=attribute.attribute_id,
    )


def _shown(prompt: str, text: str, attribute: Attribute) -> str:
    return f"Prompt: {prompt}\nResponse: {text}\nAttribute: {attribute.name}: {attribute.meaning}"
