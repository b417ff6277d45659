"""A column that is empty in one split only was lost, or means something else."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.cells import columns
from ...tables.sql import Tables, query, quote_identifier, quote_literal
from .. import Check

NONE = "SELECT '' AS split, '' AS \"column\", '' AS problem WHERE false"


class SplitDrift(Check):
    """A column with values in one split has values in every split."""

    severity = "warning"
    problem = "are|is empty in some splits only"
    table = "*"
    unit = "columns"
    needs = {"*": ["split"]}
    by_column = True
    implied_by_row_type = True
    passes = {"*": [{"_row": 1, "split": "train", "label": "a"}, {"_row": 2, "split": "test", "label": "b"}]}
    fails = {"*": [{"_row": 1, "split": "train", "label": "a"}, {"_row": 2, "split": "test", "label": None}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Splits with the columns that are null in all of their rows but not in other splits."""
        rows = tables["*"]
        own = [column for column in columns(rows) if column != "split"]
        if not own:
            return query(rows, NONE)
        counts = ", ".join(f"{{'column': {quote_literal(c)}, 'n': count({quote_identifier(c)})}}" for c in own)
        return query(
            rows,
            f"""WITH counted AS (SELECT split, unnest([{counts}]) AS c FROM rows WHERE split IS NOT NULL GROUP BY split)
            SELECT split, c.column, 'always null, but not in other splits' AS problem FROM counted
            WHERE c.n = 0 AND c.column IN (SELECT c.column FROM counted WHERE c.n > 0)""",
        )
