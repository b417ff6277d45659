"""Distinct values of categorical columns, and which of them are spelling variants or near misses of others."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from .column_stats import Counts, once_per_relation, text_counts
from .sql import materialize, query, quote_literal

MAX_VALUES = 200
"""Columns with more distinct values are free text."""
MAX_LENGTH = 100
"""Columns with longer values are free text."""
NO_VALUES = "SELECT '' AS \"column\", '' AS value, 0::BIGINT AS rows WHERE false"

QUOTES, STRAIGHT_QUOTES = "’‘‛ʼ“”„", "''''" + '"' * 3
FUNCTION_WORDS = ("a", "an", "the", "not", "your", "my", "our", "their", "his", "her", "its", "own")
"""Words that near misses may add or drop."""


def folded(value: str) -> str:
    """SQL of a value without case, white space, quotes, hyphens between words and a final full stop."""
    plain = f"lower(nfc_normalize(translate({value}, {quote_literal(QUOTES)}, {quote_literal(STRAIGHT_QUOTES)})))"
    spaced = rf"regexp_replace({plain}, '[\s\x{{a0}}]+', ' ', 'g')"
    return rf"rtrim(trim(regexp_replace({spaced}, '(\p{{L}})[ _–-]+(\p{{L}})', '\1 \2', 'g')), '.')"


def stemmed(value: str) -> str:
    """SQL of the words of a folded value, without function words and plural endings."""
    words = f"list_transform(string_split({value}, ' '), lambda w: regexp_replace(w, '(.{{3}})s$', '\\1'))"
    return f"list_filter({words}, lambda w: w NOT IN ({', '.join(map(quote_literal, FUNCTION_WORDS))}))"


@once_per_relation
def categorical_values(relation: DuckDBPyRelation) -> DuckDBPyRelation:
    """Values of all categorical texts: column, value, rows. Numbers are not categorical."""
    closed = [text for text, counts in text_counts(relation).items() if _is_closed(counts)]
    if not closed:
        return query(relation, NO_VALUES)
    counted = [f"{{'column': {quote_literal(t.path)}, 'counts': map_entries(histogram({t.sql}))}}" for t in closed]
    values = query(
        relation,
        f"""SELECT "column", count.key AS value, count.value::BIGINT AS rows FROM (
            SELECT c.column, unnest(c.counts) AS count FROM (SELECT unnest([{", ".join(counted)}]) AS c FROM rows))""",
    )
    return materialize(values)


def _is_closed(counts: Counts) -> bool:
    """Whether texts have few, short values that occur at least twice on average and are mostly no numbers."""
    few = counts.distinct <= MAX_VALUES and counts.max_length <= MAX_LENGTH
    return few and counts.filled >= 2 * counts.distinct and counts.filled > 2 * counts.numbers


def spelling_variants(values: DuckDBPyRelation) -> DuckDBPyRelation:
    """Values (column, value, rows) that are another, more frequent one but for spelling: the same, then problem."""
    return query(
        values,
        f"""SELECT "column", value, rows, 'the same as "' || first || '" but for spelling' AS problem FROM (
            SELECT *, first_value(value) OVER alike AS first FROM rows
            WINDOW alike AS (PARTITION BY "column", {folded("value")} ORDER BY rows DESC, value)
        ) WHERE value <> first""",
    )


def near_misses(values: DuckDBPyRelation, rarer: str) -> DuckDBPyRelation:
    """Values (column, value, rows) that are nearly another one: the same, then problem; `rarer` says which of a and b.

    Nearly: the same words but for plurals and little words, or one letter more, less, other or swapped in at least
    six, not at the start; never where digits differ. The definition is ours.
    """
    return query(
        values,
        f"""WITH folded AS (SELECT *, {folded("value")} AS folded FROM rows),
        words AS (SELECT *, {stemmed("folded")} AS words,
            regexp_replace(value, '[^0-9]', '', 'g') AS digits FROM folded)
        SELECT a.column, a.value, a.rows, 'nearly "' || first(b.value ORDER BY b.rows DESC, b.value) || '"' AS problem
        FROM words a JOIN words b ON a.column = b.column AND a.folded <> b.folded AND a.digits = b.digits AND {rarer}
            AND ((a.words = b.words AND len(a.words) > 1) OR (
                abs(length(a.folded) - length(b.folded)) < 2 AND length(a.folded) >= 6 AND length(b.folded) >= 6
                AND left(a.folded, 2) = left(b.folded, 2) AND damerau_levenshtein(a.folded, b.folded) = 1))
        GROUP BY ALL""",
    )
