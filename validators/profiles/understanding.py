"""What a table is taken to be: roles of its columns by content and by name, each with its evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from duckdb import DuckDBPyRelation

from ..tables.schema_sql import members
from ..tables.sql import fetch_all, quote_identifier, quote_literal
from .column_facts import Facts, column_facts, is_nested, plain_name
from .column_roles import ANNOTATOR, COLUMN_NAMES, OPTION, guess_roles, role_name
from .nested_judgements import NOT_JUDGEMENTS, NestedColumn, nested_columns
from .structure import Dependency, Factorial, dependencies, factorial_design, is_relation

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
SERIES = re.compile(r"(.+?)_?(\d+)(?:_\d+)?")
TEXT_NAMES = frozenset(COLUMN_NAMES["text"].split())
ITEM_WORD = re.compile(r"situation|scenario|prompt|question|statement|text|context|dilemma|comment|story|post|content")
"""A word in the name of the text of an item."""
ANSWER = "yes|no|agree|disagree|neutral|maybe|unsure|for|against|approve|disapprove|acceptable|unacceptable"
VOTE_COLUMN = re.compile(
    rf"(^|_)(votes?|upvotes|downvotes|prefs?|tally)(_|$)|^(n|num|count)_({ANSWER})$|^({ANSWER})(_count)?$"
)
"""Name of a column that counts votes."""
STEM = "^(.+?):"
"""The beginning of an id that names its group."""
TOTAL = re.compile(r"(^|_)(total|sum|all|n_votes|num_votes)(_|$)")
JUDGED_KINDS = ("category", "scale", "flag", "count", "number", "share")
"""Kinds of columns that can hold a judgement."""
MAX_FIELDS = 30
"""Fields of an object that become columns, at most."""
PLAIN_TYPES = ("varchar", "bigint", "double", "boolean", "integer")
"""Types of such fields."""
SHARED_BY = 0.5
"""Share of the annotators of which an attribute may change for it to be an attribute still, if its name says so."""


@dataclass
class Understanding:
    """One table, and what its columns were taken for."""

    table: str
    facts: Mapping[str, Facts]
    roles: dict[str, str]
    """Column -> role."""
    evidence: dict[str, str] = field(default_factory=dict)
    """Column -> why it has its role."""
    confidence: dict[str, float] = field(default_factory=dict)
    """Column -> how sure that is, from 0 to 1; 1 for what is mapped."""
    rows_of_text: bool = False
    """Whether rows are relations of a text with several members, so that the text is the item."""
    members: list[str] = field(default_factory=list)
    """The members of such relations."""
    lists: list[str] = field(default_factory=list)
    """Columns with lists of members of a vocabulary."""
    attributes: list[str] = field(default_factory=list)
    """Attributes of the annotators."""
    changing: dict[str, Dependency] = field(default_factory=dict)
    """Attributes of which some annotators have several values."""
    judged: list[str] = field(default_factory=list)
    """Columns with a judgement each, beside or instead of a label and score."""
    wide: list[str] = field(default_factory=list)
    """Columns that are an item each, where a row is a person."""
    wide_aspect: str = "answer"
    votes: list[str] = field(default_factory=list)
    """Columns that count the votes for an option each."""
    total: str | None = None
    """Column with the sum of the votes."""
    nested: list[NestedColumn] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Columns that look like judgements and cannot be read."""
    stated: dict[str, str] = field(default_factory=dict)
    """Column -> rule by which its value is derived from the votes, as in `schemas.views.Stated`."""
    vote_list: str | None = None
    """Column with a list of votes, in the order of the options."""
    factorial: Factorial | None = None
    sides: Factorial | None = None
    """A group and the column that names the side in it, where a row is one side of a question."""
    distribution_group: str | None = None
    stems: str | None = None
    """Column of ids that begin with the id of a group, as in `dialogue:turn`."""

    def column(self, role: str) -> str | None:
        """The column that has a role."""
        return next((column for column, one in self.roles.items() if role_name(one) == role), None)

    def all_roles(self) -> dict[str, str]:
        """Column -> role, with what structure gives beside the roles that can be mapped."""
        found = dict(self.roles)
        groups = {
            "judgements": [nested.column for nested in self.nested],
            "annotators": [nested.annotators for nested in self.nested if nested.annotators],
            "judgement": [*self.judged, *self.wide],
            "attribute": self.attributes,
            "votes": [*self.votes, *([self.vote_list] if self.vote_list else [])],
            "total": [self.total] if self.total else [],
            "member": self.members,
            "members": self.lists,
            "factor": [*self.factorial.factors] if self.factorial else [],
            "side": [*self.sides.factors] if self.sides else [],
            "item_id": [self.sides.template] if self.sides else [],
            "derived": [*self.stated],
        }
        for role, columns in groups.items():
            for column in columns:
                found.setdefault(column, role)
        return found

    def give(self, column: str, role: str, evidence: str, confidence: float) -> None:
        """Give a column a role."""
        self.roles[column], self.evidence[column], self.confidence[column] = role, evidence, confidence

    def of_kind(self, *kinds: str) -> list[str]:
        """Columns of these kinds that have no role."""
        return [c for c, known in self.facts.items() if known.kind in kinds and c not in self.roles]


