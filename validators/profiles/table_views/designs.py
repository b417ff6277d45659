"""Members of lists and levels of complete designs."""

from __future__ import annotations

from collections.abc import Iterator

from ....schemas.views import View
from ...tables.sql import quote_identifier, quote_literal
from ..table_links import place
from . import TableSql


def mention_views(table: TableSql) -> Iterator[View]:
    """Members of lists, and the members of relations, which are a row each."""
    sides, linked = table.known.sides, [c for c in table.known.lists if (table.name, c) in table.links.vocabulary]
    if (table.links.vocabulary and not linked) or table.name in (*table.links.annotator, *table.links.cuts):
        return
    for column in (linked or table.known.lists)[:1]:  # lists of one view are compared, so they are about one thing
        cell = f"literal(CAST(to_json({quote_identifier(column)}) ->> '$' AS VARCHAR))"
        members = f"TRY_CAST({cell} AS VARCHAR[])"
        item = table.id
        side = quote_identifier(sides.factors[0]) if sides else "NULL"
        yield View(
            "mentions",
            f"""SELECT item_id, side, unnest(range(len(members))) AS position, unnest(members) AS value
            FROM (SELECT {item} AS item_id, CAST({side} AS VARCHAR) AS side, {members} AS members {table.source})""",
        )
        if words := table.links.vocabulary.get((table.name, column)):
            values = f"SELECT CAST({quote_identifier(words[1])} AS VARCHAR) AS value FROM {place(words[0])}"
        else:
            values = f"SELECT DISTINCT unnest({members}) AS value {table.source}"
        yield View("vocabulary", values)


def factor_views(table: TableSql) -> Iterator[View]:
    """The levels of a complete design, with the text of each cell."""
    if not (design := table.known.factorial):
        return
    facts = table.known.facts
    texts = [c for c, f in facts.items() if f.kind == "text" and f.is_key]
    bare = [c for c, f in facts.items() if f.kind == "text" and f.distinct <= facts[design.template].distinct]
    text = quote_identifier(max(texts, key=lambda c: facts[c].words)) if texts else "NULL"
    for factor in design.factors:
        yield View(
            "factors",
            f"""SELECT {table.id} AS item_id, {quote_literal(factor)} AS factor, {quote_identifier(factor)} AS level,
            {quote_identifier(design.template)} AS template_id, {text} AS text,
            {quote_identifier(bare[0]) if bare else "NULL"} AS bare {table.source}""",
        )
