"""As many rows of each stratum as planned, and how many are missing where there are fewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import AfterValidator, PositiveInt

from ...validators.tables.sql import Tables, fetch_all, query, quote_identifier, quote_literal
from . import Outcome, Step
from ._pages import key, told_by_one_column


class Stratify(Step):
    """Keeps `size` rows of each stratum.

    They are drawn by a digest of their key and the seed of the recipe. What a stratum lacks is not made up for by
    another: it is the figure `missing: <stratum>`. Rows without a stratum, and of one that is not listed, are removed.
    """

    by: str
    """Column of the strata, such as topic."""
    size: PositiveInt
    """Rows of each stratum."""
    strata: tuple[str, ...] = ()
    """The strata; one without any row lacks all of them. Default: those that occur."""
    table: Annotated[str, AfterValidator(told_by_one_column)] | None = None
    """The table; default: the main table."""

    def needs(self, main: str) -> Mapping[str, Iterable[str]]:
        """What rows are grouped by."""
        return {self.table or main: [self.by]}

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """The detail of a removal names the stratum and how many rows it has."""
        chosen = self.table or next(iter(tables))
        rows, stratum = tables[chosen], f"CAST({quote_identifier(self.by)} AS VARCHAR)"
        own = f"CAST({key(rows)} AS VARCHAR)"
        counts = dict(fetch_all(rows, f"SELECT {stratum}, count(*) FROM rows WHERE {stratum} IS NOT NULL GROUP BY 1"))
        missing = {name: self.size - counts.get(name, 0) for name in self.strata or sorted(counts)}
        unlisted = f"{stratum} NOT IN ({', '.join(map(quote_literal, self.strata))})" if self.strata else "false"
        removed = query(
            rows,
            f"""SELECT key, CASE WHEN stratum IS NULL THEN 'no stratum' WHEN unlisted THEN 'another stratum'
                    ELSE 'stratum is full' END AS reason,
                concat(stratum, CASE WHEN NOT unlisted THEN ': {self.size} of ' || n || ' are kept' END) AS detail,
                NULL::VARCHAR AS kept_key
            FROM (SELECT {own} AS key, {stratum} AS stratum, {unlisted} AS unlisted,
                count(*) OVER (PARTITION BY {stratum}) AS n, row_number() OVER (
                    PARTITION BY {stratum} ORDER BY md5({quote_literal(f"{seed}/")} || {own}), _seq) AS place FROM rows)
            WHERE stratum IS NULL OR unlisted OR place > {self.size}""",
        )
        figures: dict[str, float | None] = {f"missing: {name}": n for name, n in missing.items() if n > 0}
        return Outcome(removed={chosen: removed}, figures=figures)
