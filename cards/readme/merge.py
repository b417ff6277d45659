"""Hand-written sections of a card that is there are kept when it is written again.

A section begins with a heading of level 1 or 2. Of a card that we wrote, ours are the title and the sections whose
heading our template has; of anybody else's, none. What is not ours, and has no heading that the new card has too, is
kept as it is, behind what is new. So is every key of the front matter that we never write.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from ...schemas.errors import PublishError, RecipeError
from ...schemas.yaml_text import dump_yaml, load_yaml
from .front_matter import FIELDS

FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(.*?\n|)---[ \t]*(?:\n|\Z)", re.DOTALL)
HEADING = re.compile(r" {0,3}#{1,2}[ \t]+(\S.*)")
UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
"""What makes a heading of a line of text above it."""
TEXT = re.compile(r" {0,3}(?![-+*] )[^\s#>|`~=<-]")
"""How a line begins that is text, and no other kind of block."""
FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")

EARLIER = "From the earlier card"
"""Heading for what had none."""


class Section(NamedTuple):
    """A heading with what stands under it; what stands before the first heading has none."""

    heading: str
    text: str


def merge_cards(new: str, old: str, ours: bool) -> str:
    """The new card with what is hand-written in the old one; `ours` says that we wrote the old one."""
    front, body = _split(new)
    old_front, old_body = split_card(old)
    keys = {key: value for key, value in old_front.items() if key not in FIELDS}
    kept = _hand_written(split_sections(old_body), {section.heading for section in split_sections(body)}, ours)
    if not keys and not kept:
        return new
    texts = [body.rstrip("\n"), *(section.text.strip("\n") for section in kept)]
    return f"---\n{front}{dump_yaml(keys) if keys else ''}---\n" + "\n\n".join(texts) + "\n"


def _hand_written(old: list[Section], new: set[str], ours: bool) -> list[Section]:
    """The sections that are kept. What had no heading gets one, else it would belong to the section above it."""
    first, *others = old
    if ours:
        title = others[0] if others and others[0].text.startswith("# ") else None
        return [section for section in others if section is not title and section.heading not in new | _headings()]
    if first.text.strip():
        others = [Section(EARLIER, f"## {EARLIER}\n\n{first.text}"), *others]
    return [section for section in others if section.heading not in new]


def split_card(card: str, where: str = "README.md") -> tuple[dict[str, Any], str]:
    """Front matter and body of a card. Raises `PublishError` if the front matter cannot be read."""
    text, body = _split(card)
    try:
        return (load_yaml(text.encode(), where) if text.strip() else {}), body
    except RecipeError as error:
        hint = "correct it first: what is hand-written in it would be lost"
        what = f"the front matter of the card: {error.what}"
        raise PublishError(what, where=error.where, got=error.got, expected=error.expected, hint=hint) from None


def _split(card: str) -> tuple[str, str]:
    """The text of the front matter, and what follows it."""
    card = card.replace("\r\n", "\n")
    found = FRONT.match(card)
    return (found[1], card[found.end() :]) if found else ("", card)


def split_sections(body: str) -> list[Section]:
    """A text in its sections; what looks like a heading inside a fence is none."""
    found, lines, fence, heading = list[Section](), list[str](), "", ""
    for line in body.split("\n"):
        mark = FENCE.match(line)
        if mark and (not fence or (mark[1].startswith(fence) and not line.strip(mark[1][0] + " "))):
            fence = "" if fence else mark[1]
        elif not fence and (title := HEADING.match(line)):
            found.append(Section(heading, "\n".join(lines)))
            heading, lines = _title(title[1]), []
        elif not fence and lines and TEXT.match(lines[-1]) and UNDERLINE.fullmatch(line):
            *above, said = lines
            found.append(Section(heading, "\n".join(above)))
            heading, lines = said.strip(), [said]
        lines.append(line)
    return [*found, Section(heading, "\n".join(lines))]


def _title(said: str) -> str:
    """The words of a heading, without the `#` that may close it."""
    words = said.rstrip()
    bare = words.rstrip("#")
    return bare.rstrip() if bare.endswith((" ", "\t")) else words


@cache
def _headings() -> frozenset[str]:
    """The headings of our template."""
    template = (resources.files(__package__) / "card.md.j2").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^##? (\w[^{\n]*?)\s*$", template, re.MULTILINE))
