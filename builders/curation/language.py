"""Texts that are not in their declared language, detected by lingua (github.com/pemistahl/lingua-py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Self

from duckdb import DuckDBPyRelation
from pydantic import AfterValidator, BeforeValidator, Field, NonNegativeInt, model_validator

from ...validators.tables.sql import Tables, quote_identifier
from . import Outcome, Step
from ._pages import Removal, key, pages, removals, told_by_one_column

if TYPE_CHECKING:
    from lingua import ConfidenceValue, LanguageDetector

INSTALL = "this step needs the package lingua-language-detector; install it with: pip install 'pluriset[language]'"


def _several(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


def _removable(place: str) -> str:
    told_by_one_column(place.partition(".")[0])
    return place


Codes = Annotated[tuple[str, ...], BeforeValidator(_several)]
Place = Annotated[str, Field(pattern=r"^\w+\.\w+$"), AfterValidator(_removable)]


class Language(Step):
    """Removes rows with a text that is in none of the declared languages.

    A text goes if lingua gives the declared languages together less than `least`. The default is low on purpose: of
    1,240 English titles from 8 to 200 characters none got less than 0.08, of 23 short texts in other languages none
    more than 0.04.
    """

    keep: Annotated[Codes, Field(min_length=1)]
    """The declared language or languages, as ISO 639-1 codes such as `en`."""
    among: Codes = ()
    """Languages that may occur; default: all that lingua knows, which takes over 1 GB and is ten times as slow."""
    columns: Annotated[tuple[Place, ...], Field(min_length=1)] = ("situations.text", "considerations.explanation")
    """Texts to look at, as `table.column`."""
    min_chars: NonNegativeInt = 20
    """Shorter texts stay: their language cannot be detected."""
    least: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Confidence in the declared languages, 0 to 1, below which a text goes."""

    @model_validator(mode="after")
    def _can_be_told(self) -> Self:
        known = _known()
        if strange := [code for code in (*self.keep, *self.among) if code not in known]:
            raise ValueError(f"{strange[0]!r} is not one of the ISO 639-1 codes that lingua knows: {', '.join(known)}")
        if self.among and len({*self.keep, *self.among}) < 2:
            raise ValueError("`among` needs a language besides those of `keep`")
        return self

    def needs(self, main: str) -> Mapping[str, Sequence[str]]:
        """What `columns` names."""
        wanted: dict[str, list[str]] = {}
        for place in self.columns:
            wanted.setdefault(place.partition(".")[0], []).append(place.partition(".")[2])
        return wanted

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """Every table that `columns` names, once."""
        wanted = self.needs(next(iter(tables)))
        return Outcome(removed={at: removals(tables[at], self._removed(tables[at], wanted[at])) for at in wanted})

    def _removed(self, rows: DuckDBPyRelation, columns: Sequence[str]) -> Iterator[Removal]:
        detector = _detector(frozenset((*self.keep, *self.among)) if self.among else None)
        looked_at = rows.select(
            ", ".join(f"{column}::VARCHAR" for column in (key(rows), *map(quote_identifier, columns))) + ", _seq"
        )
        for page in pages(looked_at, "_seq"):
            texts = [
                (own, column, text)
                for own, *cells, _ in page
                for column, text in zip(columns, cells, strict=True)
                if text is not None and len(text) >= self.min_chars
            ]
            confidences = detector.compute_language_confidence_values_in_parallel([text for *_, text in texts])
            gone: dict[str, Removal] = {}
            for (own, column, _), values in zip(texts, confidences, strict=True):
                if foreign := self._foreign(values):
                    gone.setdefault(own, Removal(own, "not in the declared language", f"{column}: {foreign}"))
            yield from gone.values()

    def _foreign(self, values: Sequence[ConfidenceValue]) -> str | None:
        """What a text is in, if not in a declared language; rounded, as last digits differ between runs."""
        sure = {_code(value.language): round(value.value, 4) for value in values}
        if sum(sure[code] for code in self.keep) >= self.least:
            return None
        code = min(sure, key=lambda code: (-sure[code], code))
        return f"{code} {sure[code]:.2f}" if sure[code] else "no language"


def _code(language: Any) -> str:
    return str(language.iso_code_639_1.name.lower())


@lru_cache
def _known() -> list[str]:
    try:
        from lingua import Language as Lingua
    except ImportError:
        raise ValueError(INSTALL) from None
    return sorted(map(_code, Lingua.all()))


@lru_cache(maxsize=1)
def _detector(codes: frozenset[str] | None) -> LanguageDetector:
    """Slow to make and large, so made once. None: all languages."""
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    if codes is None:
        return LanguageDetectorBuilder.from_all_languages().build()
    return LanguageDetectorBuilder.from_iso_codes_639_1(*map(IsoCode639_1.from_str, sorted(codes))).build()
