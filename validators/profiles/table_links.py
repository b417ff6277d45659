"""How tables belong together: files that are equal, one file for each annotator, shared items, vocabularies, copies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas.report import Finding, problem_line
from ..tables.sql import Tables, column_groups, fetch_all, materialize, quote_identifier, quote_literal
from .column_facts import plain_name
from .recognise import INTERNAL_COLUMNS
from .understanding import SERIES, Understanding

INCLUDED = 0.5
"""Share of the values of a column that must be in another for it to refer to that one."""
COPIED = 0.95
"""The same for columns whose tables hold copies of one another."""
LABELS = re.compile(r"(?i)labels?")
"""Name of a column with a list of labels."""
MIN_COPIES = 20
"""Values that two copies share, at least."""


@dataclass
class Links:
    """What is known of the tables together."""

    left_out: set[str] = field(default_factory=set)
    """Tables that are byte for byte another one."""
    namespace: dict[str, str] = field(default_factory=dict)
    """Table -> the table whose items its ids refer to."""
    same_texts: dict[str, str] = field(default_factory=dict)
    """Table -> the table that has its texts too."""
    cuts: set[str] = field(default_factory=set)
    """Tables whose sides and lists a larger table about the same items has too."""
    annotator: dict[str, str] = field(default_factory=dict)
    """Table -> the annotator whose file it is."""
    vocabulary: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """Table and column of lists -> table and column of the members."""
    findings: list[Finding] = field(default_factory=list)


def link(connection: DuckDBPyConnection, raw: Tables, known: Mapping[str, Understanding]) -> Links:
    """The links between the tables, which are `given.<table>` in the database."""
    links = Links()
    links.findings += _identical_columns(raw, known)
    if len(known) > 1:
        _identical_tables(raw, links)
        kept = {table: one for table, one in known.items() if table not in links.left_out}
        _annotator_files(connection, kept, links)
        _shared_items(connection, kept, links)
        _vocabularies(connection, kept, links)
        links.findings += _conflicting_copies(connection, kept)
    links.cuts = _cuts(known, links)
    links.findings = [finding for finding in links.findings if finding.count]
    return links


def _cuts(known: Mapping[str, Understanding], links: Links) -> set[str]:
    """Tables of sides that are a part of another one of the same items."""
    largest: dict[str, str] = {}
    sided = [table for table in links.same_texts if known[table].sides]
    for table in sorted(sided, key=lambda table: -max(f.rows for f in known[table].facts.values())):
        largest.setdefault(links.same_texts[table], table)
    return set(sided) - set(largest.values())


def place(table: str) -> str:
    """SQL name of a raw table."""
    return f"given.{quote_identifier(table)}"


def _finding(
    check: str,
    severity: str,
    rule: str,
    problem: str,
    table: str,
    count: int,
    of: int,
    unit: str | None,
    examples: list[dict[str, object]],
) -> Finding:
    return Finding(
        problem=problem_line(problem, count, of, unit), rule=rule, check=check, severity=severity, table=table,
        count=count, of=of, unit=unit, examples=examples,
    )  # fmt: skip


def _identical_columns(raw: Tables, known: Mapping[str, Understanding]) -> Iterator[Finding]:
    """Columns of a table that are equal in every row, and vary."""
    for table, one in known.items():
        by_facts: dict[tuple[object, ...], list[str]] = {}
        for column, f in one.facts.items():
            if f.distinct > 2 and f.rows > 2:
                key = (f.filled, f.distinct, round(f.length, 9), f.least, f.greatest)
                by_facts.setdefault(key, []).append(column)
        alike = [column for columns in by_facts.values() if len(columns) > 1 for column in columns]
        first: dict[int, str] = {}
        copies = [(first.setdefault(digest, c), c) for c, digest in _digests(raw[table], alike)]
        equal = [(a, b) for a, b in copies if a != b]
        yield _finding(
            "structure.identical_columns", "info", "No two columns are equal in every row",
            "are|is a copy of another column", table, len(equal), len(one.facts), "columns",
            [{"column": b, "problem": f"equal to {a}"} for a, b in equal[:5]],
        )  # fmt: skip


def _digests(relation: DuckDBPyRelation, columns: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each column with a hash of its cells and their rows, some columns at a time."""
    for group in column_groups(columns):
        hashes = ", ".join(f"sum(hash(CAST({quote_identifier(column)} AS VARCHAR), _row))" for column in group)
        yield from zip(group, fetch_all(relation, f"SELECT {hashes} FROM rows")[0], strict=True)


