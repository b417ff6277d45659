"""Untrusted text as Markdown that shows it literally."""

from __future__ import annotations

import re

from markupsafe import Markup

from ..schemas.printable import printable
from ..schemas.yaml_text import dump_yaml

HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
ACTIVE = re.compile(r"([\\`*_\[\]|~$])")
"""Characters with a meaning in Markdown anywhere in a line."""
OPENING = re.compile(r"^(\d*)([-+#=:]|[.)](?=\s|$))")
"""Characters with a meaning only at the beginning of a line."""
URL = re.compile(r"(https?://[\w.~/?=%:#+@-]*[\w/])", re.ASCII)
"""A plain URL, which is left alone: escapes would become a part of it."""
MAX_CHARACTERS = 2000
"""Characters of a value in a card."""


class Safe(Markup):
    """Markdown that is trusted or escaped already, and is not escaped again."""


def md(value: object) -> Markup:
    """A value in one line of Markdown, shown literally; empty for None."""
    if value is None or isinstance(value, Markup):
        return value or Safe("")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    text = _line(str(value))
    return Safe(OPENING.sub(r"\1\\\2", _escaped(text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS] + "…")))


def number(value: float) -> Markup:
    """A number with separators and at most three decimals."""
    return Safe(f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip("."))


def code(value: object) -> Markup:
    """A name as a code span, or as text where a code span cannot hold it."""
    text = _line(str(value))
    return md(text) if not text or set("`|") & set(text) else Safe(f"`{text}`")


def label(value: object) -> Markup:
    """A name as words, in one line of HTML."""
    return Safe.escape(_line(str(value)).replace("_", " "))


def prose(sentence: str) -> Markup:
    """A sentence with its code spans, in one line that begins with a word."""
    parts = re.split(r"`([^`]*)`", _line(sentence))
    return Safe("").join(code(part) if i % 2 else Safe(_escaped(part)) for i, part in enumerate(parts))


def fenced(value: object, language: str = "") -> Markup:
    """A text in a fenced block that nothing inside can close; any other value as YAML."""
    text = value if isinstance(value, str) else dump_yaml(value)
    text = "\n".join(visible(line) for line in re.split(r"\r\n|\r|\n", text)).rstrip("\n")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return Safe(f"{fence}{language}\n{text}\n{fence}")


def _line(text: str) -> str:
    return " ".join(visible(text).split())


def visible(text: str) -> str:
    """A text with control characters and direction marks replaced by a visible character."""
    return printable(text, "\N{REPLACEMENT CHARACTER}", keep="\t\n\v\f\r")


def _escaped(text: str) -> str:
    return "".join(
        f"<{part}>" if i % 2 else ACTIVE.sub(r"\\\1", "".join(HTML.get(c, c) for c in part))
        for i, part in enumerate(URL.split(text))
    )
