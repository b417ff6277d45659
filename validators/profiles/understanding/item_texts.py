"""The text and the id of the items that a table is about."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..column_facts import is_nested, plain_name
from ..structure import is_relation
from . import TEXT_NAMES, Understanding

ITEM_WORD = re.compile(r"situation|scenario|prompt|question|statement|text|context|dilemma|comment|story|post|content")
"""A word in the name of the text of an item."""

NEARLY_UNIQUE = 0.95
"""Share of the rows that have a value of their own in a column of ids."""


def find_item_texts(known: Understanding, mapped: Mapping[str, str]) -> None:
    """The text of an item is a text: a column of codes with such a name is none, and a text with another name is."""
    facts, column = known.facts, known.column("text")
    free = [
        c for c in facts
        if facts[c].kind in ("text", "dialogue") and not is_nested(facts[c].type)
        and known.roles.get(c) in (None, "prompt", "group_id")
    ]  # fmt: skip
    is_pair = any(known.column(role) for role in ("chosen", "first"))
    is_code = column and facts[column].kind not in ("text", "dialogue") and facts[column].words < 2
    if column and column not in mapped and is_code and (free or is_pair):
        known.roles.pop(column)
        column = None
    if column and column not in mapped and known.column("annotator_id"):
        # The item is what several people answered; what each of them wrote is no item.
        others = free + [c for c in facts if c not in known.roles and plain_name(c) in TEXT_NAMES]
        best = max([column, *others], key=lambda c: (is_relation(facts[c]), facts[c].filled, c == column))
        if best != column:
            known.roles.pop(column)
            known.give(best, "text", "a text that recurs, once for each annotator", 0.8)
    elif not column and not is_pair and not known.column("options") and free:
        named = [c for c in free if known.roles.get(c) == "prompt"]
        best = max(named or free, key=lambda c: (bool(ITEM_WORD.search(plain_name(c))), facts[c].words))
        known.give(best, "text", f"a text of {facts[best].words:.0f} words on average", 0.6)
    if known.column("text") and not known.column("item_id") and not known.column("annotator_id"):
        # An id in which a few values are wrong is still the id.
        ids = [
            c for c in known.of_kind("code")
            if re.search(r"(^|_)(id|key|uid)$", plain_name(c)) and facts[c].distinct >= NEARLY_UNIQUE * facts[c].rows
        ]  # fmt: skip
        if ids:
            known.give(ids[0], "item_id", "nearly all of its values are unique", 0.7)
    for role in ("group_id", "parent_id"):
        unique = known.column(role)
        if unique and unique not in mapped and facts[unique].is_key and not known.column("item_id"):
            known.give(unique, "item_id", "its values are unique", 0.7)