def _text(column: str) -> str:
    """SQL of a cell as text."""
    return f"CAST({quote_identifier(column)} AS VARCHAR)"


def _identical_tables(raw: Tables, links: Links) -> None:
    seen: dict[tuple[object, ...], str] = {}
    same: list[dict[str, object]] = []
    for table, relation in raw.items():
        columns = [c for c in relation.columns if c not in INTERNAL_COLUMNS]
        content = f"SELECT count(*), sum(hash({', '.join(map(quote_identifier, columns))}, _row)) FROM rows"
        key = (tuple(columns), *fetch_all(relation, content)[0])
        if key in seen and key[1]:
            links.left_out.add(table)
            same.append({"table": table, "problem": f"the same rows as {seen[key]}"})
        seen.setdefault(key, table)
    links.findings.append(_finding(
        "structure.identical_tables", "warning", "No two files hold the same rows",
        "hold|holds the same rows as another", str(same[0]["table"]) if same else next(iter(raw)), len(same), len(raw),
        "tables", same,
    ))  # fmt: skip


def _item(one: Understanding) -> str | None:
    return one.column("item_id")


def _has_items(one: Understanding) -> bool:
    return bool(one.column("text") or one.column("prompt"))


def _annotator_files(connection: DuckDBPyConnection, known: Mapping[str, Understanding], links: Links) -> None:
    """Tables of the same columns with the same items, each of which is the work of one annotator."""
    by_columns: dict[tuple[str, ...], list[str]] = {}
    for table, one in known.items():
        if _item(one) and not one.column("annotator_id"):
            by_columns.setdefault(tuple(sorted(one.facts)), []).append(table)
    for tables in by_columns.values():
        first, *others = tables
        shared = [t for t in others if _overlap(connection, known[t], known[first]) >= COPIED]
        if not shared or not _holds_judgements(known[first]):
            continue
        names = _differing_parts([first, *shared])
        for table in [first, *shared]:
            links.annotator[table] = names[table]
            links.namespace[table] = first


def _holds_judgements(one: Understanding) -> bool:
    """Whether a table holds judgements of one annotator, in a cell, in a column or as a list of labels."""
    lists = (c for c, f in one.facts.items() if f.kind == "list")
    return bool(one.nested or one.column("label") or one.column("score")) or any(map(LABELS.fullmatch, lists))


def _differing_parts(tables: Sequence[str]) -> dict[str, str]:
    """Table -> the part of its path in which it differs from the others."""
    split = [table.split("/") for table in tables]
    at = next((i for i, parts in enumerate(zip(*split, strict=False)) if len(set(parts)) == len(tables)), None)
    return {table: (table.split("/")[at] if at is not None else table) for table in tables}


def _overlap(connection: DuckDBPyConnection, one: Understanding, other: Understanding) -> float:
    """Share of the item ids of a table that another has."""
    a, b = _item(one), _item(other)
    return _included(connection, one.table, a, other.table, b) if a and b else 0.0


def _included(
    connection: DuckDBPyConnection, table: str, column: str, into: str, key: str, norm: bool = False
) -> float:
    """Share of the distinct values of a column that are in another."""
    a, b = (f"CAST({quote_identifier(c)} AS VARCHAR)" for c in (column, key))
    a, b = (f"norm({a})", f"norm({b})") if norm else (a, b)
    [(share,)] = connection.sql(
        f"""SELECT avg(CAST(value IN (SELECT {b} FROM {place(into)}) AS INTEGER))
        FROM (SELECT DISTINCT {a} AS value FROM {place(table)} WHERE {a} IS NOT NULL)"""
    ).fetchall()
    return float(share or 0)


