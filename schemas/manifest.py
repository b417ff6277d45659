"""The manifest of a run: written last, so that its existence means that the run is complete."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from .field_docs import Stored
from .recipe import Recipe
from .row_schema import TableSchema


class Entry(Stored):
    """Base of the parts of a manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


TableName = Annotated[str, Field(pattern=r"^\w[\w-]*$", max_length=100)]
"""A table, and the folder of its files."""
SplitName = Annotated[str, Field(pattern=r"^\w+(\.\w+)*$", max_length=100)]
"""A split, as the Hub allows it."""


class File(Entry):
    """One file of the run."""

    path: str
    """Path inside the run, with forward slashes."""
    sha256: str
    """Digest of the bytes."""
    bytes: int
    """Size on disk."""
    rows: int | None = None
    """Rows, for a shard of a table."""


class Table(Entry):
    """One table of the run."""

    rows: int
    """Rows in all splits."""
    schema_hash: str
    """sha256 of the JSON Schema of its row type."""
    splits: dict[SplitName, list[File]]
    """Split -> shards in order."""


class Seeds(Entry):
    """Seeds: read = built + rejected."""

    read: int
    built: int
    rejected: int


class Requests(Entry):
    """Requests of the last build: total = cached + sent + failed + pending."""

    total: int
    cached: int
    """Answered by the journal, or by an identical request in flight."""
    sent: int
    """Answered by a teacher."""
    failed: int
    """Without a usable answer."""
    pending: int = 0
    """Written to batch files that are not answered yet."""


class Rows(Entry):
    """Rows of one table: generated = published + removed."""

    generated: int
    published: int
    removed: dict[str, int]
    """Step -> rows it removed."""


class Spending(Entry):
    """What the answers of one teacher in one role cost, over every answer that this dataset rests on."""

    role: str
    teacher: str
    answers: int
    input_tokens: int
    output_tokens: int
    uncounted: int = 0
    """Answers of which the endpoint did not report the tokens."""
    usd: float | None = None
    """Null where the recipe declares no price, or tokens were not counted."""


class Books(Entry):
    """The counts of a run; they reconcile, or the build fails."""

    seeds: Seeds
    requests: Requests
    rows: dict[str, Rows]
    rejects: dict[str, int]
    """Reason -> how many seeds, asks and rows were rejected for it."""
    spending: list[Spending]

    def imbalances(self) -> list[str]:
        """The identities that do not hold; empty where the counts reconcile."""
        seeds, requests = self.seeds, self.requests
        parts = (requests.cached, requests.sent, requests.failed, requests.pending)
        identities = {
            f"seeds: {seeds.read} = {seeds.built} + {seeds.rejected}": seeds.read == seeds.built + seeds.rejected,
            f"requests: {requests.total} = {' + '.join(map(str, parts))}": requests.total == sum(parts),
            **{
                f"{name}: {rows.generated} = {rows.published} + {sum(rows.removed.values())}": rows.generated
                == rows.published + sum(rows.removed.values())
                for name, rows in self.rows.items()
            },
        }
        return [identity for identity, holds in identities.items() if not holds]


class StoredView(Entry):
    """A generic view onto the tables of the family."""

    name: str
    """A view of `schemas.views`."""
    select: str
    """SELECT of its rows."""


class FamilySchema(Entry):
    """What reading a dataset takes of its family, so that its package need not be installed."""

    distribution: str
    """The Python distribution that the family comes from."""
    version: str
    """Its version at the time of the build."""
    tables: dict[TableName, TableSchema]
    """Table -> its row type, the main table first."""
    views: list[StoredView] = []
    """How the tables are read by checks and measures of pairs, choices and other generic views."""
    derived: dict[str, str] = {}
    """Table -> the SELECT that it was derived by from what curation left."""
    plots: dict[str, str] = {}
    """Measure -> kind of plot."""


class GroupCount(Entry):
    """How many rows a group had before a step of curation, and after it."""

    table: str
    """Table whose rows are counted."""
    attribute: str
    """What makes the group: a column of the table, or `annotator <attribute>` for annotations."""
    value: str
    """The group."""
    before: int
    """Its rows before the step."""
    after: int
    """Its rows after the step."""


class StepEffect(Entry):
    """What a step of curation did to the make-up of the dataset."""

    step: str
    """Name of the step."""
    groups: list[GroupCount] = []
    """Groups of the tables that lost rows."""
    figures: dict[str, float | None] = {}
    """What the step measured itself, such as agreement before and after."""


class MergedRun(Entry):
    """A run that was merged into this dataset."""

    name: str
    """Name of the run."""
    manifest_sha256: str
    """Digest of its manifest."""
    recipe: Recipe
    """Its recipe as it was built, paths relative to its own folder."""
    rows: dict[str, int]
    """Table -> rows it brought."""


class Manifest(Entry):
    """Everything about a run but its rows."""

    format: Literal[1, 2] = 2
    """Version of this file's format; 2 added `family_schema`."""
    name: str
    """Name of the dataset."""
    family: str
    """Family of the dataset."""
    family_schema: FamilySchema | None = None
    """What reading the dataset takes of its family; null in format 1."""
    main_table: str
    """The table that opens by default."""
    recipe: Recipe
    """The recipe as it was built."""
    teachers: dict[str, dict[str, Any]]
    """Teacher -> what identifies its model, and every option that can change an answer."""
    prompts: dict[str, Any]
    """Every option of the family, its prompts among them."""
    tables: dict[TableName, Table]
    """Table -> where its rows are."""
    files: list[File]
    """The other files of the run that the rows depend on or that judge them."""
    books: Books
    """Counts of seeds, asks and rows, and what they cost."""
    versions: dict[str, str]
    """Version of pluriset and of the libraries that wrote the rows."""
    curation: list[StepEffect] = []
    """Steps of curation that removed rows or measured something, in order."""
    merged: list[MergedRun] = []
    """The runs of which the dataset was merged; empty for a run of its own."""

    def contradictions(self) -> list[str]:
        """What its counts show to be missing from the files that it names."""
        lost = [f"{table}: counted, but not listed" for table in self.books.rows if table not in self.tables]
        for name, table in self.tables.items():
            counts = [file.rows for files in table.splits.values() for file in files]
            if None not in counts and sum(filter(None, counts)) != table.rows:
                lost.append(f"{name}: {table.rows:,} rows, of which its shards hold {sum(filter(None, counts)):,}")
        return lost

    def everything(self) -> list[File]:
        """Every file of the manifest: the shards, table by table, then the others."""
        shards = [file for table in self.tables.values() for files in table.splits.values() for file in files]
        return [*shards, *self.files]
