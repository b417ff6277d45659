"""The one place where control characters leave a text before a person or a parser sees it."""

from __future__ import annotations

import re

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
"""Control characters, line separators, characters that change the direction of text, and those that no XML can hold."""


def printable(text: str, replacement: str = " ", keep: str = "") -> str:
    """The text with every control character replaced, but those in `keep`: in a hostile text they drive a terminal."""
    return CONTROL.sub(lambda found: found[0] if found[0] in keep else replacement, text)
