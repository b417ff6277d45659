"""Texts that are not in the language they are said to be in, by lingua (https://github.com/pemistahl/lingua-py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BeforeValidator, Field, NonNegativeInt, model_validator
from typing_extensions import override

from ...validators.tables import Tables, name
from ..scan import Removal, key, pages, removals, table
from ..step import Outcome, Step

if TYPE_CHECKING:
    from lingua import LanguageDetector

INSTALL = "the step `language` needs lingua-language-detector: pip install 'pluriset[language]'"

Several = Annotated[tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]


class Language(Step):
    """Removes rows with a text that is in none of the declared languages.

    A text goes if the detector gives the declared languages together less than `least`. That is a low bar on purpose:
    lingua gives English at least 0.08 in every one of 1,240 English titles of 8 to 200 characters, and at most 0.03 in
    23 short texts of other languages.
    """

    keep: Annotated[Several, Field(min_length=1)]
    """The declared language or languages, as ISO 639-1 codes such as `en`."""
    among: Several = ()
    """Languages that may occur; default: all that lingua knows, which takes over 1 GB and ten times as long."""
    columns: Annotated[Several, Field(min_length=1)] = ("situations.text", "considerations.explanation")
    """Texts to look at, as `table.column`."""
    min_chars: NonNegativeInt = 20
    """Shorter texts stay: nobody can tell their language."""
    least: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Confidence in the declared languages, 0 to 1, below which a text goes."""