def with_fields(relation: DuckDBPyRelation) -> DuckDBPyRelation:
    """A table with the plain fields of its objects, such as `metadata.score`, as columns too."""
    taken = {column.lower() for column in relation.columns}
    more = []
    for column, kind in zip(relation.columns, relation.types, strict=True):
        fields = members(kind) if kind.id == "struct" else {}
        for name, inner in fields.items() if len(fields) <= MAX_FIELDS else ():
            if inner.id in PLAIN_TYPES and name.lower() not in taken and not name.isdecimal():
                taken.add(name.lower())
                value = f"struct_extract({quote_identifier(column)}, {quote_literal(name)})"
                more.append(f"{value} AS {quote_identifier(name)}")
    return relation.select(", ".join(["*", *more])) if more else relation


def understand(table: str, relation: DuckDBPyRelation, mapped: Mapping[str, str]) -> Understanding:
    """What a table is, by the roles that are mapped, then by structure, then by names."""
    facts = column_facts(relation)
    named = guess_roles(relation)
    taken = {role_name(role) for role in mapped.values()} - {ANNOTATOR, OPTION}
    roles = {c: r for c, r in named.items() if c not in mapped and role_name(r) not in taken} | dict(mapped)
    known = Understanding(table, facts, roles)
    for column in roles:
        by_map = column in mapped
        known.evidence[column] = "mapped" if by_map else f"its name, and {_article(facts[column].kind)}"
        known.confidence[column] = 1.0 if by_map else 0.9
    known.nested, known.unread = nested_columns(relation, facts)
    for column in [c for nested in known.nested for c in (nested.column, nested.annotators) if c]:
        if column not in mapped:
            known.roles.pop(column, None)
    _people_by_questions(known)
    if not known.wide:
        _texts(known, mapped)
    _annotators(known, relation)
    _distributions(known)
    _options(known)
    _votes(known, relation)
    _designs(known, relation)
    _stated(known)
    known.stems = next((c for c in known.facts if _has_stems(relation, known.facts[c])), None)
    return known


def _has_stems(relation: DuckDBPyRelation, facts: Facts) -> bool:
    """Whether unique ids share their beginnings, up to a colon."""
    if facts.kind != "code" or not facts.is_key or not plain_name(facts.column).endswith("id") or facts.rows < 2:
        return False
    stem = f"regexp_extract(CAST({quote_identifier(facts.column)} AS VARCHAR), '{STEM}', 1)"
    [(without, stems)] = fetch_all(relation, f"SELECT count(*) FILTER ({stem} = ''), count(DISTINCT {stem}) FROM rows")
    return bool(without == 0 and 1 < stems <= facts.rows / 2)


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _texts(known: Understanding, mapped: Mapping[str, str]) -> None:
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
    for role in ("group_id", "parent_id"):
        unique = known.column(role)
        if unique and unique not in mapped and facts[unique].is_key and not known.column("item_id"):
            known.give(unique, "item_id", "its values are unique", 0.7)


def _people_by_questions(known: Understanding) -> None:
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


def _annotators(known: Understanding, relation: DuckDBPyRelation) -> None:
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


def _distributions(known: Understanding) -> None:
    """Lists or objects of shares, and the group of people whose shares they are."""
    if not known.column("distribution"):
        for column in known.of_kind("numbers", "object"):
            if re.search(r"distribution|soft|prob|share|proportion|percent", plain_name(column)):
                known.give(column, "distribution", f"its name, and {_article(known.facts[column].kind)}", 0.8)
                break
    groups = r"attribute|group|country|nation|population|culture|region|demographic|wave"
    if known.column("distribution"):
        known.distribution_group = next(
            (
                c
                for c, f in known.facts.items()
                if re.fullmatch(groups, plain_name(c)) and f.kind in ("category", "code")
            ),
            None,
        )


def _options(known: Understanding) -> None:
    """Options in columns without an answer, such as `action1` and `action2`, and options in a list of objects."""
    facts = known.facts
    if any(known.column(role) for role in ("options", OPTION, "first", "chosen")) or known.column("annotator_id"):
        return
    stems: dict[str, list[str]] = {}
    for column in facts:
        match = re.fullmatch(
            r"(action|option|choice|alternative|response|answer|statement)_?([a-h]|\d)(_?\w+)?", plain_name(column)
        )
        if match and facts[column].kind in ("text", "code", "category") and column not in known.roles:
            stems.setdefault(match[1] + (match[3] or ""), []).append(column)
    for columns in stems.values():
        if 2 <= len(columns) <= 8 and sum(facts[c].words for c in columns) / len(columns) >= 1.5:
            for column in columns:
                known.give(column, OPTION, "one of a series of short texts", 0.7)
            return
    for column in known.of_kind("list"):
        kind = facts[column].type
        if re.search(r"options?|choices?|actions?|alternatives?|candidates?", plain_name(column)) and kind.startswith(
            "STRUCT("
        ):
            known.give(column, "options", "a list of objects with a text each", 0.7)
            return


