"""Types of columns that are numbers throughout but were written as text, as every cell of a CSV file is."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from .column_stats import column_counts
from .sql import fetch_all, quote_identifier

WHOLE = r"-?(0|[1-9][0-9]{0,17})"
"""A whole number; one that begins with another zero is a code, such as a postal code."""
DECIMAL = r"-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?|[nN]a[nN]"
BOOLEAN = "true|false|True|False|TRUE|FALSE"
TYPES = {"BIGINT": WHOLE, "DOUBLE": DECIMAL, "BOOLEAN": BOOLEAN}
"""DuckDB type -> pattern of its texts, in the order in which they are tried."""


def cast_numbers(relation: DuckDBPyRelation) -> DuckDBPyRelation:
    """The relation with texts that are numbers or booleans throughout cast to those; empty cells are null."""
    texts = [c for c, kind in zip(relation.columns, relation.types, strict=True) if str(kind) == "VARCHAR"]
    counts = column_counts(relation)
    filled = [column for column in texts if counts[column].filled > counts[column].blank]
    if not filled:
        return relation
    tests = ", ".join(
        f"bool_and(trim({c}) = '' OR regexp_full_match(trim({c}), '{pattern}') AND TRY_CAST({c} AS {kind}) IS NOT NULL)"
        for c in map(quote_identifier, filled)
        for kind, pattern in TYPES.items()
    )
    [fits] = fetch_all(relation, f"SELECT {tests} FROM rows")
    casts = []
    for at, column in enumerate(filled):
        own = dict(zip(TYPES, fits[at * len(TYPES) : (at + 1) * len(TYPES)], strict=True))
        if kind := next((kind for kind, fit in own.items() if fit), None):
            casts.append(f"TRY_CAST({quote_identifier(column)} AS {kind}) AS {quote_identifier(column)}")
    return relation.select(f"* REPLACE ({', '.join(casts)})") if casts else relation
