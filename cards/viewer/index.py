"""The index of a collection: a number for each item, and every judgement as three small numbers.

`browse.item`: number, item_table, item_key, split.
`browse.judged`: number of the item, unit (the judged row and its aspect), annotator and answer.
`browse.annotator` and `browse.answer` say what these numbers stand for.
`browse.divided`: number, disagreement.
"""

from __future__ import annotations

from collections.abc import Iterator

from duckdb import DuckDBPyConnection

from ...schemas.rows.shared import ABSTAIN
from ...validators.stats.k_anonymity import grouping_columns
from ...validators.tables.sql import quote_identifier, quote_literal
from .collection import Collection, Node

MAX_ANSWERS = 30
"""Answers of one aspect that are distinguished; rarer ones are one answer, `others`."""
BINS = 5
"""Equal bins of scores that take more than `MAX_SCORES` values."""
MAX_SCORES = 11
OTHERS = "(others)"


def create_items(collection: Collection) -> None:
    """Number all items, in the order of the data."""
    parts = [
        f"SELECT {quote_literal(root.table)} AS item_table, {root.key} AS item_key, {_split(root)} AS split "
        f"FROM {root.relation}"
        for root in collection.roots
    ]
    empty = "SELECT NULL::VARCHAR AS item_table, NULL::VARCHAR AS item_key, NULL::VARCHAR AS split LIMIT 0"
    collection.connection.execute("CREATE SCHEMA browse")
    collection.connection.execute(
        "CREATE TABLE browse.item AS SELECT (row_number() OVER () - 1)::INTEGER AS number, * "
        f"FROM ({' UNION ALL '.join(parts) or empty})"
    )


def create_judged(collection: Collection, connection: DuckDBPyConnection) -> None:
    """Number annotators and answers, and find which judgements belong to which item and how divided each item is."""
    connection.execute(_annotators(collection, connection))
    if collection.annotations is None:
        connection.execute(
            "CREATE TABLE browse.answer (code INTEGER, aspect VARCHAR, answer VARCHAR, is_answer BOOLEAN, rank DOUBLE);"
            "CREATE TABLE browse.judged (number INTEGER, unit UBIGINT, annotator INTEGER, answer INTEGER);"
            "CREATE TABLE browse.divided (number INTEGER, disagreement DOUBLE)"
        )
        return
    has = connection.sql(f"FROM {collection.annotations}").columns
    cells = ", ".join(f"{c if c in has else 'NULL'}::{kind} AS {c}" for c, kind in _CELLS.items())
    connection.execute(f"CREATE VIEW browse.given AS SELECT {cells} FROM {collection.annotations}")
    connection.execute(ANSWERS)
    judged = " UNION ALL ".join(_judged(collection, node) for node in collection.nodes.values() if node.key != "NULL")
    connection.execute(f"CREATE TABLE browse.judged AS {judged}")
    connection.execute(DIVIDED)


def members(collection: Collection, node: Node, condition: str = "true") -> str:
    """SQL of the keys of a table that fulfil a condition on its rows, each with the number of its item."""
    if node.parent is None:
        return (
            f"SELECT rows.key, item.number FROM (SELECT {node.key} AS key FROM {node.relation} WHERE {condition}) rows "
            f"JOIN browse.item ON item.item_table = {quote_literal(node.table)} AND item.item_key = rows.key"
        )
    parent = collection.nodes[node.parent]
    above = (
        f"SELECT item_key AS key, number FROM browse.item WHERE item_table = {quote_literal(parent.table)}"
        if parent.parent is None
        else members(collection, parent)
    )
    return (
        f"SELECT rows.key, above.number FROM (SELECT {node.key} AS key, {node.reference} AS parent "
        f"FROM {node.relation} WHERE {condition}) rows JOIN ({above}) above ON above.key = rows.parent"
    )


def attributes(collection: Collection, connection: DuckDBPyConnection) -> list[str]:
    """The attributes by which annotators make groups."""
    if collection.annotators is None:
        return []
    return [name for name in grouping_columns(connection.sql(f"FROM {collection.annotators}")) if name != "split"]


_CELLS = {
    "item_table": "VARCHAR", "item_id": "VARCHAR", "annotator_id": "VARCHAR", "aspect": "VARCHAR", "label": "VARCHAR",
    "score": "DOUBLE",
}  # fmt: skip


def _split(node: Node) -> str:
    return "CAST(split AS VARCHAR)" if "split" in node.columns else "NULL::VARCHAR"


