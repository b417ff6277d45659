"""What a published dataset is: a shape that the field already loads, and SQL to it and back from our tables.

Nothing here touches data. A shape says in SELECT statements how its rows are made of the tables `ours.<table>` of a
family and how those tables are made of its configs `theirs."<config>"`; each has a column `split` beside its own, and
`norm(text)` of `validators.text` may be used. Whoever has a connection runs them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from .component import Component
from .row import Row

REJECTS = "_rejects"
"""The table in which a translation leaves what it left out."""


@dataclass(frozen=True)
class Licence:
    """What one may do with the published dataset itself; what is exported in its shape keeps the licence of the run."""

    name: str
    """Name as its publishers give it."""
    url: str
    """Where it is stated."""
    gated: bool
    """Whether one must ask for access."""


@dataclass(frozen=True)
class Config:
    """One config of a published dataset."""

    row: type[Row]
    """Its columns."""
    only_split: str | None = None
    """The one split in which the publishers have all rows; null where the config has train, validation and test."""


@dataclass(frozen=True)
class Translation:
    """SELECT statements that lead from one set of tables to another; order within the result is theirs to give."""

    rows: Mapping[str, str]
    """Table or config -> its rows with their `split`; columns that are left out are null."""
    rejects: str
    """What is left out and why: level, table, key, step, reason, detail and beaten_by of `Reject`."""
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
    family: ClassVar[str]
    """The family whose tables can take its shape."""
    configs: ClassVar[Mapping[str, Config]]
    """Config -> what is in it, the default first."""
    splits: ClassVar[Mapping[str, str]]
    """Our split -> the name that it has there."""
    rules: ClassVar[Mapping[str, str]]
    """What must hold -> SELECT over `theirs` of the rows for which it does not."""
    licence: ClassVar[Licence]
    """Licence of the published dataset."""
    citation: ClassVar[str]
    """How its authors are cited, as BibTeX."""
    evidence: ClassVar[str]
    """How we know its shape, and what we do not know."""
    notes: ClassVar[Sequence[str]]
    """What everybody who loads an export must be told, a paragraph each; plain text of ours."""

    def from_tables(self) -> Translation:
        """From the tables of the family to the configs."""
        raise NotImplementedError

    def to_tables(self) -> Translation:
        """From the configs to tables of the family; aggregates are not among them, they are recomputed."""
        raise NotImplementedError
