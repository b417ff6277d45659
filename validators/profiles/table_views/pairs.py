"""Pairs of responses, with the one that is preferred."""

from __future__ import annotations

from collections.abc import Iterator

from ....schemas.views import View
from ...tables.sql import quote_identifier
from ..column_facts import is_nested
from ..column_roles import BOOLEAN_ROLES, SCORES, side_end
from . import TableSql


def pair_views(table: TableSql) -> Iterator[View]:
    """Pairs of responses."""
    if "chosen" in table.sql and "rejected" in table.sql:
        first, second, preferred = table.sql["chosen"], table.sql["rejected"], "'first'"
    elif "first" in table.sql and "second" in table.sql:
        first, second = table.sql["first"], table.sql["second"]
        named = next((table.sql[role] for role in ("preferred", *BOOLEAN_ROLES) if role in table.sql), None)
        preferred = named or _majority(table) or "NULL"
    else:
        return
    first, second = _as_json(table, first), _as_json(table, second)
    prompt = _as_json(table, table.sql.get("prompt", "NULL"))
    columns = table.columns(f"group_id annotator_id {' '.join(SCORES)}")
    yield View(
        "pairs",
        f"""SELECT {table.id} AS pair_id, {prompt} AS prompt, {first} AS first, {second} AS second,
        {preferred} AS preferred{columns}{table.split} {table.source}""",
    )


def _as_json(table: TableSql, sql: str) -> str:
    """SQL of a text, or of the JSON of what is nested, such as a list of messages."""
    types = {quote_identifier(column): facts.type for column, facts in table.known.facts.items()}
    if types.get(sql) == "JSON":
        return f"({sql} ->> '$')"
    return f"CAST(to_json({sql}) AS VARCHAR)" if is_nested(types.get(sql, "")) else sql


def _majority(table: TableSql) -> str | None:
    """SQL of the side that most annotators prefer, where each has a column of 1, 2 and 0 for a tie."""
    if not (sides := sides_by_number(table)):
        return None
    names = ", ".join(f"CAST({quote_identifier(column)} AS VARCHAR)" for column in table.annotators)
    cases = " ".join(f"WHEN '{code}' THEN '{side}'" for code, side in sides.items())
    return f"CASE list_mode([{names}]) {cases} END"


def sides_by_number(table: TableSql) -> dict[str, str]:
    """Code -> side that it means, where the sides of a pair are numbered and annotators name the number."""
    facts, known = table.known.facts, table.known
    ends = [side_end(column) for column in (known.column("first"), known.column("second")) if column]
    within = all(facts[c].kind == "scale" and (facts[c].least, facts[c].greatest) == (0, 2) for c in table.annotators)
    return {"1": "first", "2": "second", "0": "tie"} if table.annotators and within and ends == ["1", "2"] else {}
