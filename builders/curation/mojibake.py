"""UTF-8 that was read as Windows-1252 or Latin-1: â€™ for ’."""

from __future__ import annotations

from ...validators.checks.texts.mojibake import GARBLED
from ._text_repair import Mend


class Mojibake(Mend):
    """Reads garbled signs again as the UTF-8 that they are, where every one of them is; else the text stays."""

    def mended(self, value: str) -> str:
        """`ungarbled` is a function of every connection of ours, see `validators/tables/normalise.py`."""
        found = f"strlen({value}) > length({value}) AND regexp_matches({value}, '{GARBLED}')"
        return f"CASE WHEN {found} THEN ungarbled({value}) ELSE {value} END"
