"""What an export leaves out, as the rows of its rejects."""

from __future__ import annotations


def left_out(table: str, key: str, reason: str, rows: str) -> str:
    """SELECT of the rejects of a translation: of `rows`, SQL behind FROM, those that have a `reason`, SQL or null."""
    return f"""
    SELECT 'row' AS level, '{table}' AS "table", {key} AS key, 'export' AS step, {reason} AS reason, NULL AS detail,
        NULL AS kept_key
    FROM {rows} WHERE {reason} IS NOT NULL ORDER BY key"""
