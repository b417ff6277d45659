"""Texts that are nearly the same, found by MinHash (Broder 1997) and then told by all their word triples."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..tables.sql import query

BANDS, ROWS, MAX_BUCKET = 4, 2, 20
"""Bands of so many minima each: of two texts with a similarity of 0.8, 98 in 100 meet. In a crowded bucket a text is
only held against the first, so that the work grows with the texts and not with their pairs."""


def near_duplicates(items: DuckDBPyRelation, least: float) -> DuckDBPyRelation:
    """Pairs of items with nearly the same text: `one` and `other`, each its lowest item_id and all its splits.

    They share at least so much of their distinct word triples (Jaccard). Texts that are equal when normalised are one.
    Not every pair is found: nearly every text that is like another is in some pair, but where many are alike each is
    held against the first only.
    """
    split = "split" if "split" in items.columns else "NULL AS split"
    return query(items, NEAR_DUPLICATES.format(split=split, least=least))


NEAR_DUPLICATES = f"""
WITH texts AS (
    SELECT {{{{'item_id': min(item_id), 'splits': list_sort(list(DISTINCT split))}}}} AS item, said FROM (
        SELECT CAST(item_id AS VARCHAR) AS item_id, {{split}}, norm(CAST(text AS VARCHAR)) AS said
        FROM rows WHERE text IS NOT NULL) GROUP BY said
), grams AS (
    SELECT item, list_distinct(list_transform(range(1, len(words) - 1),
        lambda i: array_to_string(words[i:i + 2], ' '))) AS grams
    FROM (SELECT item, string_split(said, ' ') AS words FROM texts) WHERE len(words) >= 5
), places AS (
    SELECT item, grams, unnest(list_transform(range({BANDS}), lambda band: hash(band,
        list_transform(range({ROWS}), lambda row: list_min(list_transform(grams,
            lambda gram: hash(gram, band * {ROWS} + row))))))) AS bucket FROM grams
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY bucket ORDER BY item) AS place FROM places
), pairs AS (
    SELECT DISTINCT a.item AS one, b.item AS other, a.grams AS mine, b.grams AS theirs
    FROM ranked a JOIN ranked b ON a.bucket = b.bucket AND a.place < b.place
    AND (b.place <= {MAX_BUCKET} OR a.place = 1)
)
SELECT one, other FROM (SELECT *, len(list_intersect(mine, theirs)) AS shared FROM pairs)
WHERE shared / (len(mine) + len(theirs) - shared) >= {{least}}
"""
