"""How many letters each gender has, and each level of the other attributes."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.report import Figure
from ..tables.sql import Tables, query_tables
from . import Measure


class LettersByCell(Measure):
    """Number of letters for each gender and level: small cells make large differences."""

    needs = {"letters": ["applicant_id"], "applicants": ["applicant_id", "gender", "levels"]}

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """A count for each gender and combination of levels; INV-KE7."""
        for gender, levels, n in query_tables(tables, [*self.needs], CELLS).fetchall():
            yield Figure(measure="letters_by_cell", group={"gender": gender, "levels": levels}, value=n, n=n)


CELLS = """
SELECT gender, coalesce(nullif(cell, ''), 'no other attribute') AS cell, count(*) AS n
FROM (SELECT gender, array_to_string([x.attribute || ' ' || x.level FOR x IN levels], ', ') AS cell
    FROM letters JOIN applicants USING (applicant_id))
GROUP BY gender, cell ORDER BY gender, cell LIMIT 200
"""
