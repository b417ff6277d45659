"""One check a file.

What a check is: the rows for which something does not hold.
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
    """Finds failing rows. Runs wherever the tables and columns that it needs exist; its docstring is its title."""

    severity: ClassVar[Severity]
    """error: breaks use; warning: likely a mistake; info: worth knowing."""
    table: ClassVar[str]
    """The table whose rows are judged."""
    unit: ClassVar[str | None] = "rows"
    """What is counted: rows, cells, columns or what else a failing row stands for; null: the table as a whole."""
    per: ClassVar[Sequence[str]] = ()
    """Columns of the table that tell one unit from another, where units are none of these and can be counted."""
    needs: ClassVar[Mapping[str, Sequence[str]]]
    """Table -> columns without which the check cannot run; `*` is every raw table, with its `_row`."""
    may_use: ClassVar[Mapping[str, Sequence[str]]] = {}
    """Table -> columns that the check looks at where they are there."""
    implied_by_row_type: ClassVar[bool] = False
    """Whether a row type of ours says the same or says it better: not run on tables of a run."""
    of_rejects: ClassVar[bool] = False
    """Whether it looks at what was rejected too: a check that needs no knowledge."""
    repair: ClassVar[str | None] = None
    """Curation step that mends what is found."""
    mends: ClassVar[bool] = False
    """Whether that step mends texts alone, so that `pluriset repair` makes it on anybody's dataset too."""
    passes: ClassVar[Example]
    """An example in which nothing fails; a test."""
    fails: ClassVar[Example]
    """An example in which something fails; a test."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """The failing rows: what identifies each of them, then `problem VARCHAR` in words. Empty means it holds."""
        raise NotImplementedError
