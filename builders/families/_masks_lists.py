"""The lists that masks and counterfactuals are made from, and the constitution that rows cite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...schemas.rows.masks import Antonym, IdentityTerm, Principle
from ...validators.tables.normalise import norm
from . import _masks_prompts as prompts


class Constitution(BaseModel):
    """Principles with ids, in one version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)] = "equal treatment"
    """Its name."""
    version: Annotated[str, Field(min_length=1)] = "1"
    """Its version; give another one to another wording."""
    source: Annotated[str, Field(min_length=1)] = "pluriset, in our words"
    """How it is cited."""
    principles: Annotated[dict[str, str], Field(min_length=1)] = prompts.PRINCIPLES
    """Principle id -> principle."""

    def rows(self) -> list[Principle]:
        """A row for every principle."""
        return [
            Principle(principle_id=name, constitution=self.name, version=self.version, text=text, source=self.source)
            for name, text in self.principles.items()
        ]


class Lexicon(BaseModel):
    """Words for identities."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(min_length=1)] = "pluriset"
    """How the lexicon is cited."""
    axes: dict[str, dict[str, dict[str, tuple[str, ...]]]] = prompts.IDENTITIES
    """Axis -> identity -> language -> words for it."""

    @model_validator(mode="after")
    def _each_term_once(self) -> Self:
        terms = [(each.language, norm(each.term)) for each in self.terms()]
        if repeated := {term for language, term in terms if terms.count((language, term)) > 1}:
            raise ValueError(f"{', '.join(sorted(repeated))} names several identities of one language")
        return self

    def terms(self) -> Iterator[IdentityTerm]:
        """A row for every word."""
        for axis, identities in self.axes.items():
            for identity, languages in identities.items():
                for language, words in languages.items():
                    for word in words:
                        yield IdentityTerm(
                            language=language, term=word, identity=identity, axis=axis, source=self.source
                        )


class AntonymList(BaseModel):
    """Words and their opposites."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(min_length=1)] = "pluriset"
    """How the list is cited."""
    pairs: tuple[tuple[str, str, str | None], ...] = prompts.ANTONYMS
    """Word, its opposite, and the part of speech of both."""

    def rows(self) -> list[Antonym]:
        """A row for every pair."""
        return [
            Antonym(word=word, opposite=other, part_of_speech=kind, source=self.source)
            for word, other, kind in self.pairs
        ]