def _annotators(collection: Collection, connection: DuckDBPyConnection) -> str:
    """SQL that numbers everyone who judged or is described, with their attributes."""
    known = attributes(collection, connection)
    if collection.annotators is None and collection.annotations is None:
        return "CREATE TABLE browse.annotator (code INTEGER, annotator_id VARCHAR)"
    ids = " UNION ".join(
        f"SELECT DISTINCT annotator_id::VARCHAR AS annotator_id FROM {one}"
        for one in (collection.annotations, collection.annotators)
        if one is not None and "annotator_id" in connection.sql(f"FROM {one}").columns
    )
    described = ", ".join(f"any_value({quote_identifier(a)})::VARCHAR AS {quote_identifier(a)}" for a in known)
    ids = f"SELECT * FROM ({ids}) WHERE annotator_id IS NOT NULL"
    numbered = "SELECT (row_number() OVER (ORDER BY annotator_id) - 1)::INTEGER AS code, annotator_id"
    if not known:
        return f"CREATE TABLE browse.annotator AS {numbered} FROM ({ids})"
    people = (
        f"SELECT annotator_id::VARCHAR AS annotator_id, {described} FROM {collection.annotators} GROUP BY annotator_id"
    )
    names = ", ".join(map(quote_identifier, known))
    return (
        f"CREATE TABLE browse.annotator AS {numbered}, {names} FROM ({ids}) LEFT JOIN ({people}) USING (annotator_id)"
    )


def _judged(collection: Collection, node: Node) -> str:
    """SQL of the judgements of the rows of one table."""
    return f"""
    SELECT m.number, hash(g.item_table, g.item_id, g.aspect) AS unit, p.code AS annotator, a.code AS answer
    FROM browse.given g JOIN ({members(collection, node)}) m ON m.key = g.item_id
    JOIN browse.spelled a ON a.aspect IS NOT DISTINCT FROM g.aspect
        AND a.label IS NOT DISTINCT FROM g.label AND a.score IS NOT DISTINCT FROM g.score
    LEFT JOIN browse.annotator p ON p.annotator_id = g.annotator_id
    WHERE g.item_table = {quote_literal(node.table)}"""


ANSWERS = f"""
CREATE TABLE browse.spelled AS
WITH scales AS (
    SELECT aspect, min(score) AS low, max(score) AS high, count(DISTINCT score) > {MAX_SCORES} AS wide
    FROM browse.given GROUP BY aspect),
counted AS (
    SELECT aspect, label, score, count(*) AS n FROM browse.given
    WHERE label IS NOT NULL OR (score IS NOT NULL AND NOT isnan(score)) GROUP BY ALL),
ranked AS (
    SELECT c.*, s.low, s.high, s.wide,
        row_number() OVER (PARTITION BY c.aspect ORDER BY n DESC, label) AS place
    FROM counted c LEFT JOIN scales s ON s.aspect IS NOT DISTINCT FROM c.aspect),
binned AS (
    SELECT *, CASE WHEN label IS NULL AND wide
        THEN least(floor((score - low) / (high - low) * {BINS}), {BINS - 1}) END AS bin
    FROM ranked),
named AS (
    SELECT aspect, label, score, n, coalesce(bin, score) AS rank,
        CASE WHEN bin IS NOT NULL
            THEN printf('%g to %g', low + bin * (high - low) / {BINS}, low + (bin + 1) * (high - low) / {BINS})
        WHEN label IS NULL THEN printf('%g', score)
        WHEN place > {MAX_ANSWERS} THEN '{OTHERS}' ELSE label END AS answer
    FROM binned)
SELECT aspect, label, score, n, rank, answer,
    (dense_rank() OVER (ORDER BY aspect NULLS FIRST, answer) - 1)::INTEGER AS code FROM named;
CREATE TABLE browse.answer AS
    SELECT code, any_value(aspect) AS aspect, any_value(answer) AS answer,
        any_value(answer) <> '{ABSTAIN}' AS is_answer, min(rank) AS rank FROM browse.spelled GROUP BY code
"""
"""Every answer that was given, with its number; scores of many values are binned."""

DIVIDED = """
CREATE TABLE browse.divided AS
SELECT number, round(max(bits), 3) AS disagreement FROM (
    SELECT number, unit, abs(sum(-n / total * log2(n / total))) AS bits
    FROM (SELECT number, unit, n, sum(n) OVER (PARTITION BY number, unit) AS total
        FROM (SELECT number, unit, answer, count(*) AS n FROM browse.judged
            WHERE answer IN (SELECT code FROM browse.answer WHERE is_answer) GROUP BY ALL))
    WHERE total > 1 GROUP BY number, unit)
GROUP BY number
"""
"""Disagreement of an item: the entropy, in bits, of the answers to the question that divides its annotators most.

Entropy is that of the measure `label_entropy`; abstentions are left out. That the most divided question counts is ours.
"""


def answers(connection: DuckDBPyConnection) -> Iterator[tuple[int, str, str]]:
    """Number, aspect and text of every answer, in the order of a scale, else by text."""
    yield from connection.sql(
        "SELECT code, coalesce(aspect, ''), answer FROM browse.answer ORDER BY aspect NULLS FIRST, rank, answer"
    ).fetchall()
