"""UTF-8 that was read as Latin-1 or Windows-1252: â€™ for ’, Ã© for é."""

from __future__ import annotations

from ...tables.cells import around
from .._text_check import TextCheck

GARBLED = r"[ÃÂ][\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\x{80}-\x{bf}˜™œžš¢¦“”]|ï»¿|ðŸ[\x{80}-\x{bf}˜™š’‘“”]"
"""The first byte of a sequence as a letter, then a second byte as Latin-1 or Windows-1252 has it."""


class Mojibake(TextCheck):
    """No text is UTF-8 that was read in another encoding."""

    severity = "warning"
    repair = "mojibake"
    mends = True
    passes = {"*": [{"_row": 1, "text": "São Tomé, Ângela, “naïve” château"}, {"_row": 2, "text": "Â"}]}
    fails = {"*": [{"_row": 1, "text": "itâ€™s"}, {"_row": 2, "text": "cafÃ©"}, {"_row": 3, "text": "ðŸ˜€"}]}

    def wrong(self, value: str) -> str:
        """True of a text that has it."""
        return f"strlen({value}) > length({value}) AND regexp_matches({value}, '{GARBLED}')"

    def problem(self, value: str) -> str:
        """The words around it."""
        return around(value, GARBLED)
