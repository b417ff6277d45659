"""Train, validation and test, so that what is about the same thing stays together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from ...validators.tables.sql import Tables, query, quote_identifier, quote_literal
from . import Outcome, Step
from ._pages import key

Share = Annotated[float, Field(ge=0, lt=1)]
HEX = 13
"""Digits of a digest that make a number from 0 to 1: 52 bits, as many as a double holds."""


class Split(Step):
    """Divides the main table, and the rows that belong to it, into splits.

    A row goes by a digest of what it is about; rows that belong to it go with it. A digest looks at one group and the
    seed of the recipe only, so a group stays in its split when rows are added or removed. The shares are therefore met
    on average and not to the row. Rows with the same normalised value of `by` are one group; by key, rows with the same
    normalised `text` are.
    """

    by: str | None = None
    """Column of the main table that says what a row is about; default: its key."""
    test: Share = 0.1
    """Share of groups for testing."""
    validation: Share = 0.0
    """Share of groups for validation."""

    @model_validator(mode="after")
    def _leave_some(self) -> Self:
        if self.test + self.validation >= 1:
            raise ValueError("test and validation leave nothing to train on: their sum must be below 1")
        return self

    def needs(self, main: str) -> Mapping[str, Iterable[str]]:
        """What a row is about."""
        return {main: [self.by] if self.by else []}

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """One split for each row of the main table."""
        rows = next(iter(tables.values()))
        digest = f"md5({quote_literal(f'{seed}/')} || {self._group(key(rows), rows.columns)})"
        return Outcome(
            splits=query(
                rows,
                f"""SELECT {key(rows)}::VARCHAR AS key, CASE WHEN place < {self.test} THEN 'test'
                    WHEN place < {self.test + self.validation} THEN 'validation' ELSE 'train' END AS split
                FROM (SELECT *, ('0x' || {digest}[:{HEX}])::BIGINT / 16 ** {HEX} AS place FROM rows)""",
            )
        )

    def _group(self, own: str, columns: list[str]) -> str:
        """What rows that stay together have in common; a row without it stands for itself."""
        by = own if self.by is None else quote_identifier(self.by)
        about = '"text"' if by == own and "text" in columns else by
        return f"coalesce(norm({about}::VARCHAR), {own}::VARCHAR)"
