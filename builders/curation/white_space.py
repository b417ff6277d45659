"""White space and signs that nobody sees, and that make equal texts differ."""

from __future__ import annotations

from ._text_repair import Mend

BLANKS = r"[\t \x{a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]+"
"""Blanks of every width; line ends are not meant."""
INVISIBLE = r"[\x{ad}\x{200b}\x{2060}\x{feff}]"
"""Soft hyphen, zero-width space, word joiner, byte order mark; joiners that a script needs are not meant."""


class WhiteSpace(Mend):
    """Makes every run of blanks one space, and takes away what is invisible or stands at either end."""

    def mended(self, value: str) -> str:
        """Line ends inside a text stay."""
        seen = f"regexp_replace({value}, '{INVISIBLE}', '', 'g')"
        return rf"regexp_replace(regexp_replace({seen}, '{BLANKS}', ' ', 'g'), '^\s+|\s+$', '', 'g')"
