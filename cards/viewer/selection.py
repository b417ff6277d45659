"""What a reader chose to see: filters, order and a page of items, as SQL over the index."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from ...schemas.errors import DataError
from ...validators.tables.sql import quote_identifier, quote_literal
from .collection import Collection, Node
from .index import members

MAX_PAGE = 200
"""Items of a page."""
ANNOTATOR = "annotator"
"""The attribute that makes each annotator a group of their own."""
Order = Literal["data", "disagreement", "agreement", "difference"]


@dataclass(frozen=True)
class Selection:
    """Filters of items, which all hold together, and their order."""

    split: str | None = None
    table: str | None = None
    """Only items of this table, where there are several."""
    answer: int | None = None
    """Only items that were given this answer."""
    attribute: str | None = None
    """Attribute of annotators that `group` and `other` are values of."""
    group: str | None = None
    """Only items that this group judged; with `answer`, those to which it gave the answer."""
    other: str | None = None
    """A second group, with which `group` is compared."""
    low: float | None = None
    """Least disagreement, in bits."""
    high: float | None = None
    """Most disagreement, in bits."""
    search: str | None = None
    """Text that an item, or a row that belongs to it, contains; case does not matter."""
    change: str | None = None
    """Only items that are added, removed, changed or same in comparison with another version."""
    check: str | None = None
    """Only items with rows that fail this finding: a check and, in a second line, the table that it judged."""
    order: Order = "data"
    offset: int = 0
    limit: int = 25

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> Selection:
        """A selection from the query of an address. Raises `DataError` for values that are none."""
        kinds: dict[str, Any] = {"answer": int, "low": float, "high": float, "offset": int, "limit": int}
        values: dict[str, Any] = {}
        for name in (field.name for field in fields(cls)):
            if (text := query.get(name)) not in (None, ""):
                try:
                    values[name] = kinds.get(name, str)(text)
                except ValueError:
                    raise DataError("not a number", where=name, got=text) from None
        for name in ("low", "high"):
            if not math.isfinite(values.get(name, 0)):
                raise DataError("not a finite number", where=name, got=query[name])
        chosen = cls(**values)
        if chosen.order not in get_args(Order):
            raise DataError.unknown("no such order", chosen.order, get_args(Order), where="order")
        if not (0 < chosen.limit <= MAX_PAGE and chosen.offset >= 0):
            raise DataError("no such page", got=f"{chosen.offset}, {chosen.limit}", expected=f"at most {MAX_PAGE} rows")
        return chosen

    @property
    def needs_judgements(self) -> bool:
        """Whether the index of judgements must be ready."""
        return self.order != "data" or any(x is not None for x in (self.answer, self.group, self.low, self.high))


def condition(collection: Collection, chosen: Selection) -> str:
    """SQL that is true for the rows of `browse.item` that are selected."""
    return " AND ".join(["true", *_conditions(collection, chosen)])


def page(collection: Collection, chosen: Selection) -> str:
    """SQL of one page of selected items: number, table, key, split, and the figure by which they are ordered."""
    joins, order, figure = "", "item.number", "NULL::DOUBLE"
    if chosen.order in ("disagreement", "agreement"):
        joins, figure = "LEFT JOIN browse.divided USING (number)", "divided.disagreement"
        order = f"figure {'DESC' if chosen.order == 'disagreement' else 'ASC'} NULLS LAST, item.number"
    elif chosen.order == "difference":
        joins, figure = f"JOIN ({difference(chosen)}) USING (number)", "difference"
        order = "figure DESC, item.number"
    return (
        f"SELECT item.*, {figure} AS figure FROM browse.item {joins} WHERE {condition(collection, chosen)} "
        f"ORDER BY {order} LIMIT {chosen.limit} OFFSET {chosen.offset}"
    )


def group_of(attribute: str, value: str) -> str:
    """SQL of the numbers of the annotators in a group."""
    name = "annotator_id" if attribute == ANNOTATOR else attribute
    return f"SELECT code FROM browse.annotator WHERE {quote_identifier(name)} = {quote_literal(value)}"


def difference(chosen: Selection) -> str:
    """SQL of the items that two groups judged, with `difference`, 0 to 1: how far apart their answers are.

    It is the total variation distance between the answers of both groups to one question, and of several questions
    about one item the largest. That the largest counts is ours. Raises `DataError` without two groups.
    """
    if chosen.attribute is None or chosen.group is None or chosen.other is None:
        raise DataError("no groups to compare", expected="attribute, group and other")
    one, two = group_of(chosen.attribute, chosen.group), group_of(chosen.attribute, chosen.other)
    return f"""
    SELECT number, max(distance) AS difference FROM (
        SELECT number, unit, sum(abs(a / all_a - b / all_b)) / 2 AS distance FROM (
            SELECT number, unit, a, b, sum(a) OVER here AS all_a, sum(b) OVER here AS all_b FROM (
                SELECT number, unit, answer, count(*) FILTER (annotator IN ({one})) AS a,
                    count(*) FILTER (annotator IN ({two})) AS b
                FROM browse.judged
                WHERE annotator IN ({one} UNION ALL {two})
                    AND answer IN (SELECT code FROM browse.answer WHERE is_answer)
                GROUP BY ALL)
            WINDOW here AS (PARTITION BY number, unit))
        WHERE all_a > 0 AND all_b > 0 GROUP BY number, unit)
    GROUP BY number"""


def _conditions(collection: Collection, chosen: Selection) -> Iterator[str]:
    if chosen.split is not None:
        yield f"coalesce(split, '') = {quote_literal(chosen.split)}"
    if chosen.table is not None:
        yield f"item_table = {quote_literal(chosen.table)}"
    if chosen.answer is not None or (chosen.group is not None and chosen.attribute is not None):
        given = [] if chosen.answer is None else [f"answer = {chosen.answer}"]
        if chosen.group is not None and chosen.attribute is not None:
            given.append(f"annotator IN ({group_of(chosen.attribute, chosen.group)})")
        yield f"number IN (SELECT number FROM browse.judged WHERE {' AND '.join(given)})"
    if chosen.low is not None or chosen.high is not None:
        low, high = chosen.low or 0.0, 99.0 if chosen.high is None else chosen.high
        yield f"number IN (SELECT number FROM browse.divided WHERE disagreement BETWEEN {low} AND {high})"
    if chosen.search is not None:
        found = [members(collection, node, contains(node, chosen.search)) for node in collection.nodes.values()]
        yield f"number IN ({' UNION '.join(f'SELECT number FROM ({one})' for one in found)})" if found else "false"
    if chosen.check is not None:
        yield f"number IN (SELECT number FROM browse.failing WHERE label = {quote_literal(chosen.check)})"
    if chosen.change is not None:
        yield f"number IN (SELECT number FROM browse.change WHERE change = {quote_literal(chosen.change)})"


def contains(node: Node, text: str) -> str:
    """SQL that is true for rows with the text in one of their cells, without regard to case."""
    grouped = [column for column in ("group_id",) if column in node.columns]
    cells = [quote_identifier(column) for column in (*node.texts, *grouped)] + [node.key]
    return f"contains(lower(concat_ws(chr(10), {', '.join(cells)})), lower({quote_literal(text)}))"
