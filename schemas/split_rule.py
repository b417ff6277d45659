"""The rule of many published datasets that what belongs together is in one split."""

from __future__ import annotations

from .published_dataset import Rule


def one_split(rule: str, config: str, column: str, unit: str, *, of: str = "") -> Rule:
    """Rows of a config with the same `column`, or the same SQL `of` that column, are in one split."""
    per = of or column
    return Rule(
        rule,
        "are|is in more than one split",
        f"""SELECT {per} AS {column}, 'in ' || string_agg(DISTINCT split, ', ' ORDER BY split) AS problem
        FROM theirs."{config}" GROUP BY 1 HAVING count(DISTINCT split) > 1""",
        unit=unit,
        per=per,
    )
