"""How often an edit moves what it should and nothing else: the rest is not an edit of one attribute."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS, wilson
from ..tables.sql import Tables, query_tables
from . import Measure


class EditAcceptance(Measure):
    """Share of edits, up and down, whose attribute moves in its direction while the others hold."""

    needs = {"drifts": ["edit_id", "accepted"], "edits": ["edit_id", "direction"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One share per direction."""
        counted = query_tables(
            tables,
            [*self.needs],
            """SELECT direction, count(*) FILTER (accepted), count(*) FROM drifts JOIN edits USING (edit_id)
            GROUP BY direction ORDER BY direction""",
        )
        for direction, accepted, n in counted.fetchall():
            low, high = wilson(accepted, n)
            share, group = round(accepted / n, DIGITS), {"direction": direction}
            yield Figure(measure="edit_acceptance", group=group, value=share, low=low, high=high, n=n)
