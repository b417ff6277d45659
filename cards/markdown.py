"""Other people's words as Markdown that shows them and does nothing else."""

from __future__ import annotations

import re

from markupsafe import Markup

from ..schemas.yaml_text import dump_yaml

HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
ACTIVE = re.compile(r"([\\`*_\[\]|~$])")
"""Characters that mean something to Markdown anywhere in a line."""
OPENING = re.compile(r"^(\d*)([-+#=:]|[.)](?=\s|$))")
"""What means something at the beginning of a line only."""
URL = re.compile(r"(https?://[\w.~/?=%:#+@-]*[\w/])", re.ASCII)
"""A plain URL, which stays one: escapes would become a part of it."""
INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""Control characters, lone surrogates, and what turns the direction of a text around."""
LONGEST = 2000
"""Characters of a value that a card shows in a line."""


class Safe(Markup):
    """Markdown that is ours or was escaped: what makes one must see to that, and nothing escapes it again."""


def md(value: object) -> Markup:
    """A value in a line of Markdown, shown as it is; nothing for None."""
    if value is None or isinstance(value, Markup):
        return value or Safe("")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    text = _line(str(value))
    return Safe(OPENING.sub(r"\1\\\2", _escaped(text if len(text) <= LONGEST else text[:LONGEST] + "…")))


def number(value: float) -> Markup:
    """A number with separators and three decimals at most."""
    return Safe(f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip("."))


def code(value: object) -> Markup:
    """A name as a code span; where a span cannot hold it, as text."""
    text = _line(str(value))
    return md(text) if not text or set("`|") & set(text) else Safe(f"`{text}`")


def label(value: object) -> Markup:
    """A name in a line of HTML, as words."""
    return Safe.escape(_line(str(value)).replace("_", " "))


def prose(sentence: str) -> Markup:
    """A sentence in a line, with its code spans; the line must begin with something else or with a word."""
    parts = re.split(r"`([^`]*)`", _line(sentence))
    return Safe("").join(code(part) if i % 2 else Safe(_escaped(part)) for i, part in enumerate(parts))


def fenced(value: object, language: str = "") -> Markup:
    """A text in a block with a fence that nothing inside can close; a value that is no text, as YAML."""
    text = value if isinstance(value, str) else dump_yaml(value)
    text = "\n".join(visible(line) for line in re.split(r"\r\n|\r|\n", text)).rstrip("\n")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return Safe(f"{fence}{language}\n{text}\n{fence}")


def _line(text: str) -> str:
    return " ".join(visible(text).split())


def visible(text: str) -> str:
    """A text with what cannot be seen, or turns others around, replaced."""
    return INVISIBLE.sub("\ufffd", text)


def _escaped(text: str) -> str:
    return "".join(f"<{part}>" if i % 2 else _inert(part) for i, part in enumerate(URL.split(text)))


def _inert(text: str) -> str:
    return ACTIVE.sub(r"\\\1", "".join(HTML.get(c, c) for c in text))
