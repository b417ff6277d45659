"""Make the rows of one shard from the journal alone; a build joins the files of all in the order of the seeds."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel

from ...schemas.request import Completion
from ...schemas.row import Row
from ...schemas.rows.reject import Reject
from ...schemas.run_layout import JOURNAL
from ...schemas.usage import Spent
from ..asking.engine import CANNOT
from ..asking.journal_reader import AskFailed, JournalReader, RequestCounts
from ..asking.question import Question
from ..storage.journal import Journal
from ..storage.parquet import Parts
from ..storage.shard import Shard
from .resolve import ResolvedRecipe
from .seed import rows_of, run_to_end

REJECTS = "rejects"
"""The table of what is missing."""


class ShardReplay(BaseModel):
    """What the replay of a shard counted, and where its rows are."""

    seeds: int
    open: int
    """Requests that a build would send, as the journal has no final answer to them."""
    voided: bool
    """Whether answers were voided since a build last finished."""
    requests: RequestCounts
    spending: list[tuple[str, str, Spent]]
    """Role, teacher, and what the answers cost."""
    rows: dict[str, int]
    """Table -> rows."""
    parts: dict[str, Path]
    """Table -> the file of its rows; a table without rows has none."""


class _Reader(JournalReader):
    """Counts the requests that a build would send."""

    open = 0

    async def completion(self, question: Question) -> Completion:
        """The recorded answer. Raises `AskFailed` if there is none."""
        try:
            return await super().completion(question)
        except AskFailed as failed:
            self.open += failed.reason != CANNOT
            raise


def tables_of(crew: ResolvedRecipe) -> dict[str, type[Row]]:
    """The tables of a run before curation; what is missing is one of them."""
    return {**crew.family.tables_for_options(), REJECTS: Reject}


def replay_shard(crew: ResolvedRecipe, folder: Path, shard: Shard, out: Path) -> ShardReplay:
    """Replay the seeds of a shard, in the order of the source, into files in `out`."""
    crew = replace(crew, shard=shard)
    with (
        closing(Journal(folder / JOURNAL, shard)) as journal,
        closing(Parts(out, str(shard), tables_of(crew))) as parts,
    ):
        crew = crew.with_people(journal.people, journal.withdrawn)
        reader, seeds = _Reader(journal, crew.answerers), 0
        for place, seed in crew.placed_seeds():
            rows, missing = run_to_end(rows_of(crew.family, reader, seed))
            parts.add(place, [*rows, *missing])
            seeds += 1
        voided = bool(journal.voided)
    return ShardReplay(
        seeds=seeds,
        open=reader.open,
        voided=voided,
        requests=reader.requests,
        spending=[(*who, spent) for who, spent in reader.spending.items()],
        rows=dict(parts.rows),
        parts=parts.files,
    )
