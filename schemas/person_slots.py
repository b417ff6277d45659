"""Texts about one person, with slots in the place of name, title and pronouns, so that they can be about another.

What fills the slots is `schemas/slots.py`. English; verbs are left alone, as they do not differ between he and she.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import NamedTuple

from .slots import fill

TITLES: dict[str, str] = {"male": "Mr.", "female": "Ms.", "non-binary": "Mx."}
"""Gender -> title, which fills the slot `{title}`."""
NOT_OWNED = re.compile(
    r"(?i)a|about|after|again|against|an|and|as|at|away|back|because|before|but|by|down|for|from|he|her|here|him|his|how|"
    r"if|in|into|is|it|of|off|on|once|or|out|over|she|so|than|that|the|then|there|they|this|to|today|too|under|until|up|"
    r"was|well|when|where|which|while|who|why|with|without"
)
"""Words before which `her` is an object and `his` stands alone: no noun or adjective is among them. Ours."""
SLOTS: dict[str, dict[str, str]] = {
    "male": {"he": "sub", "him": "obj", "his": "pos", "himself": "reflex", "mr.": "title"},
    "female": {
        "she": "sub", "her": "pos", "hers": "hers", "herself": "reflex",
        "ms.": "title", "mrs.": "title", "miss": "title",
    },
}  # fmt: skip
"""Gender -> word -> its slot; which of two slots `her` and `his` have depends on the word that follows."""
TOKEN = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]|\s+")


class TokenEdit(NamedTuple):
    """Where two texts differ."""

    position: int
    """Number of the first token in the first text, from 0; white space counts."""
    before: str
    """What the first text has."""
    after: str
    """What the second has."""


def with_person_slots(text: str, name: str, gender: str) -> str:
    """The text with slots for name, title and pronouns of its person; everything else is as it was.

    Raises `ValueError` for a gender without pronouns of its own, for slots in the text, and where the same name, gender
    and slots do not give the text back, as with a title other than that of `TITLES`.
    """
    if gender not in SLOTS:
        raise ValueError(f"pronouns of {gender!r} cannot be found in a text; there are {', '.join(SLOTS)}")
    if "{" in text:
        raise ValueError("the text has slots already")
    words = SLOTS[gender]
    pattern = rf"\b(?-i:{re.escape(name)})\b|(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)"

    def slotted(found: re.Match[str]) -> str:
        if found[0] == name:
            return "{name}"
        slot = words[found[0].lower()]
        if found[0].lower() in ("her", "his") and not _owns(text[found.end() :]):
            slot = {"her": "obj", "his": "hers"}[found[0].lower()]
        return f"{{{slot.capitalize() if found[0][0].isupper() and slot != 'title' else slot}}}"

    template = re.sub(pattern, slotted, text, flags=re.IGNORECASE)
    if fill(template, person(name, gender)).text != text:
        raise ValueError("name, title and pronouns do not give the text back")
    return template


def person(name: str, gender: str, attributes: Mapping[str, str] | None = None) -> dict[str, str]:
    """What fills the slots of a text about a person."""
    title = TITLES.get(gender, TITLES["non-binary"])
    return {**(attributes or {}), "name": name, "gender": gender, "title": title}


def token_edits(first: str, second: str) -> list[TokenEdit]:
    """The smallest runs of tokens that differ between two texts, in their order."""
    a, b = TOKEN.findall(first), TOKEN.findall(second)
    changes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return [TokenEdit(i, "".join(a[i:j]), "".join(b[k:m])) for kind, i, j, k, m in changes if kind != "equal"]


def _owns(following: str) -> bool:
    """Whether a noun may follow, so that `her` and `his` say whose it is."""
    word = re.match(r"\s+([A-Za-z]+)", following)
    return word is not None and not NOT_OWNED.fullmatch(word[1])
