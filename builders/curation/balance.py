"""No group of rows larger than another by more than the recipe allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, PositiveInt

from ...validators.tables.sql import Tables, query, quote_identifier, quote_literal
from . import Outcome, Step
from ._pages import key, told_by_one_column


class Balance(Step):
    """Removes rows of large groups until none is larger than a bound.

    The bound is a number of rows, or a multiple of the smallest group. Which rows of a group are kept is drawn by a
    digest of their key and the seed of the recipe, or decided by `prefer`.
    """

    by: Annotated[tuple[str, ...], Field(min_length=1)]
    """Columns whose combinations are groups, such as language and domain; null is a group of its own."""
    table: Annotated[str, AfterValidator(told_by_one_column)] | None = None
    """The table; default: the main table."""
    max_rows: PositiveInt | None = None
    """Rows that a group may keep; default: by `max_ratio` alone."""
    max_ratio: Annotated[float, Field(ge=1)] = 1.0
    """Largest over smallest group, where `max_rows` is not given."""
    prefer: str | None = None
    """Numeric column, such as a score: rows with more are kept first."""

    def needs(self, main: str) -> Mapping[str, Iterable[str]]:
        """What groups are made of."""
        return {self.table or main: [*self.by, *([self.prefer] if self.prefer else [])]}

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """The detail of a removal names the group and the rows that it keeps."""
        chosen = self.table or next(iter(tables))
        rows, groups = tables[chosen], ", ".join(map(quote_identifier, self.by))
        own = f"CAST({key(rows)} AS VARCHAR)"
        draw = f"md5({quote_literal(f'{seed}/')} || {own}), _seq"
        order = f"{quote_identifier(self.prefer)} DESC NULLS LAST, {draw}" if self.prefer else draw
        most = str(self.max_rows) if self.max_rows else f"CAST(floor({self.max_ratio} * min(n) OVER ()) AS BIGINT)"
        named = ", ".join(
            f"{quote_literal(name + ' ')} || coalesce(CAST({quote_identifier(name)} AS VARCHAR), 'unknown')"
            for name in self.by
        )
        removed = query(
            rows,
            f"""SELECT key, 'more than its group may have' AS reason,
                grp || ': ' || most || ' of ' || n || ' are kept' AS detail, NULL::VARCHAR AS kept_key
            FROM (SELECT *, {most} AS most FROM (
                SELECT {own} AS key, concat_ws(', ', {named}) AS grp, count(*) OVER (PARTITION BY {groups}) AS n,
                    row_number() OVER (PARTITION BY {groups} ORDER BY {order}) AS place FROM rows))
            WHERE place > most""",
        )
        return Outcome(removed={chosen: removed})
