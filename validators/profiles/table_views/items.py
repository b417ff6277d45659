"""The items of a table."""

from __future__ import annotations

from collections.abc import Iterator

from ....schemas.views import View
from . import TableSql


def item_views(table: TableSql) -> Iterator[View]:
    """The items, or the questions where those are the items."""
    text = table.sql.get("text")
    asks = "options" in table.sql or table.options or "distribution" in table.sql or table.known.votes
    if text is None and asks and "first" not in table.sql and "chosen" not in table.sql:
        text = table.sql.get("prompt")
    if text is None or (table.links.annotator.get(table.name) and table.namespace != table.name):
        return
    where = "WHERE same._item_id IS NULL" if table.owner else ""
    one_of_several_rows = table.known.sides or table.known.rows_of_text or table.known.asked_of_groups
    if one_of_several_rows or table.one_judgement_a_row:
        group = (
            f", {table.sql['group_id']} AS group_id" if "group_id" in table.sql and table.one_judgement_a_row else ""
        )
        if one_of_several_rows:
            split = table.split.replace("split", "min(split) AS split")
            yield View(
                "items", f"SELECT {table.id} AS item_id, min({text}) AS text{split} {table.source} {where} GROUP BY 1"
            )
        else:
            yield View(
                "items",
                f"SELECT DISTINCT {table.id} AS item_id, {text} AS text{group}{table.split} {table.source} {where}",
            )
        return
    label = "" if table.known.nested else " label"
    columns = table.columns(f"group_id parent_id{label}")
    yield View("items", f"SELECT {table.id} AS item_id, {text} AS text{columns}{table.split} {table.source} {where}")
