"""Refusals by annotator: answers that are missing for that reason are not missing at random."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from ...schemas.errors import DataError
from ...schemas.rows.shared import Attributes
from ...schemas.run_layout import REJECTS
from ...validators.readers.run_folder import read, rejects
from ...validators.tables.sql import Tables, connect, fetch_all, quote_identifier, using

REASONS = ("refused", "declined")
"""Reject reasons that are refusals: by the model or its endpoint, and in the text of an answer."""
WRITER = "the writer"
RefusalCount = tuple[str, Mapping[str, str], str, int]
"""Annotator, its declared attributes, reason, and number of requests."""


def refusals(folder: Path) -> list[RefusalCount]:
    """The refusals of a run, most frequent first; none without its rejects. Raises `DataError` for a broken file."""
    with connect() as connection, using(connection):
        if (rejected := rejects(connection, folder)) is None:
            return []
        try:
            counted = fetch_all(rejected, COUNTED.format(reasons=REASONS))
        except duckdb.Error as error:
            got = str(error).partition("\n")[0]
            raise DataError("cannot read the rejects", where=str(folder / REJECTS), got=got) from None
        declared = _declared(read(connection, folder)) if counted else {}
    return [(who or WRITER, declared.get(who, {}), reason, count) for who, reason, count in counted]


def _declared(tables: Tables) -> dict[str, dict[str, str]]:
    """Annotator -> attribute -> value."""
    if "annotators" not in tables:
        return {}
    known = [*Attributes.model_fields]
    rows = tables["annotators"].select(", ".join(map(quote_identifier, ["annotator_id", *known]))).fetchall()
    return {who: {a: v for a, v in zip(known, values, strict=True) if v is not None} for who, *values in rows}


COUNTED = """
SELECT CASE WHEN level = 'ask' AND "table" = 'annotations' THEN key ->> '$[2]' END AS who, reason, count(*) AS n
FROM rows WHERE step = 'ask' AND reason IN {reasons} GROUP BY ALL ORDER BY n DESC, who, reason
"""
"""The key of a missing annotation is a JSON list of table, item and annotator."""
