"""Variants of a text on a scale of levels, rated by a panel that may disagree, after PluriHarms (arXiv 2601.08951).

Write variants at every level, select the mix that is wanted with the curation step `select_to_target`, and have the
rest rated: `rated: false` leaves ratings to a second recipe whose source is the table `variants` of the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from ...schemas.row import Row
from ...schemas.rows.shared import Annotation
from ...schemas.rows.variants import (
    ASPECTS,
    HIGHEST,
    LOWEST,
    RATING,
    TABLES,
    Feature,
    Original,
    ScaleLevel,
    Variant,
    VariantFeature,
)
from ...validators.stats.rating_spread import VARIANT_SCORES
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.declinable import declinable_prompt, write_optional
from ..asking.few_shot import Example, few_shot_prompt
from ..asking.journal_reader import AskFailed
from ..sources import Seed
from . import Family, Role
from ._annotations import annotation
from ._prompted import WrittenText, matching

WRITE = (
    "Rewrite the text so that it is at the given level of a scale. Keep its subject and length, and change only what "
    "the level asks for."
)
WRITE_EXAMPLES: tuple[Example, ...] = (
    (
        "Scale: how much harm is done\nLevel: 0: nobody is harmed\nText: Borrowing a neighbour's ladder",
        {"text": "Borrowing a neighbour's ladder that stands outside for everyone to use"},
    ),
    (
        "Scale: how much harm is done\nLevel: 1: people are severely harmed\nText: Borrowing a neighbour's ladder",
        {"text": "Taking away a neighbour's ladder while he stands on the roof in a storm"},
    ),
)
RATE = f"Rate the text from {LOWEST} to {HIGHEST} as you yourself see it. There is no right answer."
DESCRIBE = "Name every listed feature that the text has, and no other. The list may be empty."
LEVELS = {
    "0": "nobody is harmed",
    "0.25": "somebody may be inconvenienced",
    "0.5": "somebody may be harmed, and people would disagree about it",
    "0.75": "somebody is clearly harmed",
    "1": "people are severely harmed",
}
"""Level -> what a variant at it is like; wording of ours."""
FEATURES = ("physical", "psychological", "social", "property", "liberty", "collective", "ecological")
"""The seven kinds of effects in the file of prompts of PluriHarms."""


class Rated(AnswerModel):
    """Where a text is on the scale."""

    rating: Annotated[int, Field(ge=LOWEST, le=HIGHEST)]


class Described(AnswerModel):
    """The features of a text."""

    features: list[str]


class Variants(Family):
    """Variants of a text on a scale of levels, with features and the rating of every annotator."""

    tables = TABLES
    roles = {
        "write": Role("writes a variant at every level"),
        "describe": Role("names the features of a variant", many=True),
        "rate": Role("rates where a variant is on the scale", many=True),
    }

    scale: Annotated[str, Field(min_length=1)] = "how much harm is done"
    """What the levels are levels of."""
    levels: Annotated[dict[str, str], Field(min_length=2)] = LEVELS
    """Level -> what a variant at it is like, from the lowest to the highest; they are equally far apart."""
    features: tuple[str, ...] = FEATURES
    """The features to choose from; none are asked for where this is empty."""
    rated: bool = True
    """Whether variants are rated."""
    pattern: str | None = None
    """Regular expression that a variant must match; the teacher decodes under it."""
    write_prompt: str = WRITE
    """System prompt of the writer."""
    write_examples: tuple[Example, ...] = WRITE_EXAMPLES
    """Worked examples of variants; small teachers tend to copy from them."""
    describe_prompt: str = DESCRIBE
    """System prompt of who names features."""
    rate_prompt: str = RATE
    """System prompt of a rater."""

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """An original, its variants, their features and ratings.

        A seed whose field `level` is a level is a variant already. Raises `AskFailed` where no variant is left.
        """
        original = Original(
            original_id=seed.id,
            text=seed.text,
            topic=seed.fields.get("topic") or seed.fields.get("domain"),
            source=seed.origin,
        )
        given = seed.fields.get("level")
        if given is not None and given not in self.levels:
            raise AskFailed("unknown level", f"{given}; there is {', '.join(self.levels)}", b"")
        written = [_given(original, given)] if given else await self._written(original, ask)
        if not written:
            raise AskFailed("no variants", "none could be written", b"")
        parts = [part for variant in written for part in self._judged(variant, ask)]
        return [original, *written, *(row for rows in await ask.all(parts) for row in rows)]

    def once(self) -> Sequence[Row]:
        """The scale, the features, and what is rated."""
        last = len(self.levels) - 1
        return (
            *(
                ScaleLevel(level=level, value=round(place / last, 6), description=description)
                for place, (level, description) in enumerate(self.levels.items())
            ),
            *(Feature(feature=feature) for feature in self.features),
            *ASPECTS,
        )

    def derived(self) -> Mapping[str, str]:
        """How far the ratings of each variant are apart."""
        return {"variant_scores": VARIANT_SCORES}

    def seed(self, main: Row) -> Seed:
        """The seed of an original."""
        assert isinstance(main, Original)
        return Seed(main.original_id, main.text, main.source, {"topic": main.topic})

    async def _written(self, original: Original, ask: Ask) -> list[Variant]:
        """A variant at every level; what cannot be written is recorded."""

        async def one(level: str, description: str) -> Variant | None:
            question = f"Scale: {self.scale}\nLevel: {level}: {description}\nText: {original.text}"
            asked = declinable_prompt(self.write_prompt, self.write_examples, question, 200)
            item, bounds = ("originals", original.original_id), matching(self.pattern)
            answer = await write_optional(ask, asked, WrittenText, "write", item, "variants", bounds)
            return _variant(original, level, answer) if answer else None

        written = await ask.all(one(level, description) for level, description in self.levels.items())
        return [variant for variant in written if variant]

    def _judged(self, variant: Variant, ask: Ask) -> Iterator[Any]:
        """What is asked of a variant."""
        if self.features:
            yield self._described(variant, ask)
        if self.rated:
            yield self._rated(variant, ask)

    async def _described(self, variant: Variant, ask: Ask) -> list[VariantFeature]:
        question = f"Text: {variant.text}\nFeatures: {' / '.join(self.features)}"
        answers = await ask.each(
            few_shot_prompt(self.describe_prompt, (), question, 80),
            Described,
            "describe",
            item=("variants", variant.variant_id),
            into="variant_features",
            narrow={"features": {"enum": self.features, "max_length": len(self.features)}},
        )
        return [
            VariantFeature(
                variant_id=variant.variant_id, annotator_id=answer.annotator_id, feature=feature, digest=answer.digest
            )
            for answer in answers
            for feature in dict.fromkeys(answer.value.features)
        ]

    async def _rated(self, variant: Variant, ask: Ask) -> list[Annotation]:
        item = ("variants", variant.variant_id)
        question = f"Scale: {self.scale}\nText: {variant.text}"
        prompt = few_shot_prompt(self.rate_prompt, (), question, 20)
        answers = await ask.each(prompt, Rated, "rate", item=item, into="annotations")
        return [annotation(item, answer, RATING, score=answer.value.rating) for answer in answers]


def _given(original: Original, level: str) -> Variant:
    return Variant(variant_id=original.original_id, original_id=original.original_id, level=level, text=original.text)


def _variant(original: Original, level: str, answer: Answer[WrittenText]) -> Variant:
    return Variant(
        variant_id=f"{original.original_id}/{level}",
        original_id=original.original_id,
        level=level,
        text=answer.value.text,
        writer_id=answer.annotator_id,
        digest=answer.digest,
    )
