"""What can be built: one family a file.

A family is one async function from a seed to rows, and what it declares about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self

from pydantic import PositiveInt, ValidationError, WithJsonSchema, model_validator

from ...schemas import aliases
from ...schemas.component import Component
from ...schemas.row import Row, key_of
from ...schemas.rows.shared import Aspect
from ..asking.ask import Ask
from ..sources import Seed


def language_of(seed: Seed) -> str | None:
    """The language that a seed declares in its field `language`."""
    declared = seed.fields.get("language")
    return declared if isinstance(declared, str) else None


def _keys(family: Family) -> list[tuple[str, str]]:
    """Type and key of the rows that a dataset has once."""
    return [(type(row).__name__, key_of(row)) for row in family.once()]


MAPPING_OR_FILE = {"type": "object", "additionalProperties": {"type": ["object", "string"]}}
"""JSON Schema of `prompts` in a recipe; files are read with it."""


@dataclass(frozen=True)
class Role:
    """What a teacher or panel is asked for."""

    doc: str
    """What it does, for `pluriset list families`."""
    many: bool = False
    """Whether a panel of several annotators may have it."""


class Family(Component):
    """Asks teachers about one seed and returns its rows. Deterministic between asks."""

    tables: ClassVar[Mapping[str, type[Row]]]
    """Table -> row type, the main table first: one row of it for each seed."""
    roles: ClassVar[Mapping[str, Role]]
    """Role -> what it is asked for."""
    max_remembered: ClassVar[int] = 1000
    """Texts of earlier rounds that are remembered, of more a uniform sample."""

    language: str | None = None
    """Language of the seeds that have none in their field `language`, as a code such as `es`."""
    prompts: Annotated[dict[str, dict[str, Any]], WithJsonSchema(MAPPING_OR_FILE)] = {}
    """Language -> options of the family for seeds in it: prompts, worked examples, patterns. A language is a mapping or
    a YAML file. The defaults are English; seeds in a language that is not here get them."""
    wording: dict[str, str] = {}
    """Label that begins a line of a prompt -> its word in another language, such as {Situation: Situación}."""
    answer_tokens: dict[str, PositiveInt] = {}
    """Role -> tokens at which its answers are cut off, in place of the limits of the family; for languages whose script
    takes more tokens than English."""

    @model_validator(mode="after")
    def _languages_fit(self) -> Self:
        if unknown := self.answer_tokens.keys() - self.roles.keys():
            raise ValueError(f"answer_tokens: no role {min(unknown)!r}; there is {', '.join(self.roles)}")
        for language in self.prompts:
            other = self.in_language(language)
            if other.tables_for_options() != self.tables_for_options() or _keys(other) != _keys(self):
                raise ValueError(
                    f"prompts.{language}: changes tables, aspects or vocabularies, which hold for all seeds"
                )
        return self

    def in_language(self, language: str | None) -> Self:
        """The family as it asks about seeds in a language; `es-MX` is looked for as `es` too.

        Raises `ValueError` for options of the language that are none of the family, or do not fit it.
        """
        code = language or self.language
        if not code or not self.prompts:
            return self
        code = code if code in self.prompts else code.partition("-")[0].lower()
        return self._languages[code] if code in self.prompts else self

    @cached_property
    def _languages(self) -> dict[str, Self]:
        return {code: self._with(code, options) for code, options in self.prompts.items()}

    def _with(self, code: str, options: Mapping[str, Any]) -> Self:
        own = {name: getattr(self, name) for name in self.model_fields_set} | {"prompts": {}}
        try:
            return self.model_validate(own | aliases.options("families", self.component_name(), dict(options)))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, ("prompts", code, *first["loc"])))
            raise ValueError(f"{where}: {first['msg']}") from None

    async def rows(self, seed: Seed, ask: Ask) -> list[Row]:
        """The rows of one seed, asked for in its language. Raises `AskFailed` as `build` does."""
        own = self.in_language(language_of(seed))
        ask.wording, ask.answer_tokens = own.wording, own.answer_tokens
        return await own.build(seed, ask)

    def tables_for_options(self) -> Mapping[str, type[Row]]:
        """The tables that a build with these options has: `tables`, and what an option adds."""
        return self.tables

    def once(self) -> Sequence[Row]:
        """Rows that the dataset has once, whatever the seeds: its aspects, and closed vocabularies to point to."""
        return ()

    def derived(self) -> Mapping[str, str]:
        """Table -> SELECT of its rows over the tables that curation left, such as pairs from ratings; no API calls.

        Tables are derived in this order, and a later one may select from an earlier one. Rows should be ordered.
        """
        return {}

    def gold_questions(self) -> Mapping[str, str]:
        """Benchmark -> SELECT of questions whose answer the rows have, whoever judged them; no API calls.

        Its columns are `item_table`, `item_id`, `input`, `choices`, a list, and `answer`, which is one of them.
        """
        return {}

    def round(self) -> int | None:
        """Seeds of a round, where prompts depend on the rows of earlier rounds; None where they do not."""
        return None

    def texts_to_avoid(self, rows: Sequence[Row]) -> Iterable[str]:
        """What prompts of later rounds may show of the rows of one seed."""
        raise NotImplementedError

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """The rows of one seed. Raises `AskFailed` if there can be none, which rejects the seed."""
        raise NotImplementedError

    def seed(self, main: Row) -> Seed:
        """The seed of a row of the main table, so that it can be built again."""
        raise NotImplementedError

    def aspects(self) -> list[Aspect]:
        """What is judged: the aspects among the rows that the dataset has once."""
        return [row for row in self.once() if isinstance(row, Aspect)]
