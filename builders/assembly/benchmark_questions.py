"""The judgements of a run as questions to a model: what most annotators say of an item is the answer.

A question has one answer, so an item on which no label has most votes is left out; what each annotator said of it is in
`annotations`, and the shares of all labels are with the question.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...schemas.manifest import File
from ...schemas.row import columns
from ...schemas.rows.question import Question as QuestionRow
from ...schemas.run_layout import BENCHMARK
from ...validators.stats.aggregates import DIGITS
from ...validators.tables.sql import quote_identifier, quote_literal
from ..families import Family, Question
from ..storage.parquet import described, write
from .curation_runner import Curation


def questions(family: Family, curation: Curation, root: Path) -> Iterator[File]:
    """Write the questions of every aspect and split that has some, `benchmark/<aspect>/<split>-...parquet`."""
    for aspect, question in family.questions.items():
        curation.connection.execute(f"CREATE TABLE _questions AS {_select(aspect, question)}")
        found = curation.connection.sql("SELECT DISTINCT split FROM _questions ORDER BY split").fetchall()
        for (split,) in found:
            chosen = ", ".join(quote_identifier(column.name) for column in columns(QuestionRow))
            query = f"SELECT {chosen} FROM _questions WHERE split = {quote_literal(split)} ORDER BY item_id"
            paths = write(curation.connection, query, QuestionRow, root / BENCHMARK / aspect, split)
            yield from (described(root, path) for path in paths)
        curation.connection.execute("DROP TABLE _questions")


def _select(aspect: str, question: Question) -> str:
    listed = ", ".join(map(quote_literal, question.choices))
    return f"""
    WITH votes AS (
        SELECT item_id, label, count(*) AS votes FROM annotations
        WHERE item_table = {quote_literal(question.table)} AND aspect = {quote_literal(aspect)}
            AND sample = 0 AND label IN ({listed})
        GROUP BY ALL),
    joined AS (
        SELECT item_id, arg_max(label, votes) AS label, sum(votes)::BIGINT AS n,
            list(struct_pack(label := label, share := votes) ORDER BY votes DESC, label) AS counted
        FROM votes GROUP BY item_id HAVING len(list_filter(list(votes), lambda v: v = list_max(list(votes)))) = 1)
    SELECT item_id, input, [{listed}] AS choices, chr(64 + list_position([{listed}], label)::INTEGER) AS target,
        list_transform(counted, lambda s: struct_pack(label := s.label, share := round(s.share / n, {DIGITS})))
            AS distribution, n, split
    FROM joined JOIN ({question.select}) asked USING (item_id)
    JOIN _places ON tab = {quote_literal(question.table)} AND key = item_id"""
