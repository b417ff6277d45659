"""How many groups, such as dialogues or scenarios, the pairs or items come from: the sample is as large as those."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, fetch_all
from . import Measure

GROUPS = "SELECT count(DISTINCT group_id), count(*) FROM rows WHERE group_id IS NOT NULL"


class GroupCount(Measure):
    """Groups behind the pairs, and pairs in a group on average."""

    needs = {"pairs": ["pair_id", "group_id"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """Two figures; `n` is the number of pairs in groups."""
        [(groups, pairs)] = fetch_all(tables["pairs"], GROUPS)
        if groups:
            yield Figure(measure="group_count", group={"what": "groups"}, value=groups, n=pairs)
            yield Figure(
                measure="group_count", group={"what": "pairs a group"}, value=round(pairs / groups, DIGITS), n=pairs
            )
