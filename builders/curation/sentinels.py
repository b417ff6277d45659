"""Words that stand for a missing value."""

from __future__ import annotations

from ...validators.checks.texts.sentinels import Sentinels as Check
from ...validators.tables.sql import quote_literal
from ._text_repair import TextRepair


class Sentinels(TextRepair):
    """Turns cells that hold only a word for a missing value into nulls; removes rows that need the cell."""

    words: tuple[str, ...] = Check().words
    """The words, in the case in which they are written."""

    def repaired(self, value: str) -> str:
        """Null, or the text as it is."""
        return f"CASE WHEN trim({value}) NOT IN ({', '.join(map(quote_literal, self.words))}) THEN {value} END"
