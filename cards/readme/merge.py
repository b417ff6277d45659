"""Sections that people wrote into a published card survive when the card is generated again.

A section begins with a heading of level 1 or 2. In a generated card, the title and the sections whose heading is in our
template are ours, and everything else was written by people; in any other card, all of it was. What people wrote is
appended to the new card, unless the new card has a section with the same heading. Front matter keys that we never
write are retained too.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, NamedTuple

from markdown_it import MarkdownIt

from ...schemas.errors import PublishError, RecipeError
from ...schemas.run_layout import CARD
from ...schemas.yaml_text import dump_yaml, load_yaml
from .front_matter import FIELDS

FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\n(.*?\n|)---[ \t]*(?:\n|\Z)", re.DOTALL)
FORMER_HEADINGS = frozenset({"The books"})
"""Headings of earlier templates."""
UNTITLED = "From the earlier card"
"""Heading for text that had none; else it would become a part of the section above it."""
BLOCKS = MarkdownIt("commonmark").disable("inline")
"""Reads blocks only: where headings are."""


class Section(NamedTuple):
    """A heading with its text, heading line included; what precedes the first heading has an empty heading."""

    heading: str
    level: int
    text: str


def merge_cards(new: str, old: str, generated: bool) -> str:
    """The new card with what people wrote in the old one; `generated` means that pluriset wrote the old one."""
    front, body = _split_front_matter(new)
    old_front, old_body = split_card(old)
    retained_keys = {key: value for key, value in old_front.items() if key not in FIELDS}
    new_headings = {section.heading for section in split_sections(body)}
    retained = [s for s in _written_by_people(split_sections(old_body), generated) if s.heading not in new_headings]
    if not retained_keys and not retained:
        return new
    front += dump_yaml(retained_keys) if retained_keys else ""
    texts = [body.rstrip("\n"), *(section.text.strip("\n") for section in retained)]
    return f"---\n{front}---\n" + "\n\n".join(texts) + "\n"


def _written_by_people(sections: list[Section], generated: bool) -> list[Section]:
    preamble, *titled = sections
    if generated:
        title = titled[:1] if titled and titled[0].level == 1 else []
        return [section for section in titled[len(title) :] if section.heading not in _template_headings()]
    if preamble.text.strip():
        return [Section(UNTITLED, 2, f"## {UNTITLED}\n\n{preamble.text}"), *titled]
    return titled


def split_card(card: str, where: str = CARD) -> tuple[dict[str, Any], str]:
    """Front matter and body of a card. Raises `PublishError` if the front matter cannot be read."""
    text, body = _split_front_matter(card)
    try:
        return (load_yaml(text.encode(), where) if text.strip() else {}), body
    except RecipeError as error:
        hint = "fix it first, or what people wrote in it would be lost"
        what = f"the front matter of the card: {error.what}"
        raise PublishError(what, where=error.where, got=error.got, expected=error.expected, hint=hint) from None


def _split_front_matter(card: str) -> tuple[str, str]:
    """The text of the front matter, and the body."""
    card = re.sub(r"\r\n?", "\n", card)
    found = FRONT_MATTER.match(card)
    return (found[1], card[found.end() :]) if found else ("", card)


def split_sections(body: str) -> list[Section]:
    """The sections of a text; the first has no heading. Headings in lists, quotes and code do not count."""
    lines = body.split("\n")
    starts = [(0, "", 0)]
    tokens = BLOCKS.parse(body)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.tag in ("h1", "h2") and token.level == 0 and token.map:
            starts.append((token.map[0], inline.content, int(token.tag[1])))
    ends = [*(line for line, _, _ in starts[1:]), len(lines)]
    return [
        Section(heading, level, "\n".join(lines[start:end]))
        for (start, heading, level), end in zip(starts, ends, strict=True)
    ]


@cache
def _template_headings() -> frozenset[str]:
    template = (resources.files(__package__) / "card.md.j2").read_text(encoding="utf-8")
    return FORMER_HEADINGS | frozenset(re.findall(r"^##? (\w[^{\n]*?)\s*$", template, re.MULTILINE))
