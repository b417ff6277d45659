"""Two spellings of a label are counted as two labels."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables
from ...tables.vocabulary import categorical_values, spelling_variants
from .. import Check


class LabelSpellingVariants(Check):
    """No two labels of a column differ only in case, white space, hyphens or quotes."""

    severity = "warning"
    problem = "are|is a spelling variant of another label"
    table = "*"
    unit = "labels"
    implied_by_row_type = True
    needs = {"*": []}
    by_column = True
    passes = {"*": [{"_row": row, "label": label} for row, label in enumerate(["A+", "A-", "<18", "18+"] * 3)]}
    fails = {"*": [{"_row": row, "label": label} for row, label in enumerate(["yes", "no", "yes", "no", "Yes ", "no"])]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """The rarer spellings, with the number of rows of both."""
        return spelling_variants(categorical_values(tables["*"]))
