"""Items that are nearly the same count a topic twice, and leak between splits without being equal."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ..check import Check
from ..tables import Tables, over

TEXT = "A nurse finds out that her friend has sold medicine from the ward to pay for the treatment of {} ill mother"
BANDS, ROWS, CROWDED = 4, 2, 20
"""Bands of so many minima each: of two texts with a similarity of 0.8, 98 in 100 meet. In a crowded bucket a text is
only held against the first, so that the work grows with the texts and not with their pairs."""


class SimilarItems(Check):
    """No two items have nearly the same text."""

    severity = "info"
    table = "items"
    needs = {"items": ["item_id", "text"]}
    passes = {"items": [{"item_id": "1", "text": TEXT.format("her")}, {"item_id": "2", "text": "Lying to a friend"}]}
    fails = {"items": [{"item_id": str(n), "text": TEXT.format(who)} for n, who in enumerate(("her", "his"))]}

    least: Annotated[float, Field(gt=0, le=1)] = 0.7
    """Texts that share so much of their distinct word triples (Jaccard) are nearly the same; the bound is ours."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Items with the first that each nearly repeats, by MinHash (Broder 1997) and then by all triples.

        Texts that are the same when normalised are left to `repeated_items`.
        """
        return over(
            tables["items"],
            f"""WITH texts AS (
                SELECT DISTINCT ON (said) CAST(item_id AS VARCHAR) AS item_id, norm(CAST(text AS VARCHAR)) AS said
                FROM rows WHERE text IS NOT NULL ORDER BY said, item_id
            ), grams AS (
                SELECT item_id, list_distinct(list_transform(range(1, len(words) - 1),
                    lambda i: array_to_string(words[i:i + 2], ' '))) AS grams
                FROM (SELECT item_id, string_split(said, ' ') AS words FROM texts) WHERE len(words) >= 5
            ), places AS (
                SELECT item_id, grams, unnest(list_transform(range({BANDS}), lambda band: hash(band,
                    list_transform(range({ROWS}), lambda row: list_min(list_transform(grams,
                        lambda gram: hash(gram, band * {ROWS} + row))))))) AS bucket FROM grams
            ), ranked AS (
                SELECT *, row_number() OVER (PARTITION BY bucket ORDER BY item_id) AS place FROM places
            ), pairs AS (
                SELECT DISTINCT a.item_id AS one, b.item_id AS item_id, a.grams AS mine, b.grams AS theirs
                FROM ranked a JOIN ranked b ON a.bucket = b.bucket AND a.place < b.place
                AND (b.place <= {CROWDED} OR a.place = 1)
            )
            SELECT item_id, 'nearly the text of ' || min(one) AS problem
            FROM (SELECT *, len(list_intersect(mine, theirs)) AS shared FROM pairs)
            WHERE shared / (len(mine) + len(theirs) - shared) >= {self.least} GROUP BY item_id""",
        )
