"""The annotators of a table: a row for each person, or a row for each judgement; their attributes and judgements."""

from __future__ import annotations

import re

from duckdb import DuckDBPyRelation

from ..column_facts import plain_name
from ..structure import dependencies
from . import JUDGED_KINDS, SERIES, TEXT_NAMES, Understanding

DEMOGRAPHIC = re.compile(
    r"(^|_)(age|gender|sex|race|ethnicity|country|nationality|education|income|religion|political|politics|ideology"
    r"|orientation|occupation|language|region|city|state|generation|party|marital|alter|geschlecht|genero|edad|pays)(_|$)"
)
"""A word in the name of an attribute of people."""
SURVEY_META = re.compile(
    r"(^|_)(start|end|recorded)?_?(date|time|timestamp|duration|status|progress|finished|ip|ip_address|email|email_address"
    r"|location|latitude|longitude|channel|seed|trial|trials|factor|order|token|page|submitdate|lastpage|startlanguage)(_|$|\d)"
)
"""A word in the name of what a survey tool records beside the answers."""
JUDGEMENT_STEM = re.compile(r"(rating|score|answer|question|item|q|judge?ment|label|choice|stance|vote|response)")
"""Stem of a series of columns that hold a judgement of one item each."""
SHARED_BY = 0.5
"""Share of the annotators of which an attribute may change for it to be an attribute still, if its name says so."""


def find_people_by_questions(known: Understanding) -> None:
    """A row is a person and a column a question, as in exports of survey tools and wide matrices of ratings."""
    facts, person = known.facts, known.column("annotator_id")
    if person is None:
        person = next((c for c in facts if facts[c].kind == "contact" and facts[c].is_key), None)
    asked = [c for c in facts if "?" in c and len(c.split()) > 2]
    if (person is None and not asked) or (person and not facts[person].is_key) or known.column("label"):
        return
    if known.nested or any(
        facts[c].kind in ("text", "dialogue") and facts[c].is_key and facts[c].words > 12 for c in facts
    ):
        return
    candidates = [
        c for c in facts
        if c != person and facts[c].kind in (*JUDGED_KINDS, "code", "text", "empty")
        and not SURVEY_META.search(plain_name(c)) and not DEMOGRAPHIC.search(plain_name(c))
    ]  # fmt: skip
    series: dict[str, list[str]] = {}
    for column in candidates:
        if match := SERIES.fullmatch(plain_name(column)):
            series.setdefault(match[1], []).append(column)
    stems = [stem for stem, own in series.items() if JUDGEMENT_STEM.fullmatch(stem) and len(own) > 1]
    if stems:
        known.wide = [c for stem in stems for c in series[stem]]
        known.wide_aspect = max(stems, key=lambda stem: len(series[stem]))
    else:
        known.wide = [c for c in candidates if c in asked or (asked and len(c.split()) > 3)]
    if known.wide:
        for column in known.wide:
            known.roles.pop(column, None)
        if person:
            known.give(person, "annotator_id", "a row for each person, and a column for each question", 0.8)
        known.attributes = [
            c for c in facts if facts[c].kind in ("category", "scale") and c not in (person, *known.wide)
            and not SURVEY_META.search(plain_name(c)) and not SERIES.fullmatch(plain_name(c))
        ]  # fmt: skip


def find_annotators(known: Understanding, relation: DuckDBPyRelation) -> None:
    """Judgements of a long table, and the attributes of its annotators."""
    facts, who = known.facts, known.column("annotator_id")
    if who is None or known.wide:
        return
    if facts[who].is_key and not known.column("label") and not known.column("score"):
        known.attributes = [
            c for c in facts if c != who and facts[c].kind in (*JUDGED_KINDS, "code") and c not in known.roles
        ]
        return
    categories = [
        c for c in known.of_kind(*JUDGED_KINDS, "date", "code")
        if plain_name(c) not in TEXT_NAMES and (facts[c].kind != "code" or DEMOGRAPHIC.search(plain_name(c)))
    ]  # fmt: skip
    by_person = dependencies(relation, who, categories)
    known.attributes = [
        c for c, found in by_person.items()
        if (found.holds and facts[c].distinct > 1) or found.nearly_holds
        or (DEMOGRAPHIC.search(plain_name(c)) and found.broken <= SHARED_BY * found.groups)
    ]  # fmt: skip
    known.changing = {c: by_person[c] for c in known.attributes if by_person[c].broken}
    item = known.column("item_id") or known.column("text")
    if item is None or known.column("label") or known.column("score"):
        return
    by_item = dependencies(relation, item, [c for c in categories if c not in known.attributes])
    lists = [c for c in known.of_kind("list") if re.search(r"label|annotation|tags?$|categor", plain_name(c))]
    known.judged = [c for c, found in by_item.items() if found.groups and not found.holds] + lists
    for column in known.judged:
        known.evidence[column] = "it differs between the annotators of one item"
        known.confidence[column] = 0.7
