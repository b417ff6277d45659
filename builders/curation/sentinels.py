"""Words that stand for a missing value."""

from __future__ import annotations

from ...validators.checks.texts.sentinels import Sentinels as Check
from ...validators.tables.sql import quote_literal
from ._text_repair import Mend


class Sentinels(Mend):
    """Makes a cell null that holds nothing but a word for a missing value; a row that needs the cell goes."""

    words: tuple[str, ...] = Check().words
    """The words, in the case in which they are written."""

    def mended(self, value: str) -> str:
        """Null, or the text as it is."""
        return f"CASE WHEN trim({value}) NOT IN ({', '.join(map(quote_literal, self.words))}) THEN {value} END"
