"""Rows that say the same as an earlier row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from ...validators.tables.sql import Tables, query, quote_identifier
from . import Outcome, Step
from ._pages import key, told_by_one_column

Columns = tuple[str, ...]


class ExactDuplicates(Step):
    """Removes rows whose text an earlier row has, but for case and spacing.

    Case, white space and final punctuation do not count.
    """

    table: Annotated[str, AfterValidator(told_by_one_column)] | None = None
    """The table; default: the main table."""
    columns: Annotated[Columns, Field(min_length=1)] = ("text",)
    """Columns whose normalised texts are compared; a row with a null in one of them is like no other."""
    within: Columns = ()
    """Columns that must be equal as they are, such as situation_id and kind for considerations."""

    def needs(self, main: str) -> Mapping[str, Iterable[str]]:
        """What is compared."""
        return {self.table or main: [*self.columns, *self.within]}

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """The first row of each text stays."""
        chosen = self.table or next(iter(tables))
        rows = tables[chosen]
        own, texts = key(rows), [f"{quote_identifier(column)}::VARCHAR" for column in self.columns]
        same = ", ".join([*(f"norm({text})" for text in texts), *map(quote_identifier, self.within)])
        found = query(
            rows,
            f"""SELECT {own}::VARCHAR AS key, 'same text as an earlier row' AS reason,
                concat_ws(' / ', {", ".join(texts)}) AS detail, first_value({own}::VARCHAR) OVER earlier AS kept_key
            FROM rows WHERE {" AND ".join(f"{text} IS NOT NULL" for text in texts)}
            WINDOW earlier AS (PARTITION BY {same} ORDER BY _seq) QUALIFY row_number() OVER earlier > 1""",
        )
        return Outcome(removed={chosen: found})
