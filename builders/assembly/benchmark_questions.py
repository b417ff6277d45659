"""A run as questions to a model: the answer is the label that most annotators gave, or the one that the rows have.

A question has one answer, so an item whose first two labels tie is left out; every judgement of it is in `annotations`,
and each question carries the shares of all labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ...schemas.manifest import File
from ...schemas.row import Row, columns
from ...schemas.rows.question import Question as QuestionRow
from ...schemas.rows.shared import Aspect
from ...schemas.run_layout import BENCHMARK, GOLD
from ...validators.stats.aggregates import DIGITS
from ...validators.tables.sql import key_text, quote_identifier, quote_literal
from ..storage.parquet import described, write
from .curation_runner import Curation

COLUMN = re.compile(r"\{(?:(\w+)\.)?(\w+)\}")
"""A column of the item in a question, or of the row that one of its foreign keys points to."""


def questions(
    aspects: Iterable[Aspect], curation: Curation, root: Path, gold: Mapping[str, str] | None = None
) -> Iterator[File]:
    """Write the questions of every benchmark and split that has some, `benchmark/<benchmark>/<split>-...parquet`.

    A benchmark has the name of its aspect, or that of its SELECT in `gold` (`Family.gold_questions`) after `gold_`.
    """
    selects = {aspect.aspect: _select(aspect, curation.types) for aspect in aspects if aspect.question is not None}
    selects |= {f"{GOLD}{name}": GOLD_QUESTIONS.format(select=select) for name, select in (gold or {}).items()}
    for name, select in selects.items():
        curation.connection.execute(f"CREATE TABLE _questions AS {select}")
        splits = curation.connection.sql("SELECT DISTINCT split FROM _questions ORDER BY split").fetchall()
        for (split,) in splits:
            chosen = ", ".join(quote_identifier(column.name) for column in columns(QuestionRow))
            query = f"SELECT {chosen} FROM _questions WHERE split = {quote_literal(split)} ORDER BY item_id"
            paths = write(curation.connection, query, QuestionRow, root / BENCHMARK / name, split)
            yield from (described(root, path) for path in paths)
        curation.connection.execute("DROP TABLE _questions")


def question_input(aspect: Aspect, types: Mapping[str, type[Row]]) -> str:
    """SELECT of `item_id` and `input`, the question in words, of every item of an aspect.

    Raises `ValueError` for a column that the item, or the row that it points to, does not have.
    """
    assert aspect.question is not None
    item_columns = {column.name: column for column in columns(types[aspect.item_table])}
    parts, joins, at = list[str](), dict[str, str](), 0
    for found in COLUMN.finditer(aspect.question):
        key, name = found.groups()
        foreign = item_columns[key].foreign if key in item_columns else None
        of = types[foreign.table].model_fields if foreign else {} if key else item_columns
        if name not in of:
            raise ValueError(f"question of the aspect {aspect.aspect!r}: no column {found[0]}")
        alias = quote_identifier(f"to {key}") if key else "item"
        if foreign:
            target = f"{quote_identifier(foreign.table)} {alias}"
            on = f"{alias}.{quote_identifier(foreign.field)} = item.{quote_identifier(key)}"
            joins[key] = f"LEFT JOIN {target} ON {on}"
        parts += [quote_literal(aspect.question[at : found.start()]), f"{alias}.{quote_identifier(name)}"]
        at = found.end()
    parts.append(quote_literal(aspect.question[at:]))
    key_of_item = key_text(types[aspect.item_table], "item")
    item = f"{quote_identifier(aspect.item_table)} item {' '.join(joins.values())}"
    return f"SELECT {key_of_item} AS item_id, concat({', '.join(parts)}) AS input FROM {item}"


def _select(aspect: Aspect, types: Mapping[str, type[Row]]) -> str:
    listed = ", ".join(map(quote_literal, aspect.choices()))
    return f"""
    WITH votes AS (
        SELECT item_id, label, count(*) AS votes FROM annotations
        WHERE item_table = {quote_literal(aspect.item_table)} AND aspect = {quote_literal(aspect.aspect)}
            AND sample = 0 AND label IN ({listed})
        GROUP BY ALL),
    joined AS (
        SELECT item_id, arg_max(label, votes) AS label, sum(votes)::BIGINT AS n,
            list(struct_pack(label := label, share := votes) ORDER BY votes DESC, label) AS counted
        FROM votes GROUP BY item_id HAVING len(list_filter(list(votes), lambda v: v = list_max(list(votes)))) = 1)
    SELECT item_id, input, [{listed}] AS choices, chr(64 + list_position([{listed}], label)::INTEGER) AS target,
        list_transform(counted, lambda s: struct_pack(label := s.label, share := round(s.share / n, {DIGITS})))
            AS distribution, n, split
    FROM joined JOIN ({question_input(aspect, types)}) asked USING (item_id)
    JOIN _places ON tab = {quote_literal(aspect.item_table)} AND key = item_id"""


GOLD_QUESTIONS = """
SELECT item_id, input, choices, chr(64 + list_position(choices, answer)::INTEGER) AS target, [] AS distribution, 0 AS n,
    split
FROM ({select}) JOIN _places ON tab = item_table AND key = item_id
WHERE len(list_distinct(choices)) = len(choices) AND list_position(choices, answer) BETWEEN 1 AND 26
"""
