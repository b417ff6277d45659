"""What in a text leads to a person: found by its shape, and masked; written once for checks and curation."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from .cells import ROW
from .tables import name, text

EMAIL = r"[\w.+%-]+@[\w-]+(\.[\w-]+)*\.[A-Za-z]{2,}"
PHONE = (
    r"(\+|\b00)[1-9]\d{0,2}([ ./-]?\(?\d{1,4}\)?){2,5}\d{2}\b"  # international: +49 30 123456, 0044 20 7946 0958
    r"|(\(\d{3}\) ?|\b\d{3}[-.])\d{3}[-.]\d{4}\b"  # North America: (555) 010-9999, 555.010.9999
)
ACCOUNT = (
    r"\b[A-Z]{2}\d{2}( ?[A-Z0-9]{4}){3,7}( ?[A-Z0-9]{1,3})?\b"  # IBAN
    r"|\b\d{4}([ -]?)\d{4}([ -]?)\d{4}([ -]?)\d{3,4}\b"  # payment card
    r"|\b\d{3}-\d{2}-\d{4}\b"  # US social security number
)
MASKS = {"[email]": EMAIL, "[account]": ACCOUNT, "[phone]": PHONE}
"""What is put in the place of a match -> the pattern (RE2), in the order in which they are tried."""
DECIMAL = r"\s*[-+]?\d*\.\d+([eE][-+]?\d+)?\s*"
"""A cell that is a number with a fraction, whose digits are nobody's account."""
NO_TEXT = frozenset({"digest", "split", "revision", "model", "item_table"})
"""Columns that hold names of ours."""


def texts(rows: DuckDBPyRelation) -> list[str]:
    """The columns of a table that may hold what somebody wrote: strings that are no keys."""
    columns = zip(rows.columns, rows.types, strict=True)
    return [c for c, kind in columns if kind.id == "varchar" and c not in NO_TEXT and not c.endswith("_id")]


def written(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """A raw table without the columns that hold no texts."""
    return rows.select(", ".join(map(name, [ROW, *texts(rows)])))


def leads_to_somebody(sql: str) -> str:
    """SQL that is true of a text with something to mask; the cheap look comes first."""
    number = f"regexp_full_match({sql}, {text(DECIMAL)})"
    return f"(regexp_matches({sql}, '@|\\d\\d') AND NOT {number} AND {sql} <> {masked(sql)})"


def masked(sql: str) -> str:
    """SQL of a text in which e-mail addresses, phone and account numbers are replaced by what they are."""
    for mask, pattern in MASKS.items():
        sql = f"regexp_replace({sql}, {text(pattern)}, {text(mask)}, 'g')"
    return sql
