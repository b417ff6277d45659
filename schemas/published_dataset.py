"""What a published dataset is: its columns, what must hold in it, what it is read as, and how to it and back.

Nothing here touches data: a profile says in SELECT statements over its configs `theirs.<config>` which rows break a
rule, how the views of `schemas.views` are made of them and, where it has values, rights and duties, how the tables
`ours.<table>` of a family are made of them and they of those. A config has all columns of its row type, null where
the files lack an optional one, and beside them `split`, `_table` (file or config that the row was read from) and
`_row` (its number there, from 1). The SQL functions `norm(text)` of `validators.text` and `literal(text)`, the JSON of
a Python or JSON literal or null, may be used. Whoever has a connection runs the statements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from .component import Component
from .report import Evidence, Severity
from .row import Row
from .views import View as View

FileFormat = Literal["csv", "jsonl", "parquet"]
"""Format of the files of a dataset."""
REJECTS = "_rejects"
"""The table in which a translation leaves what it left out."""


@dataclass(frozen=True)
class Known:
    """Marks a field whose evidence is weaker than that of its config."""

    evidence: Evidence


@dataclass(frozen=True)
class Licence:
    """What one may do with the published dataset itself; what is exported in its shape keeps the licence of the run."""

    name: str
    """Name as its publishers give it."""
    url: str
    """Where it is stated."""
    gated: bool = False
    """Whether one must ask for access."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """Split, config, column or revision -> the licence that it has instead."""


@dataclass(frozen=True)
class Config:
    """One config of a published dataset."""

    row: type[Row]
    """Its columns."""
    only_split: str | None = None
    """The one split in which the publishers have all rows; null where the config has train, validation and test."""
    evidence: Evidence = "card"
    """How its columns are known: from a real file, from the card, paper or loaders, or from memory."""
    roles: Sequence[str] = ()
    """Roles of columns that a file may have beside them, whatever they are called: views have them by their role."""


@dataclass(frozen=True)
class Rule:
    """Something that must hold in this dataset and that no constraint of a column says."""

    rule: str
    """What should hold, in a line."""
    problem: str
    """What is wrong, as it follows the count of units; `schemas.report.problem_line` says how it is written."""
    select: str
    """SELECT over `theirs` of what breaks it: the columns that identify a row, then `problem`, why, in words."""
    severity: Severity = "error"
    """error: the dataset cannot be used as it is; warning: probably a mistake; info: a property to be aware of."""
    evidence: Evidence = "card"
    """How it is known to hold."""
    unit: str = "rows"
    """What the statement has a row of, where that is no row of the config that it names first."""
    per: str = ""
    """SQL over that config of what tells one such unit from another; empty where it cannot count them."""


@dataclass(frozen=True)
class Translation:
    """SELECT statements that lead from one set of tables to another; order within the result is theirs to give."""

    rows: Mapping[str, str]
    """Table or config -> its rows with their `split`; columns that are left out are null."""
    rejects: str
    """What is left out and why: level, table, key, step, reason, detail and kept_key of `Reject`."""
    steps: Mapping[str, str]
    """Tables on the way, in order; a name starts with `_`."""

    def statements(self, into: Literal["ours", "theirs"]) -> Iterator[str]:
        """The SQL that makes it all, `rows` in the DuckDB schema `into`."""
        yield f"CREATE SCHEMA {into}"
        for step, select in self.steps.items():
            yield f"CREATE TABLE {step} AS {select}"
        for table, select in self.rows.items():
            yield f'CREATE TABLE {into}."{table}" AS {select}'
        yield f"CREATE TABLE {REJECTS} AS {self.rejects}"


class PublishedDataset(Component):
    """A third-party dataset that we know, as its users load it."""

    title: ClassVar[str]
    """Its name."""
    family: ClassVar[str | None] = None
    """The family whose tables can take its shape, where there is one."""
    needs: ClassVar[Sequence[str]] = ()
    """Tables that an export in this shape is made of: a run of any family that has them can take it."""
    export_only: ClassVar[bool] = False
    """Whether it is a format of many datasets: no file is recognised as it, and there is no way back."""
    configs: ClassVar[Mapping[str, Config]]
    """Config -> what is in it, the default first."""
    file_format: ClassVar[FileFormat] = "parquet"
    """Format of its own files, which an export follows."""
    splits: ClassVar[Mapping[str, str]] = {}
    """Our split -> the name that it has there, for an export."""
    rules: ClassVar[Mapping[str, Rule]] = {}
    """Id of a rule -> what must hold."""
    views: ClassVar[Sequence[View]] = ()
    """What it is read as."""
    licence: ClassVar[Licence]
    """Licence of the published dataset."""
    citation: ClassVar[str]
    """How its authors are cited, as BibTeX."""
    evidence: ClassVar[str]
    """How we know its shape, and what we do not know."""
    notes: ClassVar[Sequence[str]] = ()
    """What everyone who loads it, or an export in its shape, must know, a paragraph each; plain text of ours."""
    example: ClassVar[Mapping[str, Sequence[Mapping[str, Any]]]] = {}
    """Config -> a few rows of ours of its shape, in which nothing is wrong; a test."""

    def from_tables(self) -> Translation:
        """From the tables of the family to the configs."""
        raise NotImplementedError

    def to_tables(self) -> Translation:
        """From the configs to tables of the family; aggregates are not among them, they are recomputed."""
        raise NotImplementedError
