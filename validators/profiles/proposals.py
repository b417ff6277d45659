"""Roles that a teacher proposes for columns: what it is shown, and which of its proposals the data agree with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ..tables.cells import ROW
from ..tables.pii import masked
from ..tables.sql import fetch_all, quote_identifier
from .column_facts import Facts
from .column_roles import ANNOTATOR, OPTION
from .understanding import Understanding

SAMPLE_ROWS = 10
"""Rows that a teacher is shown of a table."""
MAX_CHARACTERS = 80
"""Longer cells are cut."""
MAX_README = 2000
"""Characters of the README that it is shown."""
IDS = ("code", "count", "category", "contact")
JUDGED = ("category", "flag", "scale", "count", "code")
WRITTEN = ("text", "dialogue", "code", "category")
AGREEING_KINDS: Mapping[str, tuple[str, ...]] = {
    "item_id": IDS, "group_id": IDS, "parent_id": IDS, "annotator_id": IDS, "aspect": ("category",),
    "text": ("text", "dialogue"), "prompt": ("text", "dialogue"), "label": JUDGED, ANNOTATOR: JUDGED, "gold": WRITTEN,
    "score": ("scale", "count", "share", "number"), OPTION: WRITTEN, "options": ("list",),
    "distribution": ("numbers", "object"),
}  # fmt: skip
"""Role that may be proposed -> kinds of columns that can have it."""
SEVERAL = (ANNOTATOR, OPTION)
"""Roles that several columns of a table may have."""


class Proposal(NamedTuple):
    """A role that was proposed for a column."""

    table: str
    column: str
    role: str
    by: str
    """Model that proposed it."""


class Sample(NamedTuple):
    """What a teacher is shown of a dataset."""

    readme: str
    tables: Mapping[str, list[dict[str, str | None]]]
    """Table -> its first rows."""


def without_contact_details(connection: DuckDBPyConnection, text: str) -> str:
    """A text with contact details masked."""
    return str(connection.execute(f"SELECT {masked('text')} FROM (SELECT ? AS text)", [text]).fetchall()[0][0])


def sample_rows(relation: DuckDBPyRelation) -> list[dict[str, str | None]]:
    """The first rows of a table as short texts, with contact details masked."""
    columns = [column for column in relation.columns if column != ROW]
    cells = (f"left({masked(f'CAST({quote_identifier(column)} AS VARCHAR)')}, {MAX_CHARACTERS})" for column in columns)
    rows = fetch_all(relation, f"SELECT {', '.join(cells)} FROM (FROM rows LIMIT {SAMPLE_ROWS})")
    return [dict(zip(columns, row, strict=True)) for row in rows]


def take_proposals(known: Understanding, proposals: Sequence[Proposal]) -> Iterator[Proposal]:
    """Give columns of a table without a role the proposed ones that their content allows; yields those taken."""
    for proposal in [one for one in proposals if one.table == known.table]:
        facts, role = known.facts.get(proposal.column), proposal.role
        is_free = role in SEVERAL or known.column(role) is None
        if facts and is_free and proposal.column not in known.all_roles() and _agrees(facts, role):
            known.give(proposal.column, role, f"proposed by {proposal.by}; it holds {facts.kind}", 0.5)
            yield proposal


def _agrees(facts: Facts, role: str) -> bool:
    if facts.kind not in AGREEING_KINDS.get(role, ()):
        return False
    # Who judges, and what is judged in groups, recurs.
    return role not in ("annotator_id", "group_id", "parent_id", "aspect") or facts.repeats > 1
