"""Judgements of annotators, in columns and in cells, and the annotators themselves."""

from __future__ import annotations

from collections.abc import Iterator

from ....schemas.rows.shared import ABSTAIN
from ....schemas.views import View
from ...tables.sql import quote_identifier, quote_literal
from ..column_facts import plain_name
from ..understanding import SERIES
from . import TableSql
from .pairs import sides_by_number


def annotation_views(table: TableSql) -> Iterator[View]:
    """Judgements in columns, a row or a column for each annotator."""
    select = f"SELECT 'items' AS item_table, {table.id} AS item_id"
    if table.one_judgement_a_row and ("label" in table.sql or "score" in table.sql):
        aspect = table.sql.get("aspect", "'label'" if "label" in table.sql else "'score'")
        rows = f"""{select}, {table.sql["annotator_id"]} AS annotator_id, {aspect} AS aspect,
            {table.sql.get("label", "NULL")} AS label, {table.sql.get("score", "NULL")} AS score,
            _row {table.source}"""
        yield View("annotations", _with_superseded(rows))
    for column in table.known.judged if "annotator_id" in table.sql else []:
        yield _annotation(table, select, table.sql["annotator_id"], quote_literal(column), column)
    for column in table.annotators:
        # Numbers may be codes: they are labels, of which only equality counts.
        yield View(
            "annotations",
            f"""{select}, {quote_literal(column)} AS annotator_id, 'label' AS aspect,
            {quote_identifier(column)} AS label, NULL AS score {table.source}""",
        )
        if sides_by_number(table):
            code = f"CAST({quote_identifier(column)} AS VARCHAR)"
            yield View(
                "annotations",
                f"""{select}, {quote_literal(column)} AS annotator_id, 'preference' AS aspect, NULL AS label,
                CASE {code} WHEN '1' THEN -1 WHEN '0' THEN 0 WHEN '2' THEN 1 END AS score {table.source}""",
            )
    if (annotator := table.links.annotator.get(table.name)) and not table.known.nested:
        for column in [c for c in table.known.facts if plain_name(c) in ("label", "labels", "score", "rating")]:
            yield _annotation(table, select, quote_literal(annotator), quote_literal(column), column)


def _with_superseded(rows: str) -> str:
    """SELECT of judgements that says of each whether the same annotator judges the same again in a later row."""
    same = "item_id, annotator_id, aspect"
    return f"""WITH judgements AS ({rows}), repeated AS (
            SELECT {same}, max(_row) AS last FROM judgements
            WHERE CAST(label AS VARCHAR) <> '{ABSTAIN}' AND trim(CAST(label AS VARCHAR)) <> ''
                OR isfinite(TRY_CAST(score AS DOUBLE))
            GROUP BY ALL HAVING count(*) > 1)
        SELECT judgements.* EXCLUDE (_row), coalesce(_row < last, false) AS superseded
        FROM judgements LEFT JOIN repeated USING ({same})"""


def _annotation(table: TableSql, select: str, annotator: str, aspect: str, column: str) -> View:
    """Judgements in a column of its own: scores where they lie on a scale, lists of labels as sets."""
    kind, name = table.known.facts[column].kind, quote_identifier(column)
    label, score = f"CAST({name} AS VARCHAR)", "NULL"
    if kind == "list":
        members = f"TRY_CAST(literal(CAST(to_json({name}) ->> '$' AS VARCHAR)) AS VARCHAR[])"
        label = f"nullif(array_to_string(list_sort(list_distinct({members})), ' | '), '')"
    elif kind in ("scale", "count", "number", "share"):
        label, score = "NULL", f"TRY_CAST({name} AS DOUBLE)"
    return View(
        "annotations",
        f"""{select}, {annotator} AS annotator_id, {aspect} AS aspect,
        {label} AS label, {score} AS score {table.source}""",
    )


def nested_annotation_views(table: TableSql) -> Iterator[View]:
    """Judgements inside cells, the votes that they are, and what the dataset states of those."""
    owner = quote_literal(table.links.annotator.get(table.name, "")) if table.name in table.links.annotator else "NULL"
    distribution = table.sql.get("distribution")
    for number, rows in enumerate(table.nested):
        joined = f"{table.source} JOIN {rows} AS nested USING (_row)"
        yield View(
            "annotations",
            f"""SELECT 'items' AS item_table, {table.id} AS item_id,
            coalesce(nested.annotator_id, {owner}) AS annotator_id, nested.aspect AS aspect,
            nested.label AS label, nested.score AS score {joined}""",
        )
        if number or not (table.known.stated or distribution):
            continue
        yield View(
            "votes",
            f"""SELECT {table.id} AS item_id, nested.label AS option, count(*) AS votes {joined}
            WHERE nested.label IS NOT NULL GROUP BY 1, 2""",
        )
        known = f"IN (SELECT label FROM {rows} WHERE label IS NOT NULL)"
        for column, rule in table.known.stated.items():
            stated = f"CAST({quote_identifier(column)} AS VARCHAR)"
            only = f" WHERE {stated} {known}" if rule == "majority" else ""
            yield View(
                "stated", f"SELECT {table.id} AS item_id, '{rule}' AS rule, {stated} AS stated {table.source}{only}"
            )
        if distribution:
            yield View(
                "stated",
                f"""SELECT item_id, 'soft:' || option AS rule, CAST(share AS VARCHAR) AS stated FROM (
                SELECT {table.id} AS item_id, unnest(map_keys({distribution})) AS option,
                unnest(map_values({distribution})) AS share {table.source}) WHERE option {known}""",
            )


def wide_annotation_views(table: TableSql) -> Iterator[View]:
    """A row for each person and question, where the questions are columns."""
    if not table.known.wide:
        return
    who, linked = table.sql.get("annotator_id", "CAST(_row AS VARCHAR)"), table.namespace != table.name
    listed = []
    for column in table.known.wide:
        match = SERIES.fullmatch(plain_name(column))
        item = match[2] if linked and match else column
        kind = table.known.facts[column].kind
        name = quote_identifier(column)
        score = f"TRY_CAST({name} AS DOUBLE)" if kind not in ("category", "text", "flag") else "NULL::DOUBLE"
        label = "NULL::VARCHAR" if score != "NULL::DOUBLE" else f"CAST({name} AS VARCHAR)"
        listed.append(f"{{'item': {quote_literal(item)}, 'label': {label}, 'score': {score}}}")
    aspect = quote_literal(table.known.wide_aspect)
    yield View(
        "annotations",
        f"""SELECT 'items' AS item_table, {table.qualified("judged.item")} AS item_id, annotator_id,
        {aspect} AS aspect, judged.label AS label, judged.score AS score
        FROM (SELECT {who} AS annotator_id, unnest([{", ".join(listed)}]) AS judged {table.source})""",
    )


def annotator_views(table: TableSql) -> Iterator[View]:
    """The annotators with the most frequent value of each attribute."""
    if "annotator_id" not in table.sql or not table.known.attributes:
        return
    who = table.sql["annotator_id"]
    modes = ", ".join(
        f"mode(CAST({quote_identifier(c)} AS VARCHAR)) AS {quote_identifier(c)}" for c in table.known.attributes
    )
    yield View("annotators", f"SELECT {who} AS annotator_id, {modes} {table.source} WHERE {who} IS NOT NULL GROUP BY 1")
