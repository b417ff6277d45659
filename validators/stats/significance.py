"""Standard significance tests in SQL, each combined with a minimum effect size."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..tables.sql import query, quote_literal

MIN_Z = 3.29
"""z of a two-sided p-value of 0.001."""


def differs_from_half(counted: DuckDBPyRelation, what: str, effect: float, z: float) -> DuckDBPyRelation:
    """One row with `problem` if the share `hits` / `n` differs from one half; else none.

    The score test of one proportion: (hits - n/2) / (sqrt(n)/2) against a normal distribution.
    """
    return query(
        counted,
        f"""SELECT n, hits, {quote_literal(what)} || ' in ' || round(100 * hits / n, 1)
            || '% of ' || n AS problem FROM rows
        WHERE n > 0 AND abs(hits / greatest(n, 1) - 0.5) >= {effect} AND abs(2 * hits - n) >= {z} * sqrt(n)""",
    )


def differs_from_uniform(counted: DuckDBPyRelation, what: str, effect: float, z: float) -> DuckDBPyRelation:
    """For each `k`, the most frequent of `k` places, if their `hits` differ from a uniform distribution; else none.

    `counted` has k, place and hits. Pearson's chi-squared against a uniform distribution, made normal by the cube root
    of Wilson and Hilferty (1931); the effect is the share of the place less 1/k.
    """
    return query(
        counted,
        f"""WITH sized AS (SELECT *, sum(hits) OVER (PARTITION BY k) AS n FROM rows),
        tested AS (SELECT k, n, arg_max(place, (hits, -place)) AS place, max(hits) / n AS share,
            sum(hits * hits) * k / n - n AS chi2 FROM sized WHERE k > 1 GROUP BY k, n)
        SELECT k, n, place, {quote_literal(what)} || ' at place ' || place || ' of ' || k
            || ' in ' || round(100 * share, 1) || '% of ' || n AS problem FROM tested
        WHERE share - 1 / k >= {effect}
            AND cbrt(chi2 / (k - 1)) - 1 + 2 / (9 * (k - 1)) >= {z} * sqrt(2 / (9 * (k - 1)))""",
    )