def _shared_items(connection: DuckDBPyConnection, known: Mapping[str, Understanding], links: Links) -> None:
    """Ids that refer to the items of another table, and texts that two tables have both."""
    owners = [t for t, one in known.items() if _has_items(one) and t not in links.annotator]
    for table, one in known.items():
        if table in links.namespace:
            continue
        for owner in owners:
            key = _item(known[owner])
            if owner == table or owner in links.same_texts or table in links.namespace:
                continue
            if one.wide and key:
                ends = {m[2] for c in one.wide if (m := SERIES.fullmatch(plain_name(c)))}
                listed = ", ".join(map(quote_literal, ends)) or "''"
                sql = f"SELECT count(DISTINCT {_text(key)}) FROM {place(owner)} WHERE {_text(key)} IN ({listed})"
                if ends and connection.sql(sql).fetchall()[0][0] >= COPIED * len(ends):
                    links.namespace[table] = owner
            elif key and _item(one) and not _has_items(one) and _overlap(connection, one, known[owner]) >= INCLUDED:
                links.namespace[table] = owner
    texts = [t for t in owners if known[t].column("text") and t not in links.same_texts]
    for a, b in combinations(texts, 2):
        mine, other = known[a].column("text"), known[b].column("text")
        if (
            mine
            and other
            and b not in links.same_texts
            and _included(connection, b, other, a, mine, norm=True) >= INCLUDED
        ):
            links.same_texts[b] = a
            exact = _included(connection, b, other, a, mine)
            count = 0 if exact >= INCLUDED else 1
            links.findings.append(_finding(
                "structure.joins_after_normalising", "info", "Files about the same items write their texts alike",
                "The texts join with those of another file only without case, white space and final punctuation",
                b, count, 1, None, [{"column": other, "problem": f"as `{mine}` of {a}"}] if count else [],
            ))  # fmt: skip


def _vocabularies(connection: DuckDBPyConnection, known: Mapping[str, Understanding], links: Links) -> None:
    """Columns of another table that hold what lists name, each value once."""
    for table, one in known.items():
        for column in one.lists:
            cell = f"literal(CAST(to_json({quote_identifier(column)}) ->> '$' AS VARCHAR))"
            listed = f"SELECT DISTINCT trim(unnest(TRY_CAST({cell} AS VARCHAR[]))) AS member FROM {place(table)}"
            members = materialize(connection.sql(listed))
            for other, owner in known.items():
                keys = [c for c, f in owner.facts.items() if f.is_key and f.kind in ("code", "text")]
                for key in keys if other != table else []:
                    words = f"SELECT {_text(key)} FROM {place(other)}"
                    share = fetch_all(members, f"SELECT avg(CAST(member IN ({words}) AS INTEGER)) FROM rows")[0][0]
                    if (share or 0) >= COPIED:
                        links.vocabulary[table, column] = (other, key)


def _conflicting_copies(connection: DuckDBPyConnection, known: Mapping[str, Understanding]) -> Iterator[Finding]:
    """Texts of the same name and the same key in two tables that differ."""
    for table, one in known.items():
        for other, owner in known.items():
            shared = [c for c in one.facts if c in owner.facts and one.facts[c].kind == owner.facts[c].kind == "text"]
            keys = (
                [c for c, f in owner.facts.items() if f.is_key and f.kind == "code"]
                if other != table and shared
                else []
            )
            for key in keys:
                for column, f in one.facts.items():
                    stem = plain_name(column).endswith(plain_name(key))
                    if not stem or f.kind not in ("code", "count") or f.distinct < MIN_COPIES or column in shared:
                        continue
                    if column == key and any(plain_name(c).endswith("_" + plain_name(key)) for c in one.facts):
                        continue
                    if _included(connection, table, column, other, key) < COPIED or (f.is_key and table > other):
                        continue
                    for text in shared:
                        yield _copies(connection, (table, column), (other, key), text)


def _copies(connection: DuckDBPyConnection, mine: tuple[str, str], theirs: tuple[str, str], text: str) -> Finding:
    (table, column), (other, key) = mine, theirs
    name = quote_identifier(text)
    differing = connection.sql(
        f"""SELECT DISTINCT CAST(a.{quote_identifier(column)} AS VARCHAR) AS key, a.{name} AS problem
        FROM {place(table)} a JOIN {place(other)} b
            ON CAST(a.{quote_identifier(column)} AS VARCHAR) = CAST(b.{quote_identifier(key)} AS VARCHAR)
        WHERE a.{name} IS DISTINCT FROM b.{name} ORDER BY key"""
    ).fetchall()
    [(keys,)] = connection.sql(f"SELECT count(DISTINCT {quote_identifier(column)}) FROM {place(table)}").fetchall()
    few = 0 < len(differing) <= keys / 2
    return _finding(
        f"{table}.{text}.copy", "warning", f"`{text}` is the same in {table} and {other}, where `{column}` is `{key}`",
        f"have|has a `{text}` that differs from that in {other}", table, len(differing) if few else 0, keys, "keys",
        [{column: value, "problem": f"differs: {str(row)[:80]}"} for value, row in differing[:5]] if few else [],
    )  # fmt: skip
