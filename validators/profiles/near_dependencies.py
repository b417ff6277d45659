"""Dependencies between columns that all but a few rows keep: the rows that break them are likely mistakes.

Judgements are left out, as people may disagree, and so are attributes of annotators, which are reported by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from duckdb import DuckDBPyRelation

from ...schemas.report import Finding, problem_line
from ..findings.evidence import evidence, parts
from ..tables.sql import fetch_all, query, quote_identifier, quote_literal
from .column_facts import Facts, is_nested
from .column_roles import role_name
from .structure import MIN_GROUPS, dependencies
from .understanding import Understanding

DETERMINING = ("code", "category", "text", "dialogue", "url")
"""Kinds of columns that may determine others."""
DETERMINED = (*DETERMINING, "flag", "scale", "date")
"""Kinds of columns that may be determined."""
JUDGED = ("label", "score", "preferred", "gold")
"""Roles of columns that may differ between the rows of an item, where a row is a judgement."""
MAX_DETERMINING = 8
"""Columns that are tried for determining others, those with most values."""
MAX_BROKEN_ROWS = 0.02
"""Share of the rows that may break a dependency for it to be one. The threshold is ours."""
MAX_UNEXPLAINED = 0.1
"""Rows that may break it, as a share of those that would if values were drawn at random: a column that hardly varies is
determined by nothing. The threshold is ours."""
MAX_PAIRS = 6
"""Dependencies that are reported of one table, those that most rows keep."""
NOTHING = "SELECT 0::BIGINT AS _row, '' AS \"column\", '' AS problem WHERE false"


class Pair(NamedTuple):
    """A column and another one that it nearly determines."""

    on: str
    column: str

    def breaking(self) -> str:
        """Query of the rows that have another value than most rows of their group: _row, column, problem."""
        on, column = quote_identifier(self.on), f"CAST({quote_identifier(self.column)} AS VARCHAR)"
        return f"""SELECT _row, {quote_literal(f"{self.on} -> {self.column}")} AS "column",
            '"' || left({column}, 60) || '" where ' || usual.n || ' rows of "' || left(CAST({on} AS VARCHAR), 60)
            || '" have "' || left(usual.value, 60) || '"' AS problem
            FROM rows JOIN (
                SELECT key, max(n) AS n, arg_max(value, n) AS value FROM (
                    SELECT {on} AS key, {column} AS value, count(*) AS n FROM rows GROUP BY ALL)
                WHERE value IS NOT NULL GROUP BY key HAVING count(*) > 1
            ) AS usual ON {on} = usual.key WHERE {column} <> usual.value"""


def near_dependencies(known: Understanding, relation: DuckDBPyRelation) -> Finding:
    """One finding with the rows that break any near-dependency of a table."""
    found = sorted(_pairs(known, relation))[:MAX_PAIRS]
    union = " UNION ALL ".join(f"({pair.breaking()})" for _, pair in found)
    failing = query(relation, f"SELECT * FROM ({union})" if found else NOTHING)
    count, examples = evidence(failing)
    [(rows,)] = fetch_all(relation, "SELECT count(*) FROM rows")
    return Finding(
        problem=problem_line("break|breaks a rule that nearly all others keep", count, rows, "rows"),
        rule="A column that determines another in nearly all rows determines it in all",
        check="structure.near_dependencies",
        severity="warning",
        table=known.table,
        count=count,
        of=rows,
        examples=examples,
        parts=parts(failing, count),
    )


def _pairs(known: Understanding, relation: DuckDBPyRelation) -> Iterator[tuple[float, Pair]]:
    """The share of rows that break it, and a near-dependency."""
    facts, who = known.facts, known.column("annotator_id")
    determining = [
        c for c, f in facts.items()
        if f.kind in DETERMINING and not is_nested(f.type) and c != who
        and f.distinct >= MIN_GROUPS and f.filled - f.distinct >= MIN_GROUPS
    ]  # fmt: skip
    for on in sorted(determining, key=lambda c: -facts[c].distinct)[:MAX_DETERMINING]:
        candidates = [c for c in _determined(known) if c != on and facts[c].distinct <= 1.1 * facts[on].distinct]
        for column, found in dependencies(relation, on, candidates).items():
            if found.nearly_holds and (share := _broken_share(relation, on, facts[column])) is not None:
                yield share, Pair(on, column)


def _determined(known: Understanding) -> list[str]:
    """Columns that another one may determine."""
    judged = known.column("annotator_id") is not None or bool(known.nested)
    left_out = {*known.attributes, *known.judged, *known.wide, *known.votes, *known.lists}
    left_out |= {c for c, role in known.roles.items() if role_name(role) in JUDGED and judged}
    return [
        c for c, f in known.facts.items()
        if f.kind in DETERMINED and f.distinct > 1 and c not in left_out and not is_nested(f.type)
    ]  # fmt: skip


def _broken_share(relation: DuckDBPyRelation, on: str, facts: Facts) -> float | None:
    """The share of the rows of repeated groups that break a dependency; null if it is too large, or explains little."""
    column, key = f"CAST({quote_identifier(facts.column)} AS VARCHAR)", quote_identifier(on)
    [(rows, broken, usual, total)] = fetch_all(
        relation,
        f"""WITH counts AS (SELECT {key} AS key, {column} AS value, count(*) AS n FROM rows
            WHERE {key} IS NOT NULL AND {column} IS NOT NULL GROUP BY ALL),
        groups AS (SELECT sum(n) AS n, max(n) AS usual FROM counts GROUP BY key)
        SELECT sum(n) FILTER (n > 1), sum(n - usual) FILTER (n > 1),
            (SELECT max(n) FROM (SELECT sum(n) AS n FROM counts GROUP BY value)), sum(n) FROM groups""",
    )
    few = rows and broken and broken <= MAX_BROKEN_ROWS * rows
    return float(broken / rows) if few and broken <= MAX_UNEXPLAINED * rows * (1 - usual / total) else None
