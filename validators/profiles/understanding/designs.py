"""How the rows of a table belong together: relations of a text, sides of a question, complete designs, lists."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import fetch_all, quote_identifier
from ..column_facts import Facts, plain_name
from ..nested_judgements import NOT_JUDGEMENTS
from ..structure import dependencies, factorial_design, is_relation
from . import Understanding


def find_designs(known: Understanding, relation: DuckDBPyRelation) -> None:
    """Relations, sides in rows, factorials and lists of members."""
    facts, text = known.facts, known.column("text")
    judged = known.column("annotator_id") is not None
    if not judged:
        leave = [c for c, role in known.roles.items() if role in ("label", "score", "gold", "preferred")]
        design = factorial_design(relation, facts, [*leave, *known.votes])
        one_factor = design is not None and len(design.factors) == 1
        if design and one_factor and facts[design.factors[0]].distinct <= 4 and not known.column("distribution"):
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
    sql = f"""SELECT count(member), count(DISTINCT lower(member)), avg(length(member)) FROM (
        SELECT unnest(TRY_CAST({cells} AS VARCHAR[])) AS member FROM (FROM rows LIMIT 2000))"""
    [(members, distinct, length)] = fetch_all(relation, sql)
    return bool(members > 1 and length <= 40 and distinct <= 0.75 * members)
