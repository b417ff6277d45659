"""How much groups differ, in datasets with a distribution of answers per group."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..tables.sql import Tables, fetch_all
from . import Measure


class GroupDistance(Measure):
    """Jensen-Shannon distance of a group's answers from the mean of all groups.

    The distance is the root of the divergence in bits (Lin 1991), 0 to 1, averaged over the items that a group answered
    with others. To take it from the mean of all groups, each with the same weight, is ours.
    """

    needs = {"distributions": ["item_id", "group_id", "option", "share"]}

    max_groups: PositiveInt = 20
    """Groups shown, those with the greatest distance."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """The mean of all groups, and a figure per group; `n` is the number of groups, or of items."""
        far = fetch_all(tables["distributions"], DISTANCES)
        if far:
            mean = round(sum(distance for _, distance, _ in far) / len(far), DIGITS)
            yield Figure(measure="group_distance", group={"group": "mean of all"}, value=mean, n=len(far))
        for group, distance, n in far[: self.max_groups]:
            yield Figure(measure="group_distance", group={"group": group}, value=distance, n=n)


DISTANCES = f"""
WITH summed AS (
    SELECT item_id, group_id, option, share, sum(share) OVER (PARTITION BY item_id, group_id) AS total
    FROM rows WHERE group_id IS NOT NULL AND share >= 0 AND isfinite(share)
), shares AS (
    SELECT item_id, group_id, option, share / total AS p FROM summed WHERE total > 0
), asked AS (
    SELECT item_id, count(DISTINCT group_id) AS k FROM shares GROUP BY item_id HAVING k > 1
), middle AS (
    SELECT item_id, option, sum(p) / any_value(k) AS m FROM shares JOIN asked USING (item_id) GROUP BY item_id, option
), divergences AS (
    -- what others chose and this group was not asked about, 1 - sum(m), is all its own
    SELECT item_id, group_id, (sum(CASE WHEN p > 0 THEN p * log2(2 * p / (p + m)) ELSE 0 END)
        + sum(CASE WHEN m > 0 THEN m * log2(2 * m / (p + m)) ELSE 0 END) + 1 - sum(m)) / 2 AS bits
    FROM shares JOIN middle USING (item_id, option) GROUP BY item_id, group_id
)
SELECT CAST(group_id AS VARCHAR) AS who, round(avg(sqrt(greatest(bits, 0))), {DIGITS}) AS distance, count(*) AS n
FROM divergences GROUP BY who ORDER BY distance DESC, who
"""
