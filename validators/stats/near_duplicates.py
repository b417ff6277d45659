"""Near-duplicate texts: pairs above a Jaccard similarity of their word n-grams, found exactly by prefix filtering."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..tables.sql import query

WORDS = 3
"""Words of a gram."""
MAX_BUCKET = 50
"""Texts that share one of their rarest grams and are compared with each other; each further one only with the first, so
that work grows with the number of texts and not of pairs."""


def similar_pairs(texts: DuckDBPyRelation, least: float, words: int = WORDS) -> DuckDBPyRelation:
    """Pairs of rows with similar texts: `one` and `other`, of which `one` has the lower `rank`, and `similarity`.

    `texts` has `rank`, a distinct integer, and `text`, which is normalised. Two texts are similar if the Jaccard
    similarity of their distinct grams of so many words is at least `least`; a shorter text is a single gram. Prefix
    filtering (Chaudhuri et al. 2006) leaves out no pair: similar texts share one of their rarest grams. Where over
    `MAX_BUCKET` texts share such a gram, nearly every similar text is still in some pair.
    """
    return query(texts, SIMILAR_PAIRS.format(least=least, last=words - 1))


def near_duplicates(items: DuckDBPyRelation, least: float) -> DuckDBPyRelation:
    """Pairs of near-duplicate texts, `one` and `other`, each with the lowest item_id and all splits of the text.

    Texts that are equal when normalised count as one; those under five words are left out.
    """
    split = "split" if "split" in items.columns else "NULL"
    texts = query(
        items,
        f"""SELECT *, row_number() OVER (ORDER BY item) AS rank FROM (
            SELECT {{'item_id': min(item_id), 'splits': list_sort(list(DISTINCT split))}} AS item, text
            FROM (SELECT CAST(item_id AS VARCHAR) AS item_id, {split} AS split, norm(CAST(text AS VARCHAR)) AS text
                FROM rows WHERE text IS NOT NULL) GROUP BY text)
        WHERE text LIKE '% % % % %'""",
    )
    pairs = similar_pairs(texts.select("rank, text"), least).set_alias("p")
    named = pairs.join(texts.set_alias("a"), "p.one = a.rank").join(texts.set_alias("b"), "p.other = b.rank")
    return named.select("a.item AS one, b.item AS other")


SIMILAR_PAIRS = f"""
WITH grams AS MATERIALIZED (
    SELECT rank, list_distinct(list_transform(range(1, greatest(len(words) - {{last}}, 1) + 1),
        lambda i: hash(words[i:i + {{last}}]))) AS grams
    FROM (SELECT rank, string_split(text, ' ') AS words FROM rows)
), each_gram AS MATERIALIZED (
    SELECT rank, len(grams) AS n, unnest(grams) AS gram FROM grams
), shared AS MATERIALIZED (
    SELECT gram, count(*) AS texts FROM each_gram GROUP BY gram HAVING texts > 1
), prefixes AS (
    SELECT rank, n, gram FROM (
        SELECT rank, n, gram, texts, row_number() OVER (PARTITION BY rank ORDER BY texts NULLS FIRST, gram) AS place
        FROM each_gram LEFT JOIN shared USING (gram))
    WHERE texts > 1 AND place <= n - ceil({{least}} * n) + 1
), bucketed AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY gram ORDER BY rank) AS place FROM prefixes
), candidates AS (
    SELECT DISTINCT a.rank AS one, b.rank AS other FROM bucketed a JOIN bucketed b USING (gram)
    WHERE a.place < b.place AND b.n BETWEEN {{least}} * a.n AND a.n / {{least}}
    AND (b.place <= {MAX_BUCKET} OR a.place = 1)
)
SELECT one, other, common / (n + m - common) AS similarity FROM (
    SELECT one, other, len(a.grams) AS n, len(b.grams) AS m, len(list_intersect(a.grams, b.grams)) AS common
    FROM candidates JOIN grams a ON a.rank = one JOIN grams b ON b.rank = other)
WHERE similarity >= {{least}}
"""
