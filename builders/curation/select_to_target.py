"""The subset whose make-up comes closest to a declared one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, PositiveInt, model_validator

from ...validators.stats.aggregates import DIGITS
from ...validators.stats.distances import jensen_shannon
from ...validators.tables.sql import Tables, fetch_all, query, quote_identifier, quote_literal
from . import Outcome, Step
from ._pages import Removal, key, removals, told_by_one_column

Shares = dict[str, Annotated[float, Field(gt=0, le=1)]]


class SelectToTarget(Step):
    """Keeps `n` rows whose shares come closest to a target distribution.

    Rows are taken one by one from the combination of values that brings the counts nearest to the target (least sum of
    squares over all columns), which is ours; it is exact for one column, and within a few rows for several. Within a
    combination, a digest of the key and the seed of the recipe decides. Values without a target are kept only where
    nothing else is left, and where a value runs short, others make up for it. The Jensen-Shannon divergence from the
    target is measured before and after, in bits.
    """

    target: Annotated[dict[str, Shares], Field(min_length=1)]
    """Column -> value -> share, each column adding up to 1, such as {language: {en: 0.5, de: 0.5}}."""
    n: PositiveInt
    """Rows to keep."""
    table: Annotated[str, AfterValidator(told_by_one_column)] | None = None
    """The table; default: the main table."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        for column, shares in self.target.items():
            if abs(sum(shares.values()) - 1) > 1e-6:
                raise ValueError(f"the shares of {column} add up to {sum(shares.values()):g}, not 1")
        return self

    def needs(self, main: str) -> Mapping[str, Iterable[str]]:
        """What is selected by."""
        return {self.table or main: [*self.target]}

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """Count the combinations, choose how many of each, draw them."""
        chosen = self.table or next(iter(tables))
        rows = tables[chosen]
        cells = ", ".join(f"CAST({quote_identifier(column)} AS VARCHAR)" for column in self.target)
        counted = fetch_all(rows, f"SELECT [{cells}] AS cell, count(*) FROM rows GROUP BY cell ORDER BY cell")
        combinations, available = [cell for cell, _ in counted], np.asarray([n for _, n in counted], dtype=np.int64)
        kept = self._quota(combinations, available)
        quota = {tuple(cell): int(n) for (cell, _), n in zip(counted, kept, strict=True)}
        draw = f"md5({quote_literal(f'{seed}/')} || CAST({key(rows)} AS VARCHAR)), _seq"
        ordered = query(
            rows,
            f"""SELECT CAST({key(rows)} AS VARCHAR) AS key, [{cells}] AS cell,
            row_number() OVER (PARTITION BY [{cells}] ORDER BY {draw}) AS place FROM rows ORDER BY _seq""",
        )
        removed = (
            Removal(own, "beyond the target distribution", self._detail(cell, quota[tuple(cell)]))
            for own, cell, place in ordered.fetchall()
            if place > quota[tuple(cell)]
        )
        figures = self._divergences(combinations, {"before": available, "after": kept})
        return Outcome(removed={chosen: removals(rows, removed)}, figures=figures)

    def _quota(self, cells: list[list[str | None]], available: NDArray[np.int64]) -> NDArray[np.int64]:
        """int64 (cells,): how many rows each combination gives."""
        values = [(column, value) for column, shares in self.target.items() for value in shares]
        wanted = np.asarray([self.target[column][value] * self.n for column, value in values])
        names = [*self.target]
        member = np.asarray([[cell[names.index(c)] == v for c, v in values] for cell in cells], dtype=np.float64)
        off_target = np.asarray(
            [sum(v not in self.target[c] for c, v in zip(names, cell, strict=True)) for cell in cells]
        )
        taken, counts = np.zeros(len(cells), dtype=np.int64), np.zeros(len(values))
        for _ in range(min(self.n, int(available.sum()))):
            # Change of the sum of squared distances to the target by one more row of each combination.
            change = member @ (2 * (counts - wanted) + 1) + off_target * 4.0 * self.n
            best = int(np.where(taken < available, change, np.inf).argmin())
            taken[best] += 1
            counts += member[best]
        return taken

    def _divergences(
        self, cells: list[list[str | None]], counts: Mapping[str, NDArray[np.int64]]
    ) -> dict[str, float | None]:
        """The divergence of each column from its target; values without a target count together."""
        figures: dict[str, float | None] = {}
        for place, (column, shares) in enumerate(self.target.items()):
            target = np.asarray([*shares.values(), 0.0])
            member = np.asarray([[cell[place] == v for v in shares] + [cell[place] not in shares] for cell in cells])
            for when, rows in counts.items():
                name = f"divergence of {column} from its target, {when}"
                mix = rows @ member if len(cells) else target * 0
                figures[name] = round(jensen_shannon(mix / mix.sum(), target), DIGITS) if mix.sum() else None
        return figures

    def _detail(self, cell: list[Any], kept: int) -> str:
        named = ", ".join(f"{column} {value}" for column, value in zip(self.target, cell, strict=True))
        return f"{named}: {kept} are kept"
