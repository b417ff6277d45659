"""One row made again from the journal alone: no source, no model file and no key is needed, and nobody is asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..schemas.component import load
from ..schemas.errors import DataError
from ..schemas.manifest import Manifest
from ..schemas.row import Row, key_of
from ..schemas.story import Found, Replayed
from ..validators.readers.run import read
from ..validators.tables import connect
from .ask import Ask
from .crew import PACKAGE, answerers
from .engine import Answerer, AskFailed, Engine
from .family import Family
from .folder import JOURNAL
from .journal import Journal
from .seed_rows import finished
from .teacher import Teacher
from .why import ancestors, manifest_of, row_of

AGGREGATES = (
    "aggregates are made of the annotations of the whole dataset; the check `aggregates_recompute` makes them again"
)


class Recorded(Teacher):
    """A teacher as the manifest names it: enough to find its answers in the journal."""

    facts: dict[str, Any]
    """Its identity."""

    def identity(self) -> dict[str, Any]:
        """Word for word what it was when it answered."""
        return self.facts

    def model_name(self) -> str:
        """Name of the model that answered."""
        return str(self.facts.get("model"))

    def revision(self) -> str | None:
        """What told it from another of the same name."""
        return self.facts.get("revision")


def replay(folder: Path, table: str, wanted: str) -> Replayed:
    """Make a row of a finished run again. Raises `DataError` if it is not there, or the journal does not make it."""
    manifest = manifest_of(folder)
    if table == "aggregates":
        raise DataError("not made from asks", where=table, hint=AGGREGATES)
    with connect() as connection:
        tables = read(connection, folder)
        published, types = row_of(folder, manifest, tables, table, wanted)
        line = [published, *ancestors(tables, types, published)]
    seed = next((found for found in line if found.table == manifest.main_table), None)
    names = {row_type: name for name, row_type in types.items()}
    made = {(names[type(row)], key_of(row)): row for row in _made(folder, manifest, types, seed)}
    if (table, wanted) not in made:
        raise DataError("the journal does not make this row", where=str(folder / JOURNAL), got=f"{table} {wanted}")
    again = made[table, wanted].model_dump(mode="json")
    differs = [column for column, value in again.items() if published.row.get(column) != value]
    return Replayed(table=table, key=wanted, published=published.row, again=again, differs=differs)


def _made(folder: Path, manifest: Manifest, types: Mapping[str, type[Row]], seed: Found | None) -> list[Row]:
    """The rows that the journal makes of one seed, and the annotators that every seed shares."""
    family: Family = load(f"{PACKAGE}.families", manifest.recipe.family, "recipe.yaml", "family")
    who = answerers(manifest.recipe, family, {name: _recorded(facts) for name, facts in manifest.teachers.items()})
    everybody: list[Row] = [one.row for role in family.roles for one in who[role]]
    if seed is None:
        return everybody
    main = types[manifest.main_table].model_validate({k: v for k, v in seed.row.items() if k != "split"})
    return everybody + _built(folder, family, who, main)


def _built(folder: Path, family: Family, who: dict[str, list[Answerer]], main: Row) -> list[Row]:
    if not (folder / JOURNAL).is_dir():
        raise DataError("the journal is not here", where=str(folder), hint="it is published on request only")
    if family.round() is not None:
        hint = "`pluriset build` makes all rows again from the journal, and asks nobody for what is there"
        raise DataError("what was asked about this seed depends on the seeds before it", where=str(folder), hint=hint)
    journal, seed = Journal(folder / JOURNAL), family.seed(main)
    try:
        return finished(family.build(seed, Ask(Engine(journal, who, live=False), seed.id)))
    except AskFailed as failed:
        hint = "another version of pluriset may have asked in other words; the manifest names the one that made it"
        raise DataError(failed.reason, where=str(folder / JOURNAL), got=failed.detail, hint=hint) from None
    finally:
        journal.close()


def _recorded(facts: Mapping[str, Any]) -> Recorded:
    return Recorded(facts={name: value for name, value in facts.items() if name != "notice"})
