"""Texts that are not in their declared language, detected by lingua (github.com/pemistahl/lingua-py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Self

from duckdb import DuckDBPyRelation
from pydantic import AfterValidator, BeforeValidator, Field, NonNegativeInt, model_validator

from ...validators.tables.sql import Tables, query_tables, quote_identifier
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
    """Removes rows with a text in none of the declared languages.

    A text in another language than its seed is removed too. A text goes if lingua gives the declared languages together
    less than `least`. The default is low on purpose: of 1,240 English titles from 8 to 200 characters none got less
    than 0.08, of 23 short texts in other languages none more than 0.04.
    """

    keep: Codes = ()
    """The declared language or languages, as ISO 639-1 codes such as `en`; with `of_seed`, for seeds without one."""
    of_seed: Place | None = None
    """Column of the main table with the language of each seed, such as `situations.language`: each text must be in it.
    Rows of other tables belong to the seed whose key they have."""
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
        if not self.keep and not self.of_seed:
            raise ValueError("`keep` or `of_seed` has to declare the language")
        known = _known()
        if strange := [code for code in (*self.keep, *self.among) if code not in known]:
            raise ValueError(f"{strange[0]!r} is not one of the ISO 639-1 codes that lingua knows: {', '.join(known)}")
        if self.among and len({*self.keep, *self.among}) < 2:
            raise ValueError("`among` needs a language besides those of `keep`")
        return self

    def needs(self, main: str) -> Mapping[str, Sequence[str]]:
        """What `columns` and `of_seed` name."""
        return _by_table((*self.columns, *([self.of_seed] if self.of_seed else [])))

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """Every table that `columns` names, once."""
        wanted = _by_table(self.columns)
        return Outcome(removed={at: removals(tables[at], self._removed(tables, at, wanted[at])) for at in wanted})

    def _removed(self, tables: Tables, table: str, columns: Sequence[str]) -> Iterator[Removal]:
        detector = _detector(frozenset((*self.keep, *self.among)) if self.among else None)
        for page in pages(self._texts(tables, table, columns), "_seq"):
            texts = [
                (own, column, text, declared)
                for own, *cells, declared, _ in page
                for column, text in zip(columns, cells, strict=True)
                if text is not None and len(text) >= self.min_chars
            ]
            confidences = detector.compute_language_confidence_values_in_parallel([text for _, _, text, _ in texts])
            gone: dict[str, Removal] = {}
            for (own, column, _, declared), values in zip(texts, confidences, strict=True):
                if foreign := self._foreign(values, declared):
                    gone.setdefault(own, Removal(own, "not in the declared language", f"{column}: {foreign}"))
            yield from gone.values()

    def _texts(self, tables: Tables, table: str, columns: Sequence[str]) -> DuckDBPyRelation:
        """Key, texts, language of the seed and order of the rows of a table."""
        rows = tables[table]
        main, _, language = (self.of_seed or "").partition(".")
        cells = ", ".join(f"r.{column}::VARCHAR" for column in (key(rows), *map(quote_identifier, columns)))
        if not main or (own := key(tables[main])).strip('"') not in rows.columns:
            return query_tables(
                tables, [table], f"SELECT {cells}, NULL::VARCHAR, _seq FROM {quote_identifier(table)} r"
            )
        seeds = f"SELECT {own}, {quote_identifier(language)}::VARCHAR AS language FROM {quote_identifier(main)}"
        joined = f"{quote_identifier(table)} r LEFT JOIN ({seeds}) s ON s.{own} = r.{own}"
        return query_tables(tables, [*{table: 0, main: 0}], f"SELECT {cells}, s.language, r._seq FROM {joined}")

    def _foreign(self, values: Sequence[ConfidenceValue], declared: str | None) -> str | None:
        """What a text is in, if not in a declared language; rounded, as last digits differ between runs."""
        sure = {_code(value.language): round(value.value, 4) for value in values}
        code = (declared or "").partition("-")[0].lower()
        keep = (code,) if code in sure else self.keep
        if not keep or sum(sure[code] for code in keep) >= self.least:
            return None
        code = min(sure, key=lambda code: (-sure[code], code))
        return f"{code} {sure[code]:.2f}" if sure[code] else "no language"


def _by_table(places: Sequence[str]) -> dict[str, list[str]]:
    wanted: dict[str, list[str]] = {}
    for place in places:
        wanted.setdefault(place.partition(".")[0], []).append(place.partition(".")[2])
    return wanted


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
