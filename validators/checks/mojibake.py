"""UTF-8 that was read as Latin-1 or Windows-1252: â€™ for ’, Ã© for é."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..cells import around, wrong_texts
from ..check import Check
from ..tables import Tables

GARBLED = r"[ÃÂ][\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\x{80}-\x{bf}˜™œžš¢¦“”]|ï»¿|ðŸ[\x{80}-\x{bf}˜™š’‘“”]"
"""The first byte of a sequence as a letter, then a second byte as Latin-1 or Windows-1252 has it."""


class Mojibake(Check):
    """No text is UTF-8 that was read in another encoding."""

    severity = "warning"
    table = "*"
    needs = {"*": []}
    repair = "mojibake"
    passes = {"*": [{"_row": 1, "text": "São Tomé, Ângela, “naïve” château"}, {"_row": 2, "text": "Â"}]}
    fails = {"*": [{"_row": 1, "text": "itâ€™s"}, {"_row": 2, "text": "cafÃ©"}, {"_row": 3, "text": "ðŸ˜€"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cells with it, and the words around it."""
        return wrong_texts(
            tables["*"],
            lambda v: f"strlen({v}) > length({v}) AND regexp_matches({v}, '{GARBLED}')",
            lambda v: around(v, GARBLED),
        )
