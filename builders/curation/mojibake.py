"""UTF-8 decoded with another encoding: â€™ for ’."""

from __future__ import annotations

from ...validators.tables.mojibake import fixed
from ._text_repair import TextRepair


class Mojibake(TextRepair):
    """Fixes text decoded with the wrong encoding; leaves quotes and ligatures as they are."""

    def repaired(self, value: str) -> str:
        """SQL that calls ftfy on suspicious texts only."""
        return fixed(value)
