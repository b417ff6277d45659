"""White space and invisible characters that make equal texts differ."""

from __future__ import annotations

from ._text_repair import TextRepair

BLANKS = r"[\t \x{a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]+"
"""Blanks of every width; line ends are not meant."""
INVISIBLE = r"[\x{ad}\x{200b}\x{2060}\x{feff}]"
"""Soft hyphen, zero-width space, word joiner, byte order mark; joiners that a script needs are not meant."""


class WhiteSpace(TextRepair):
    """Collapses runs of blanks, strips both ends and removes invisible characters."""

    def repaired(self, value: str) -> str:
        """Line ends inside a text stay."""
        seen = f"regexp_replace({value}, '{INVISIBLE}', '', 'g')"
        return rf"regexp_replace(regexp_replace({seen}, '{BLANKS}', ' ', 'g'), '^\s+|\s+$', '', 'g')"
