"""UTF-8 decoded with another encoding: â€™ for ’, Ã© for é."""

from __future__ import annotations

from ...tables.cells import excerpt
from ...tables.mojibake import SUSPICIOUS, is_mojibake
from .._text_check import TextCheck


class Mojibake(TextCheck):
    """No text is UTF-8 decoded with the wrong encoding."""

    severity = "warning"
    portable = False
    problem = "contain|contains mojibake: UTF-8 decoded with the wrong encoding"
    repair = "mojibake"
    auto_repairable = True
    passes = {"*": [{"_row": 1, "text": "São Tomé, Ângela, “naïve” château"}, {"_row": 2, "text": "Â"}]}
    fails = {
        "*": [
            {"_row": row, "text": text}
            for row, text in enumerate(("itâ€™s", "cafÃ©", "voilÃ ", "ðŸ˜€", "cafÃƒÂ©", "Ð¿Ñ€Ð¸Ð²ÐµÑ‚"), start=1)
        ]
    }

    def matches(self, value: str) -> str:
        """True for a text that ftfy would fix."""
        return is_mojibake(value)

    def describe(self, value: str) -> str:
        """The text around the first suspicious characters."""
        return excerpt(value, SUSPICIOUS)
