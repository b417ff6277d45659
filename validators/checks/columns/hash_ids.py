"""An ID that is no longer the hash of its text shows that the text was changed."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from .. import Check

ITEMS = [
    {"item_id": sha256(letter.encode()).hexdigest()[:12], "text": letter} for letter in "abcdefghijklmnopqrstuvwxyz"
]


class HashIds(Check):
    """IDs that are hashes of the texts can be recomputed, if nearly all can."""

    severity = "warning"
    problem = "have|has an ID that is not the hash of its text"
    table = "items"
    unit = "items"
    needs = {"items": ["item_id", "text"]}
    passes = {"items": ITEMS}
    fails = {"items": [*ITEMS, {**ITEMS[0], "text": "changed"}]}

    min_share: Annotated[float, Field(gt=0.5, le=1)] = 0.9
    """The check applies where at least this share of the IDs is a hash of the text."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """IDs that are not a prefix of the MD5, SHA-1 or SHA-256 of their text in hexadecimal."""
        hashes = "starts_with(md5(text), id) OR starts_with(sha1(text), id) OR starts_with(sha256(text), id)"
        return query(
            tables["items"],
            f"""WITH hex AS (SELECT item_id, text, lower(CAST(item_id AS VARCHAR)) AS id FROM rows
                WHERE regexp_full_match(CAST(item_id AS VARCHAR), '[0-9a-fA-F]{{8,64}}')),
            tried AS (SELECT item_id, coalesce({hashes}, false) AS fits FROM hex)
            SELECT item_id, 'not the hash of its text' AS problem FROM tried WHERE NOT fits
            AND (SELECT count(*) FILTER (fits) >= {self.min_share} * (SELECT count(*) FROM rows) FROM tried)""",
        )
