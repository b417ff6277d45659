"""Takes a table for what its mapped roles, its structure and its names say, in that order."""

from __future__ import annotations

from collections.abc import Mapping

from duckdb import DuckDBPyRelation

from ...tables.schema_sql import members
from ...tables.sql import fetch_all, quote_identifier, quote_literal
from ..column_facts import Facts, column_facts, plain_name
from ..column_roles import ANNOTATOR, OPTION, guess_roles, role_name
from ..nested_judgements import nested_columns
from . import STEM, Understanding
from .answers import find_distributions, find_options, find_stated_results, find_votes
from .designs import find_designs
from .item_texts import find_item_texts
from .people import find_annotators, find_people_by_questions

MAX_FIELDS = 30
"""Fields of an object that become columns, at most."""
PLAIN_TYPES = ("varchar", "bigint", "double", "boolean", "integer")
"""Types of such fields."""


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
        known.evidence[column] = "mapped" if by_map else known.name_evidence(column)
        known.confidence[column] = 1.0 if by_map else 0.9
    known.nested, known.unread = nested_columns(relation, facts)
    for column in [c for nested in known.nested for c in (nested.column, nested.annotators) if c]:
        if column not in mapped:
            known.roles.pop(column, None)
    find_people_by_questions(known)
    if not known.wide:
        find_item_texts(known, mapped)
    find_annotators(known, relation)
    find_distributions(known)
    find_options(known)
    find_votes(known, relation)
    find_designs(known, relation)
    find_stated_results(known)
    known.stems = next((c for c in known.facts if _has_stems(relation, known.facts[c])), None)
    return known


def _has_stems(relation: DuckDBPyRelation, facts: Facts) -> bool:
    """Whether unique ids share their beginnings, up to a colon."""
    if facts.kind != "code" or not facts.is_key or not plain_name(facts.column).endswith("id") or facts.rows < 2:
        return False
    stem = f"regexp_extract(CAST({quote_identifier(facts.column)} AS VARCHAR), '{STEM}', 1)"
    [(without, stems)] = fetch_all(relation, f"SELECT count(*) FILTER ({stem} = ''), count(DISTINCT {stem}) FROM rows")
    return bool(without == 0 and 1 < stems <= facts.rows / 2)
