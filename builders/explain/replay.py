"""Builds one row again from the journal alone: without model, key or API call.

The source is needed only where a family works in rounds, since prompts then depend on the seeds before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from ...schemas.component import load
from ...schemas.errors import DataError
from ...schemas.explanation import Replayed, TableRow
from ...schemas.manifest import Manifest
from ...schemas.row import Row, key_of
from ...schemas.run_layout import JOURNAL
from ...validators.readers.manifest import read_manifest
from ...validators.readers.run_folder import read
from ...validators.tables.sql import connect
from .. import PACKAGE
from ..asking.ask import Ask
from ..asking.journal_reader import AskFailed, JournalReader
from ..execution.earlier import Earlier
from ..execution.people import once_rows, with_answers_of_people
from ..execution.resolve import answerers
from ..execution.seed import rows_of, run_to_end
from ..families import Family, language_of
from ..sources import Seed, Source, without_duplicates
from ..storage.journal import Journal
from ..teachers import Teacher
from .why import ancestors, row_of, types_of

AGGREGATES = "aggregates are computed from all annotations; the check `aggregates_recompute` recomputes them"

DECLARED = ("notice", "unpublishable")
"""What a manifest records of a teacher that is no part of its identity."""


class Recorded(Teacher):
    """A teacher as the manifest records it: enough to look up its answers in the journal."""

    facts: dict[str, Any]
    """Its identity."""

    def identity(self) -> dict[str, Any]:
        """Exactly as it was when it answered."""
        return self.facts

    def model_name(self) -> str:
        """Name of the model that answered."""
        return str(self.facts.get("model"))

    def annotator_kind(self) -> Literal["human", "model"]:
        """What answered."""
        return "human" if self.facts.get("teacher") == "human" else "model"

    def revision(self) -> str | None:
        """Revision of the model, if it had one."""
        return self.facts.get("revision")


def replay(folder: Path, table: str, wanted: str) -> Replayed:
    """Build a row of a finished run again. Raises `DataError` if there is none, or the journal does not yield it."""
    manifest = read_manifest(folder)
    if table == "aggregates":
        raise DataError("not built from asks", where=table, hint=AGGREGATES)
    if manifest.family_schema and table in manifest.family_schema.derived:
        hint = "its SELECT is in the manifest: family_schema.derived"
        raise DataError("derived from other tables, not built from asks", where=table, hint=hint)
    with connect() as connection:
        tables = read(connection, folder)
        types = types_of(folder, manifest, table)
        published = row_of(folder, tables, types, table, wanted)
        line = [published, *ancestors(tables, types, published)]
    seed = next((found for found in line if found.table == manifest.main_table), None)
    names = {row_type: name for name, row_type in types.items()}
    rows = (row for row in _made(folder, manifest, types, seed) if type(row) in names)  # an old run lacks some tables
    made = {(names[type(row)], key_of(row)): row for row in rows}
    if (table, wanted) not in made:
        raise DataError("the journal does not yield this row", where=str(folder / JOURNAL), got=f"{table} {wanted}")
    again = made[table, wanted].model_dump(mode="json")
    differs = [column for column, value in again.items() if published.row.get(column) != value]
    return Replayed(table=table, key=wanted, published=published.row, again=again, differs=differs)


def _made(folder: Path, manifest: Manifest, types: Mapping[str, type[Row]], seed: TableRow | None) -> list[Row]:
    """The rows that the journal yields for one seed, and those that the dataset has once."""
    family: Family = load(f"{PACKAGE}.families", manifest.recipe.family, manifest.recipe.file, "family")
    who = answerers(manifest.recipe, family, {name: _recorded(facts) for name, facts in manifest.teachers.items()})
    once: list[Row] = [*once_rows(family, who), *(one.row for role in family.roles for one in who[role])]
    if seed is None:
        return once
    main = types[manifest.main_table].model_validate({k: v for k, v in seed.row.items() if k != "split"})
    if not (folder / JOURNAL).is_dir():
        raise DataError("the run has no journal", where=str(folder), hint="it is published on request only")
    journal = Journal(folder / JOURNAL)
    try:
        engine = JournalReader(journal, who)
        return once + _built(folder, manifest, family, engine, family.seed(main))
    finally:
        journal.close()


def _built(folder: Path, manifest: Manifest, family: Family, engine: JournalReader, seed: Seed) -> list[Row]:
    earlier = _seen(folder, manifest, family, engine, seed) if family.round() is not None else ()
    seeds = [seed]
    if language_of(seed) is None:  # not every main table keeps the language of its seeds
        seeds += [replace(seed, fields={**seed.fields, "language": language}) for language in family.prompts]
    failures = list[AskFailed]()
    for one in seeds:
        try:
            ask = Ask(engine, one.id, earlier=earlier)
            return with_answers_of_people(run_to_end(family.rows(one, ask)), ask.of_people)
        except AskFailed as failed:
            failures.append(failed)
    hint = "another version may word its prompts differently; the manifest records the version of the build"
    raise DataError(failures[0].reason, where=str(folder / JOURNAL), got=failures[0].detail, hint=hint)


def _seen(folder: Path, manifest: Manifest, family: Family, engine: JournalReader, seed: Seed) -> Sequence[str]:
    """The texts of earlier rounds that the prompts of the seed showed, built again in the order of the source."""
    source: Source = load(f"{PACKAGE}.sources", manifest.recipe.source, manifest.recipe.file, "source")
    earlier, got = Earlier(family), f"no seed {seed.id}"
    try:
        for one in without_duplicates(islice(source.seeds(folder), manifest.recipe.n)):
            if isinstance(one, Seed) and one.id == seed.id:
                return earlier.seen
            earlier.add(run_to_end(rows_of(family, engine, one, earlier.seen))[0])
    except DataError as error:
        got = str(error).partition("\n")[0]
    what = "what was asked about this seed depends on the seeds before it, and the source does not give them"
    raise DataError(what, where=str(folder), got=got, hint="put the source where the recipe of the run names it")


def _recorded(facts: Mapping[str, Any]) -> Recorded:
    return Recorded(facts={name: value for name, value in facts.items() if name not in DECLARED})