def _votes(known: Understanding, relation: DuckDBPyRelation) -> None:
    """Counts of votes: in a list beside the options, or in a column for each option."""
    facts = known.facts
    if options := known.column("options"):
        for column in known.of_kind("numbers"):
            name = quote_identifier(column)
            sql = f"""SELECT count(*), count(*) FILTER (len(TRY_CAST({name} AS DOUBLE[])) = len(TRY_CAST(CAST(to_json(
                {quote_identifier(options)}) AS JSON[]) AS VARCHAR[]))) FROM rows WHERE {name} IS NOT NULL"""
            [(rows, parallel)] = fetch_all(relation, sql)
            if rows and parallel == rows and known.vote_list is None:
                known.vote_list = column
                known.evidence[column], known.confidence[column] = "counts in the order of the options", 0.7
        return
    counts = known.of_kind("count", "scale", "code", "flag")
    counts = [c for c in counts if facts[c].least is not None]
    named = [c for c in counts if VOTE_COLUMN.search(plain_name(c)) and not TOTAL.search(plain_name(c))]
    known.votes = named if len(named) > 1 and not known.column("annotator_id") and not known.nested else []
    for column in known.votes:
        known.evidence[column], known.confidence[column] = "counts the votes for one option", 0.7
    if known.votes:
        known.total = next((c for c in counts if TOTAL.search(plain_name(c))), None)


def _designs(known: Understanding, relation: DuckDBPyRelation) -> None:
    """Relations, sides in rows, factorials and lists of members."""
    facts, text = known.facts, known.column("text")
    judged = known.column("annotator_id") is not None
    if not judged:
        leave = [c for c, role in known.roles.items() if role in ("label", "score", "gold", "preferred")]
        design = factorial_design(relation, facts, [*leave, *known.votes])
        if design and len(design.factors) == 1 and facts[design.factors[0]].distinct <= 4:
            known.sides = design
        elif design and len(design.factors) > 1:
            known.factorial = design
    is_answered = any(known.column(role) for role in ("first", "chosen", "options", "distribution")) or known.nested
    if text and not judged and not is_answered and not known.factorial and is_relation(facts[text]):
        own = [
            c
            for c in facts
            if facts[c].kind in ("category", "code", "text") and c != text and known.roles.get(c) != "item_id"
        ]
        by_text = dependencies(relation, text, own)
        known.members = [c for c, found in by_text.items() if found.broken >= 0.5 * max(1, found.groups)]
        known.rows_of_text = bool(known.members) and not known.sides
        if not known.rows_of_text:
            known.members = []
    parallel = {n.column for n in known.nested} | {n.annotators for n in known.nested}
    known.lists = [
        c for c in known.of_kind("list") if c not in parallel and c not in known.judged
        and not NOT_JUDGEMENTS.search(plain_name(c)) and _is_vocabulary(relation, facts[c])
    ]  # fmt: skip


def _is_vocabulary(relation: DuckDBPyRelation, facts: Facts) -> bool:
    """Whether the members of lists are short and recur over the rows."""
    name = quote_identifier(facts.column)
    cells = f"literal(CAST(to_json({name}) ->> '$' AS VARCHAR))"
    sql = f"""SELECT count(*), count(DISTINCT lower(member)), avg(length(member)) FROM (
        SELECT unnest(TRY_CAST({cells} AS VARCHAR[])) AS member FROM (FROM rows LIMIT 2000))"""
    [(members, distinct, length)] = fetch_all(relation, sql)
    return bool(members > 1 and length <= 40 and distinct <= 0.75 * members)


def _stated(known: Understanding) -> None:
    """Columns that are derived from the judgements or votes beside them, if most rows say so."""
    if not (known.nested or known.vote_list):
        return
    for column, facts in known.facts.items():
        name = plain_name(column)
        if known.roles.get(column) in (None, "label", "gold") and facts.kind in ("category", "flag", "scale", "code"):
            if re.search(r"controvers|unanim|contested", name) and not re.search(r"perf", name):
                known.stated[column] = "unanimous" if "unanim" in name else "controversial"
            elif re.fullmatch(
                r"(hard_label|majority(_\w+)?|gold(_label)?|final_label|aggregated?_label|consensus)", name
            ):
                known.stated[column] = "argmax" if known.vote_list else "majority"
