"""Checks, one per file.

A check finds the rows that break a rule. The first line of its docstring is the rule, in the report and in listings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from duckdb import DuckDBPyRelation

from ...schemas.component import Component
from ...schemas.report import Severity
from ..tables.sql import Tables

Example = Mapping[str, Sequence[Mapping[str, Any]]]
"""Table name -> rows, each with the columns that the check needs."""


class Check(Component):
    """Finds the rows that break a rule; runs on any dataset with the tables and columns that it needs."""

    severity: ClassVar[Severity]
    """error: the dataset cannot be used as it is; warning: probably a mistake; info: a property to be aware of."""
    problem: ClassVar[str]
    """What is wrong, as it follows the count: `have|has fewer than {least} considerations`, with the verb in the
    plural and singular and options in braces; a whole sentence where the unit is null."""
    table: ClassVar[str]
    """The table whose rows are checked; `*` is every raw table."""
    unit: ClassVar[str | None] = "rows"
    """What a failing row stands for, in the plural: rows, the name of the table, cells, columns or something else;
    null for the table as a whole."""
    per: ClassVar[Sequence[str]] = ()
    """Columns of the table that identify a unit of another kind, so that the units can be counted."""
    needs: ClassVar[Mapping[str, Sequence[str]]]
    """Table -> columns without which the check cannot run; `*` is every raw table, with its `_row`."""
    may_use: ClassVar[Mapping[str, Sequence[str]]] = {}
    """Table -> columns that the check uses if they exist."""
    implied_by_row_type: ClassVar[bool] = False
    """Whether our row types cover the rule already, so that it does not run on the tables of a run."""
    by_column: ClassVar[bool] = False
    """Whether it looks at each column by itself, so that a wide table is checked some columns at a time."""
    of_rejects: ClassVar[bool] = False
    """Whether rejected rows are checked too; for checks of any table."""
    repair: ClassVar[str | None] = None
    """Curation step that fixes the problem."""
    auto_repairable: ClassVar[bool] = False
    """Whether that step changes only texts, so that `pluriset repair` can apply it to any dataset."""
    passes: ClassVar[Example]
    """An example in which nothing fails; it is a test."""
    fails: ClassVar[Example]
    """An example in which something fails; it is a test."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """The failing rows: the columns that identify each, then `problem VARCHAR` in words; none if it passes."""
        raise NotImplementedError
