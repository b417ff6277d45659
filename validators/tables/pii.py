"""Personal data in texts, found by its shape and masked: e-mail addresses, phone and account numbers."""

from __future__ import annotations

from duckdb import DuckDBPyRelation
from duckdb.sqltypes import DuckDBPyType

from .cells import is_internal
from .schema_sql import members
from .sql import quote_identifier, quote_literal

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
BEFORE = r"(^|[^.\d])"
"""What comes before such a number, where it is not the fraction of a decimal."""
FICTIONAL = (
    r"[\w.+%-]+@([\w-]+\.)*(example\.(com|net|org|edu)|[\w-]+\.(example|test|invalid|localhost))\b"
    r"|\(?\b\d{3}\)?[ .-]?555[-.]01\d\d\b"
)
"""Addresses and numbers that are set aside for examples (RFC 2606, 555-0100 to 555-0199) and reach nobody."""
MASKS = {"[email]": EMAIL, "[account]": ACCOUNT, "[phone]": PHONE}
"""Mask -> RE2 pattern of what it replaces, in the order they are applied."""
DECIMAL = r"\s*[-+]?\d*\.\d+([eE][-+]?\d+)?\s*"
"""A decimal number, whose digits are no account number."""
NESTED = ("list", "struct")


def text_columns(rows: DuckDBPyRelation) -> dict[str, DuckDBPyType]:
    """Columns of a table that may hold natural language, with their types; identifiers do not."""
    columns = zip(rows.columns, rows.types, strict=True)
    return {c: kind for c, kind in columns if _holds_text(kind) and not is_internal(c)}


def _holds_text(kind: DuckDBPyType) -> bool:
    return kind.id == "varchar" or (kind.id in NESTED and any(map(_holds_text, members(kind).values())))


def contains_pii(sql: str) -> str:
    """SQL that is true of a text with something to mask that is not fictional; a cheap pattern runs first."""
    real = f"regexp_replace({sql}, {quote_literal(FICTIONAL)}, '', 'g')"
    return f"(regexp_matches({sql}, '@|\\d\\d') AND {sql} <> {masked(sql)} AND {real} <> {masked(real)})"


def masked(sql: str) -> str:
    """SQL of a text with e-mail addresses, phone and account numbers replaced by their masks."""
    replaced = sql
    for mask, pattern in MASKS.items():
        whole, by = (f"{BEFORE}({pattern})", rf"\1{mask}") if pattern == ACCOUNT else (pattern, mask)
        replaced = f"regexp_replace({replaced}, {quote_literal(whole)}, {quote_literal(by)}, 'g')"
    return f"CASE WHEN regexp_full_match({sql}, {quote_literal(DECIMAL)}) THEN {sql} ELSE {replaced} END"


def masked_cell(sql: str, kind: DuckDBPyType, depth: int = 0) -> str:
    """SQL of a cell with every text in it masked, including those inside lists and structs."""
    if kind.id == "varchar":
        return masked(sql)
    if kind.id == "list":
        item = f"v{depth}"
        return f"list_transform({sql}, lambda {item}: {masked_cell(item, members(kind)['child'], depth + 1)})"
    if kind.id == "struct":
        cells = {
            part: (f"struct_extract({sql}, {quote_literal(part)})", inner) for part, inner in members(kind).items()
        }
        packed = ", ".join(f"{quote_identifier(part)} := {masked_cell(*cell, depth)}" for part, cell in cells.items())
        return f"CASE WHEN {sql} IS NOT NULL THEN struct_pack({packed}) END"
    return sql
