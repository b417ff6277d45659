"""Who answered what: labels and texts by persona, by group, or by model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from duckdb import DuckDBPyRelation

from ..tables.sql import Tables, fetch_all, quote_identifier, quote_literal


class Answer(NamedTuple):
    """What someone answered once: a label, a score or a text."""

    item: str
    who: str
    answer: str


def answers(
    tables: Tables, table: str, column: str, kinds: Sequence[str] = (), by: str | None = None, where: str = "true"
) -> list[Answer]:
    """The answers in a column of a table with `item_id` and `annotator_id`, in a fixed order; nulls are left out.

    `kinds` keeps annotators of these kinds, where their kind is known; who is no annotator, such as a culture, is kept.
    `by` names an attribute of annotators that says who answered, in place of their id; `where` is a condition in SQL.
    """
    rows = tables[table]
    item = "concat_ws('/', item_table, item_id)" if "item_table" in rows.columns else "CAST(item_id AS VARCHAR)"
    chosen = rows.filter(f"{where} AND {column} IS NOT NULL AND annotator_id IS NOT NULL").select(
        f"{item} AS item, CAST(annotator_id AS VARCHAR) AS who, CAST({column} AS VARCHAR) AS answer"
    )
    if (people := tables.get("annotators")) is not None:
        everyone = names_of(people, (), None).set_alias("e")
        named = names_of(people, kinds, by).set_alias("n")
        known = chosen.set_alias("a").join(named, "a.who = n.annotator_id").select("a.item, n.who, a.answer")
        others = chosen.set_alias("a").join(everyone, "a.who = e.annotator_id", how="anti").select("item, who, answer")
        chosen = known if by else known.union(others)
    return [Answer(*row) for row in fetch_all(chosen, "SELECT item, who, answer FROM rows ORDER BY ALL")]


def names_of(people: DuckDBPyRelation, kinds: Sequence[str] = (), by: str | None = None) -> DuckDBPyRelation:
    """annotator_id and `who`, its id or the attribute `by`, of annotators of these kinds, where kinds are known."""
    name = f"CAST({quote_identifier(by or 'annotator_id')} AS VARCHAR)"
    kept = f"kind IN ({', '.join(map(quote_literal, kinds))})" if kinds and "kind" in people.columns else "true"
    chosen = people.filter(f"{kept} AND {name} IS NOT NULL")
    return chosen.select(f"CAST(annotator_id AS VARCHAR) AS annotator_id, {name} AS who")
