"""Near-duplicate texts: candidates by MinHash (Broder 1997), verified by all their word triples."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..tables.sql import query

BANDS, ROWS, MAX_BUCKET = 4, 2, 20
"""Bands, minima per band (98% of pairs with a similarity of 0.8 share a bucket), and the bucket size beyond which texts
are only compared with the first, so that work grows with the number of texts and not of pairs."""


def near_duplicates(items: DuckDBPyRelation, least: float) -> DuckDBPyRelation:
    """Pairs of near-duplicate texts, `one` and `other`, each with the lowest item_id and all splits of the text.

    The Jaccard similarity of their distinct word triples is at least `least`. Texts that are equal when normalised
    count as one. Nearly every near-duplicate is in some pair, but in large clusters only in one with the first.
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
