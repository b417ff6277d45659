"""Options of questions, the shares and votes that they got."""

from __future__ import annotations

from collections.abc import Iterator

from ....schemas.views import View
from ...tables.sql import quote_identifier, quote_literal
from .. import gold_option
from . import TableSql


def choice_views(table: TableSql) -> Iterator[View]:
    """The options of questions."""
    if table.known.sides:
        yield from _side_views(table) if table.name not in table.links.cuts else ()
        return
    if not table.options and "options" not in table.sql:
        return
    columns = gold_option.sort_options(table.options)
    texts = gold_option.option_list(columns) if columns else table.sql["options"]
    questions = (
        f"SELECT {table.id} AS item_id, {texts} AS texts, {table.sql.get('gold', 'NULL')} AS gold {table.source}"
    )
    options = f"""SELECT item_id, unnest(range(len(texts))) AS position, unnest(texts) AS text, gold
        FROM ({questions})"""
    present = " WHERE text IS NOT NULL" if columns else ""  # a question may have fewer options than columns
    distinct = "DISTINCT " if table.known.asked_of_groups else ""
    yield View(
        "choices", f"SELECT {distinct}item_id, position, text, position = gold AS gold FROM ({options}){present}"
    )


def _side_views(table: TableSql) -> Iterator[View]:
    """Where a row is one side of a question, the options are what the sides say: the shortest text that differs."""
    facts, sides = table.known.facts, table.known.sides
    texts = [c for c, f in facts.items() if f.kind == "text" and f.repeats < 1.5 and c not in table.known.roles]
    if not sides or not texts:
        return
    text, side = min(texts, key=lambda c: facts[c].words), quote_identifier(sides.factors[0])
    yield View(
        "choices",
        f"""SELECT {table.id} AS item_id, row_number() OVER (PARTITION BY {table.id} ORDER BY {side}) - 1 AS position,
        {quote_identifier(text)} AS text, NULL AS gold {table.source}""",
    )


def distribution_views(table: TableSql) -> Iterator[View]:
    """Shares of options."""
    if shares := table.sql.get("distribution"):
        group = quote_identifier(table.known.distribution_group) if table.known.distribution_group else "NULL"
        yield View(
            "distributions",
            f"""SELECT item_id, group_id, unnest(map_keys(shares)) AS option, unnest(map_values(shares)) AS share
            FROM (SELECT {table.id} AS item_id, {group} AS group_id, {shares} AS shares {table.source})""",
        )


def vote_views(table: TableSql) -> Iterator[View]:
    """Counted votes, in a column for each option or in a list beside the options."""
    for column in table.known.votes:
        name = quote_identifier(column)
        yield View(
            "votes",
            f"SELECT {table.id} AS item_id, {quote_literal(column)} AS option, {name} AS votes {table.source}",
        )
    if table.known.total:
        total = f"CAST({quote_identifier(table.known.total)} AS VARCHAR)"
        yield View("stated", f"SELECT {table.id} AS item_id, 'sum' AS rule, {total} AS stated {table.source}")
    if not table.known.vote_list:
        return
    votes = f"TRY_CAST({quote_identifier(table.known.vote_list)} AS DOUBLE[])"
    yield View(
        "votes",
        f"""SELECT {table.id} AS item_id, CAST(unnest(range(len({votes}))) AS VARCHAR) AS option,
        unnest({votes}) AS votes {table.source}""",
    )
    for column, rule in table.known.stated.items():
        stated = f"CAST({quote_identifier(column)} AS VARCHAR)"
        yield View("stated", f"SELECT {table.id} AS item_id, '{rule}' AS rule, {stated} AS stated {table.source}")
