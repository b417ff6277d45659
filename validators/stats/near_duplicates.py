"""Near-duplicate texts: pairs above a Jaccard similarity of their word n-grams, found exactly by prefix filtering."""

from __future__ import annotations

from collections import deque
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyRelation

from ..tables.sql import materialize_arrow, query, query_tables

WORDS = 3
"""Words of a gram."""
BUCKETS = 1 << 24
"""Buckets in which grams are counted."""
READ = 20_000
"""Texts that are looked at at once; at most 65,536."""
ROUNDING = 1e-9
"""0.55 * 100 is a little over 55 in floating point, which is not to ask for a 56th gram."""
RAREST = pa.schema([("rank", pa.int64()), ("n", pa.int32()), ("gram", pa.uint32())])
Array: TypeAlias = "np.ndarray[tuple[int], np.dtype[Any]]"
MAX_BUCKET = 50
"""Texts that share one of their rarest grams and are compared with each other; each further one only with the first, so
that work grows with the number of texts and not of pairs."""


def similar_pairs(texts: DuckDBPyRelation, least: float, words: int = WORDS) -> DuckDBPyRelation:
    """Pairs of rows with similar texts: `one` and `other`, of which `one` has the lower `rank`, and `similarity`.

    `texts` has `rank`, a distinct integer, and `text`, which is normalised. Two texts are similar if the Jaccard
    similarity of their distinct grams of so many words is at least `least`; a shorter text is a single gram. Prefix
    filtering (Chaudhuri et al. 2006) leaves out no pair: similar texts share one of their rarest grams, in whatever
    order these are ranked. In memory are only numbers, four bytes for each gram; the grams themselves are made again
    for the texts that are compared. Where over `MAX_BUCKET` texts share one of their rarest grams, nearly every similar
    text is still in some pair.
    """
    grams = query(texts, GRAMS.format(last=words - 1))
    rarest = materialize_arrow(grams, _rarest(grams, least))
    return query_tables({"grams": grams, "rarest": rarest}, ["grams", "rarest"], SIMILAR_PAIRS.format(least=least))


def _rarest(grams: DuckDBPyRelation, least: float) -> pa.Table:
    """The rarest grams of each text, as many as two similar texts must share one of: `rank`, `n` grams, `gram`.

    Grams are numbers of 32 bits, counted in buckets. That two of them share a number or a bucket makes them seem less
    rare and loses no pair. Grams that occur in one text only are left out.
    """
    counts, batches = np.zeros(BUCKETS, dtype=np.uint32), deque[tuple[Array, Array, Array]]()
    for batch in grams.to_arrow_reader(READ):
        lists = batch.column("grams")
        numbers = (lists.flatten().to_numpy() >> np.uint64(32)).astype(np.uint32)
        np.add.at(counts, numbers % BUCKETS, 1)
        batches.append((batch.column("rank").to_numpy(), lists.value_lengths().to_numpy(), numbers))
    parts = []
    while batches:  # each is let go of as soon as its rarest grams are known
        ranks, sizes, numbers = batches.popleft()
        owners = np.repeat(np.arange(len(sizes), dtype=np.uint16), sizes)
        frequency = counts[numbers % BUCKETS]
        order = np.argsort(frequency.astype(np.uint64) << np.uint64(32) | numbers)
        order = order[np.argsort(owners[order], kind="stable")]
        place = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        common = np.ceil(least * sizes - ROUNDING)  # grams that a similar text has too, at the least
        taken = order[(place < (sizes - common + 1)[owners]) & (frequency[order] > 1)]
        of = owners[taken]
        parts.append(pa.table({"rank": ranks[of], "n": sizes[of], "gram": numbers[taken]}, schema=RAREST))
    return pa.concat_tables(parts) if parts else RAREST.empty_table()


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


GRAMS = """
SELECT CAST(rank AS BIGINT) AS rank, list_distinct(list_transform(range(1, greatest(len(words) - {last}, 1) + 1),
    lambda i: hash(words[i:i + {last}]))) AS grams
FROM (SELECT rank, string_split(text, ' ') AS words FROM rows)
"""
SIMILAR_PAIRS = f"""
WITH bucketed AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY gram ORDER BY rank) AS place FROM rarest
    QUALIFY count(*) OVER (PARTITION BY gram) > 1
), paired AS (
    SELECT a, b FROM (FROM bucketed WHERE place <= {MAX_BUCKET}) a JOIN (FROM bucketed WHERE place <= {MAX_BUCKET}) b
    ON a.gram = b.gram AND a.place < b.place
    UNION ALL
    SELECT a, b FROM (FROM bucketed WHERE place = 1) a JOIN (FROM bucketed WHERE place > {MAX_BUCKET}) b
    ON a.gram = b.gram
), candidates AS MATERIALIZED (
    SELECT DISTINCT a.rank AS one, b.rank AS other FROM paired
    WHERE b.n >= {{least}} * a.n AND a.n >= {{least}} * b.n
), needed AS MATERIALIZED (
    FROM grams WHERE rank IN (SELECT one FROM candidates UNION ALL SELECT other FROM candidates)
)
SELECT one, other, common / (n + m - common) AS similarity FROM (
    SELECT one, other, len(a.grams) AS n, len(b.grams) AS m, len(list_intersect(a.grams, b.grams)) AS common
    FROM candidates JOIN needed a ON a.rank = one JOIN needed b ON b.rank = other)
WHERE similarity >= {{least}}
"""
