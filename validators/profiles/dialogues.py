"""Pairs of whole dialogues as a prompt and two responses, split at the last turn of the assistant."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..tables.sql import query

TURN = r"(?s)^(.*(?:^|\n)\s*(?:Assistant|Chatbot|Bot|AI|Model|GPT):)(.*)$"
"""A dialogue in one text, up to the mark of its last turn, and that turn."""


def split_dialogues(pairs: DuckDBPyRelation) -> DuckDBPyRelation:
    """Pairs whose sides are dialogues with one beginning, with that as the prompt and the last turns as responses.

    Pairs whose dialogues begin differently stay as they are, for a check to find.
    """
    a, b = _parts("first"), _parts("second")
    split = f"""
        WITH parts AS (SELECT *, {a} AS a, {b} AS b FROM rows)
        SELECT * EXCLUDE (a, b) REPLACE (
            CASE WHEN a.start = b.start AND prompt IS NULL THEN a.start ELSE prompt END AS prompt,
            CASE WHEN a.start = b.start THEN a.last ELSE first END AS first,
            CASE WHEN a.start = b.start THEN b.last ELSE second END AS second)
        FROM parts"""
    return query(pairs, split)


def _parts(side: str) -> str:
    """SQL of what a dialogue begins with and of its last turn; null for a text that is none."""
    messages = f"TRY_CAST({side} AS JSON)"
    last = f"json_extract({messages}, '$[#-1]')"
    count = f"json_array_length({messages})"
    start = f"CAST(list_slice(TRY_CAST({messages} AS JSON[]), 1, {count} - 1) AS VARCHAR)"
    return f"""CASE
        WHEN ltrim({side}) LIKE '[%' AND json_valid({side}) AND json_exists({last}, '$.content')
        THEN {{'start': {start}, 'last': coalesce({last} ->> '$.content', '')}}
        WHEN regexp_matches({side}, '{TURN}')
        THEN {{'start': regexp_extract({side}, '{TURN}', 1), 'last': ltrim(regexp_extract({side}, '{TURN}', 2))}} END"""
