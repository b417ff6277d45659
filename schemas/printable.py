"""The one place where control characters leave a text before a person or a parser sees it."""

from __future__ import annotations


def printable(text: str, replacement: str = " ", keep: str = "") -> str:
    """The text with every character that is not printable replaced, but those in `keep`.

    Control characters in a hostile text would drive a terminal, and no XML can hold them.
    """
    return "".join(c if c.isprintable() or c in keep else replacement for c in text)
