"""Family `judgements`: texts of any dataset, and what annotators say of them under aspects that a recipe declares."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ..row import Key, Row
from ..views import View
from .shared import SHARED


class JudgedText(Row):
    """A text that annotators judge."""

    text_id: Annotated[str, Key(), Field(min_length=1)]
    """Id from the source, or a digest of the text."""
    text: Annotated[str, Field(min_length=1, max_length=100_000, pattern=r"\S")]
    """The text as its source has it."""
    language: str | None = None
    """ISO 639 code of the language."""
    source: Annotated[str, Field(min_length=1)]
    """Where it comes from: name of the source, and place in it."""


TABLES: dict[str, type[Row]] = {"texts": JudgedText, **SHARED}
"""Table name -> row type, the main table first."""

READ_AS = (View("items", "SELECT text_id AS item_id, text, split FROM theirs.texts"),)
PLOTS = {"label_shares": "stacked_bar"}
"""Measures that are drawn."""
