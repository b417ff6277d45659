"""Templates with slots: filled with attributes, with pronouns, verbs and articles that agree, and undone again.

`{race}` is an attribute, `{sub}`, `{obj}`, `{pos}`, `{reflex}` and `{hers}` a pronoun, `{a}` an article, and any other
slot a verb in the third person singular, such as `{has}`. A slot that begins with a capital begins a sentence. A text
remembers what filled its slots, so that undoing them gives the template, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

SLOT = re.compile(r"\{(\w+)\}")
PRONOUNS: dict[str, dict[str, str]] = {
    "male": {"sub": "he", "obj": "him", "pos": "his", "reflex": "himself", "hers": "his"},
    "female": {"sub": "she", "obj": "her", "pos": "her", "reflex": "herself", "hers": "hers"},
    "non-binary": {"sub": "they", "obj": "them", "pos": "their", "reflex": "themself", "hers": "theirs"},
}
"""Gender -> its pronouns; a gender that is not here has those of `non-binary`."""
PLURAL = {"is": "are", "was": "were", "has": "have", "does": "do", "goes": "go", "isn't": "aren't"}
"""Verbs that are irregular after `they`."""
ARTICLES = ("a", "an")
SOUNDS_LIKE_YOU = re.compile(r"(?i)^(?:uni(?!n|m)|us[aeu]|eu|one\b|u\b)")
SILENT_H = re.compile(r"(?i)^(?:hour|honest|honou?r|heir)")
VOWEL_NUMBER = re.compile(r"^(?:8|11\b|18\b)")


class Filled(NamedTuple):
    """A text and what filled each slot of its template, in order."""

    text: str
    fills: list[str]


def slots(template: str) -> list[str]:
    """The slots of a template in order, each as often as it occurs."""
    return SLOT.findall(template)


def fill(template: str, attributes: Mapping[str, str]) -> Filled:
    """Fill every slot. Pronouns and verbs agree with the attribute `gender`, articles with the word that follows."""
    parts = SLOT.split(template)
    gender = attributes.get("gender", "non-binary")
    pronouns = PRONOUNS.get(gender, PRONOUNS["non-binary"])
    for at in range(1, len(parts), 2):
        slot = parts[at]
        if slot.lower() != "a":
            word = attributes.get(slot) or pronouns.get(slot.lower()) or _verb(slot.lower(), pronouns["sub"] == "they")
            parts[at] = word[:1].upper() + word[1:] if slot[0].isupper() else word
    for at in range(len(parts) - 2, 0, -2):  # from the end, as an article agrees with what is filled in after it
        if parts[at] in ("a", "A") and SLOT.findall(template)[at // 2].lower() == "a":
            word = article("".join(parts[at + 1 :]).lstrip())
            parts[at] = word.capitalize() if parts[at] == "A" else word
    return Filled("".join(parts), parts[1::2])


def undo(template: str, filled: Filled) -> str | None:
    """The template that a text comes from, by what filled its slots; null where the text is not made so."""
    literal, names = SLOT.split(template)[0::2], slots(template)
    if len(filled.fills) != len(names):
        return None
    made = "".join(part + word for part, word in zip(literal, [*filled.fills, ""], strict=True))
    return (
        "".join(part + slot for part, slot in zip(literal, [*(f"{{{name}}}" for name in names), ""], strict=True))
        if made == filled.text
        else None
    )


def with_articles(template: str) -> str:
    """The template with a slot for every article before a slot, and for every one that disagrees with its word.

    One of 65 published templates of discrim-eval begins with "A unemployed", and its texts with "An unemployed".
    """

    def slotted(found: re.Match[str]) -> str:
        written, following = found[1], found[2]
        agrees = following.isupper() or article(following) == written.lower()
        return found[0] if agrees and following != "{" else f"{{{written[0]}}} {following}"

    return re.sub(r"(?<!\{)\b([aA]n?) (\{|[A-Za-z-]+)", slotted, template)


def article(following: str) -> str:
    """The article before an English word or number, by spelling and a short list of exceptions."""
    if following[:1].isdigit():
        return ARTICLES[bool(VOWEL_NUMBER.match(following))]
    if SILENT_H.match(following):
        return "an"
    return ARTICLES[following[:1].lower() in "aeiou" and not SOUNDS_LIKE_YOU.match(following)]


def cells(levels: Mapping[str, Sequence[str]], holes: Sequence[Mapping[str, str]] = ()) -> list[dict[str, str]]:
    """All combinations of levels, without those that match a declared hole; the last attribute varies fastest."""
    every = (dict(zip(levels, values, strict=True)) for values in product(*levels.values()))
    return [cell for cell in every if not any(hole.items() <= cell.items() for hole in holes)]


def _verb(singular: str, plural: bool) -> str:
    if not plural:
        return singular
    if singular in PLURAL:
        return PLURAL[singular]
    if re.search(r"(?:s|x|z|ch|sh)es$", singular):
        return singular[:-2]
    return singular[:-3] + "y" if re.search(r"[^aeiou]ies$", singular) else singular.removesuffix("s")
