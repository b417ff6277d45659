"""Pieces of an option show a list that was parsed badly: `Importan` and `ut less urgent` are one option, cut."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from .. import Check


def _choices(item: str, *texts: str) -> list[dict[str, object]]:
    return [{"item_id": item, "position": n, "text": text} for n, text in enumerate(texts)]


CAPITALISED = [row for n in range(10) for row in _choices(f"{n}", "Important", "Not important")]


class DamagedOptions(Check):
    """No option starts in the middle of a word or sentence, if nearly all start with a capital letter."""

    severity = "warning"
    problem = "seem|seems to be a piece of a choice"
    table = "choices"
    unit = "choices"
    needs = {"choices": ["item_id", "position", "text"]}
    passes = {"choices": [*CAPITALISED, *_choices("x", "iPhone", "None of these")]}
    fails = {"choices": [*CAPITALISED, *_choices("x", "A priority", "Importan", "ut less urgent")]}

    max_share: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """A larger share of choices that start with a small letter is taken to be intended."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Choices that start with a small letter beside others of the item that do not, and words cut short."""
        return query(tables["choices"], PIECES.format(most=self.max_share))


PIECES = r"""
WITH marked AS (
    SELECT item_id, position, text, regexp_matches(text, '^\p{{Ll}}+[\s,.]') AS small,
        lag(text) OVER (PARTITION BY item_id ORDER BY position) AS before FROM rows WHERE text IS NOT NULL),
known AS (SELECT DISTINCT lower(unnest(regexp_extract_all(text, '\p{{L}}+'))) AS word FROM marked WHERE NOT small),
pieces AS (SELECT * FROM marked WHERE small AND before IS NOT NULL
    AND (SELECT count(*) FILTER (small) <= {most} * count(*) FROM marked))
SELECT item_id, position, 'starts with a small letter: ' || left(text, 60) AS problem FROM pieces
UNION ALL SELECT m.item_id, m.position, 'cut before ' || left(p.text, 60) || ': ' || left(m.text, 60)
FROM marked m JOIN pieces p ON m.item_id = p.item_id AND m.position = p.position - 1
WHERE NOT m.small AND regexp_matches(m.text, '\p{{L}}$') AND EXISTS (FROM known
    WHERE starts_with(word, lower(regexp_extract(m.text, '\p{{L}}+$')))
    AND length(word) = length(regexp_extract(m.text, '\p{{L}}+$')) + 1)
"""
