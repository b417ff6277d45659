"""With the bins 50-54 and 54-59, the age 54 falls into both. Ids such as kenya-18-34 are bins of each country."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from ...tables.vocabulary import categorical_values
from .. import Check

RANGE = r"(\d{1,7})\s*(?:-|–|—|to)\s*(\d{1,7})"
BIN = rf"^\D{{0,12}}?{RANGE}\D{{0,12}}$"


class OverlappingBins(Check):
    """The bins of a column, such as ages 18-24 and 25-34, do not overlap."""

    severity = "warning"
    problem = "overlap|overlaps with another bin"
    table = "*"
    unit = "bins"
    needs = {"*": []}
    by_column = True
    passes = {
        "*": [
            {"_row": row, "age": age, "id": id_}
            for row, (age, id_) in enumerate(
                [("18-24", "kenya-18-24-man"), ("25-34", "japan-18-30-man"), ("65+", "kenya-18-24-woman")] * 2
            )
        ]
    }
    fails = {
        "*": [
            {"_row": row, "age": age} for row, age in enumerate(["50-54", "54-59", "60-64", "50-54", "54-59", "60-64"])
        ]
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Overlapping bins, in columns with at least half of their values in the form of a bin."""
        found = categorical_values(tables["*"])
        return query(
            found,
            f"""WITH bins AS (
                SELECT "column", value, regexp_replace(value, '{RANGE}', '') AS of,
                    count(*) OVER (PARTITION BY "column") AS n,
                    TRY_CAST(regexp_extract(value, '{BIN}', 1) AS BIGINT) AS low,
                    TRY_CAST(regexp_extract(value, '{BIN}', 2) AS BIGINT) AS high FROM rows),
            whole AS (SELECT * FROM bins WHERE low < high
                QUALIFY 2 * count(*) OVER (PARTITION BY "column") >= n)
            SELECT a.column, a.value, 'overlaps ' || b.value AS problem FROM whole a JOIN whole b
            ON a.column = b.column AND a.of = b.of AND (a.low, a.value) < (b.low, b.value) AND b.low <= a.high""",
        )
