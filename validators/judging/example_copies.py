"""Whether rows repeat a worked example of the prompts, as small teachers do, in place of an answer of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyRelation

from ...schemas.report import Finding, Report, problem_line
from ...schemas.rows.shared import SHARED
from ..findings.severity import worst_first
from ..readers.run_folder import read
from ..tables.sql import Tables, connect, fetch_all, quote_identifier, quote_literal, using

CHECK = "prompts.copied_examples"
MIN_CHARACTERS = 20
"""Shorter texts, such as `Honesty`, are alike without being copied."""
MAX_EXAMPLES = 5


def example_texts(options: Mapping[str, Any]) -> set[str]:
    """The texts of the worked answers among the options of a family, in all its languages, in lower case.

    An example begins with what is asked, which a seed may say as well.
    """
    examples = (each for name, value in options.items() if name.endswith("examples") for each in _members(value))
    own = (text for each in examples for text in _texts(_members(each)[1:]))
    languages = options.get("prompts")
    packs = languages.values() if isinstance(languages, Mapping) else ()
    return {*own}.union(*(example_texts(pack) for pack in packs if isinstance(pack, Mapping)))


def check_copies(tables: Tables, options: Mapping[str, Any]) -> list[Finding]:
    """A finding for each table with copies, else one that passed; none where the prompts have no examples."""
    texts = example_texts(options)
    own = [table for table in tables if table not in SHARED]
    if not texts or not own:
        return []
    findings = [_finding(table, tables[table], texts) for table in own]
    return [finding for finding in findings if finding.count] or findings[:1]


def with_copies(report: Report, folder: Path, options: Mapping[str, Any]) -> Report:
    """The report of a run with the rows that repeat examples of its prompts."""
    with connect() as connection, using(connection):
        found = check_copies(read(connection, folder), options)
    return report.model_copy(update={"findings": worst_first([*report.findings, *found])})


def _members(value: Any) -> list[Any]:
    """The values of a mapping or list; a text has none."""
    if isinstance(value, Mapping):
        return [*value.values()]
    return [*value] if isinstance(value, list | tuple) else []


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and len(value) >= MIN_CHARACTERS:
        yield value.strip().lower()
    for inner in _members(value):
        yield from _texts(inner)


def _finding(table: str, rows: DuckDBPyRelation, texts: set[str]) -> Finding:
    key = next(name for name in rows.columns if not name.startswith("_"))
    kinds = zip(rows.columns, map(str, rows.types), strict=True)
    columns = [name for name, kind in kinds if kind == "VARCHAR" and name not in ("split", key)]
    copies = ", ".join(map(quote_literal, sorted(texts)))
    where = [f"lower(trim({quote_identifier(name)})) IN ({copies})" for name in columns] or ["false"]
    chosen = " ".join(f"WHEN {hit} THEN {quote_literal(name)}" for name, hit in zip(columns, where, strict=False))
    copied = " OR ".join(where)
    count, of = fetch_all(rows, f"SELECT count(*) FILTER ({copied}), count(*) FROM rows")[0]
    first = f"SELECT {quote_identifier(key)}, CASE {chosen} END FROM rows WHERE {copied} LIMIT {MAX_EXAMPLES}"
    examples = fetch_all(rows, first) if count else []
    return Finding(
        problem=problem_line("repeat|repeats a worked example of the prompts", count, of, table),
        rule="No row repeats a worked example of the prompts",
        check=CHECK,
        severity="warning",
        table=table,
        count=count,
        of=of,
        unit=table,
        examples=[{key: own, "column": column} for own, column in examples],
    )
