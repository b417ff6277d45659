"""Validate a run, a published dataset or any tables: read them, recognise what they are, judge them.

The one module at the root of its room, because it joins all sub-packages: readers, profiles, judging and findings.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation, InterruptException

from ..schemas import bounds, family_schema
from ..schemas.component import Spec
from ..schemas.errors import DataError, RecipeError
from ..schemas.manifest import Manifest
from ..schemas.report import Report
from ..schemas.row import RowTypes
from ..schemas.rows import Declaration, declaration, families, is_installed, tables_of
from ..schemas.rows.shared import SHARED
from ..schemas.run_layout import MANIFEST
from .findings.failing_rows import discard_rows, write_rows_to
from .findings.subject import Subject
from .judging import card_claims, curation_effects, example_copies, manifest_shards, run_completeness
from .judging.audits import load_audits, run_audits
from .judging.overrides import Overrides, apply_overrides, overrides_beside, read_overrides
from .judging.runner import failing_relation, judge, wrap_duckdb_errors
from .profiles.by_roles import add_by_roles, read_by_roles, understand_tables
from .profiles.describe import Description, describe_tables, roles_of_contract
from .profiles.family_views import views_of_run
from .profiles.proposals import MAX_README, Proposal, Sample, sample_rows, take_proposals, without_contact_details
from .profiles.published import read_published
from .profiles.recognise import recognise, require_profile
from .readers import hub, run_folder
from .readers.formats.csv import Csv
from .readers.manifest import read_manifest
from .readers.read import confine, read
from .readers.readme import prose
from .readers.suffixes import format_of
from .tables.sql import Tables, connect, quote_literal, using
from .tables.text_types import cast_numbers

MAX_ROWS_IN_MEMORY = 200_000
"""Tables of a run with more rows are read from their files by every check."""
MAX_FAILING = 10_000
"""Failing rows of one check that are listed."""
NOTHING = Declaration({}, (), {})
NO_OVERRIDES = Overrides()
GENERIC = "generic"
"""Name of the profile that reads a dataset by the roles of its columns."""


def validate_path(
    path: str | Path,
    *,
    as_: str | None = None,
    roles: Mapping[str, str] | None = None,
    checks: Path | None = None,
    out: Path | None = None,
    audit: Sequence[Spec] | None = None,
    memory: str | None = None,
) -> Report:
    """Validate a file, a folder or a dataset on the Hub.

    `as_` names the published dataset it is, or `generic` to go by its columns even if they are those of a published
    dataset; `roles` maps columns to roles. `checks` is a file of overrides, by default the one beside the data. `out`
    is a folder for all failing rows, by check. `audit` names the audits to run, an empty list all of them.

    Raises `DataError` if the data cannot be read or does not have the columns of `as_`, and `RecipeError` if options
    or overrides are invalid.
    """
    overrides = read_overrides(checks) if checks else overrides_beside(hub.local(path))
    keep = write_rows_to(out.resolve()) if out else discard_rows
    audits = [] if audit is None else load_audits(audit)
    with open_subject(path, as_=as_, roles=roles, overrides=overrides, out=out, memory=memory) as (_, subject):
        report = apply_overrides(judge(subject, overrides.options, keep), overrides, subject.row_types)
        return report.model_copy(update={"audits": run_audits(subject.all(), audits)})


@contextmanager
def open_subject(
    path: str | Path,
    *,
    as_: str | None = None,
    roles: Mapping[str, str] | None = None,
    overrides: Overrides = NO_OVERRIDES,
    out: Path | None = None,
    memory: str | None = None,
) -> Iterator[tuple[DuckDBPyConnection, Subject]]:
    """A dataset as checks see it, for as long as the block runs; only the folder `out` can be written."""
    folder, name = hub.local(path), Path(path).resolve().name
    with _database(memory) as connection, wrap_duckdb_errors(str(path)):
        if out:
            connection.execute(f"SET allowed_directories = [{quote_literal(str(out.resolve()))}]")
        if run_folder.has_tables(folder) and not as_ and not roles:
            yield connection, _with_claims(_run_subject(connection, folder, name), folder)
        else:
            yield connection, _dataset_subject(connection, folder, name, as_, roles, overrides)


def failing_rows(
    path: str | Path,
    wanted: Sequence[tuple[str, str]],
    *,
    as_: str | None = None,
    roles: Mapping[str, str] | None = None,
    limit: int = MAX_FAILING,
    memory: str | None = None,
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """(check, table) -> the rows of the table that fail the check, at most `limit`; none where it has no rows to show.

    The options of checks are those of the checks file beside the data. Raises `DataError`.
    """
    overrides = overrides_beside(hub.local(path))
    found = dict[tuple[str, str], list[dict[str, Any]]]()
    with open_subject(path, as_=as_, roles=roles, overrides=overrides, memory=memory) as (_, subject):
        for check, table in wanted:
            failing = failing_relation(subject, check, table, overrides.options)
            names, rows = ([], []) if failing is None else (failing.columns, failing.limit(limit).fetchall())
            found[check, table] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


def validate_run(folder: Path, *, memory: str | None = None, spill: Path | None = None) -> Report:
    """Validate a run folder; DuckDB spills into a temporary folder inside `spill`.

    Raises `DataError` if the folder is no run or cannot be read.
    """
    with wrap_duckdb_errors(folder), _database(memory, spill) as connection:
        return judge(_run_subject(connection, folder, folder.resolve().name))


def validate_tables(tables: Tables, row_types: RowTypes, dataset: str) -> Report:
    """Validate relations of one connection against their row types."""
    with wrap_duckdb_errors(dataset):
        return judge(_typed_subject(tables, row_types, dataset))


def describe_path(
    path: str | Path,
    *,
    roles: Mapping[str, str] | None = None,
    proposals: Sequence[Proposal] = (),
    memory: str | None = None,
) -> Description:
    """What the tables and columns of a dataset are understood to be. Raises `DataError` if it cannot be read.

    `proposals` are roles for columns that have none otherwise; those that the data disagree with are left out.
    """
    folder = hub.local(path)
    with _database(memory) as connection, wrap_duckdb_errors(str(path)):
        raw = read(connection, folder).tables
        known, links = understand_tables(connection, raw, roles)
        taken = [one for table in known.values() for one in take_proposals(table, proposals)]
        return describe_tables(raw, known, links, taken)


def sample_path(path: str | Path, memory: str | None = None) -> Sample:
    """What a teacher is shown of a dataset: its README and first rows, without contact details. Raises `DataError`."""
    with open_tables(path, memory) as (connection, tables):
        readme = without_contact_details(connection, prose(hub.local(path))[:MAX_README])
        return Sample(readme, {table: sample_rows(rows) for table, rows in tables.items()})


@contextmanager
def open_tables(
    path: str | Path, memory: str | None = None, numbers: bool = False
) -> Iterator[tuple[DuckDBPyConnection, Tables]]:
    """The raw tables of a run or any dataset, for as long as the block runs; with the `numbers` in CSV cast to such.

    Raises `DataError`.
    """
    folder = hub.local(path)
    with _database(memory) as connection, wrap_duckdb_errors(str(path)):
        if run_folder.has_tables(folder):
            yield connection, run_folder.read(connection, folder)
            return
        dataset = read(connection, folder)
        untyped = {source.table for source in dataset.sources if format_of(source.path) == Csv()} if numbers else set()
        yield connection, {t: cast_numbers(rows) if t in untyped else rows for t, rows in dataset.tables.items()}


def row_types(folder: Path, tables: Tables) -> RowTypes:
    """The row types of a run: those of its family, else those its manifest describes, else of a family that fits."""
    if (family := run_folder.family_of(folder)) and is_installed(family):
        return tables_of(family, tables)
    if manifest := _self_describing_manifest(folder):
        return family_schema.row_types(manifest)
    fitting = [types for name in families() if set(types := tables_of(name, tables)) <= set(tables)]
    shared = {table: SHARED[table] for table in SHARED if table in tables}
    return max(fitting, key=len, default=shared)


@contextmanager
def _database(memory: str | None, spill: Path | None = None) -> Iterator[DuckDBPyConnection]:
    with (
        tempfile.TemporaryDirectory(dir=spill) as temporary,
        connect(memory_limit=memory or f"{bounds.current().memory_mb}MB", temp_directory=temporary) as connection,
        using(connection),
        _interrupted_in_time(connection),
    ):
        yield connection


@contextmanager
def _interrupted_in_time(connection: DuckDBPyConnection) -> Iterator[None]:
    """Interrupt a connection whose queries take too long. Raises `DataError` then."""
    timer = Timer(bounds.current().seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except InterruptException:
        raise bounds.exceeded("seconds", None) from None
    finally:
        timer.cancel()


def _run_subject(connection: DuckDBPyConnection, folder: Path, name: str) -> Subject:
    tables = dict(run_folder.read(connection, folder))
    for number, (table, rows) in enumerate(tables.items()):
        # A hundred checks read each table; opening its files takes longer than scanning a copy.
        if int(rows.aggregate("count(*)").fetchall()[0][0]) <= MAX_ROWS_IN_MEMORY:
            rows.create(f"held_{number}")
            tables[table] = connection.table(f"held_{number}")
    rejected = run_folder.rejects(connection, folder)
    rejects = (
        {} if rejected is None else {"rejects": rejected.select(f"row_number() OVER () AS _row, {_texts(rejected)}")}
    )
    declared = _declaration(folder)
    views = views_of_run(connection, folder, declared.views, tables)
    types = row_types(folder, tables)
    findings = [*run_completeness.check_run(tables, types, rejected)] if rejected is not None else []
    subject = _typed_subject(tables, types, name)
    return replace(subject, rejects=rejects, views=views, plots=declared.plots, findings=findings)


def _texts(rejected: DuckDBPyRelation) -> str:
    """The columns of rejects that hold texts; runs of older versions lack one."""
    return ", ".join(name for name in ("detail", "row") if name in rejected.columns)


def _declaration(folder: Path) -> Declaration:
    """What the family of a run declares; nothing where neither an installed package nor the manifest describes it."""
    if (family := run_folder.family_of(folder)) and is_installed(family):
        return declaration(family)
    manifest = _self_describing_manifest(folder)
    return Declaration({}, family_schema.views(manifest), family_schema.plots(manifest)) if manifest else NOTHING


def _self_describing_manifest(folder: Path) -> Manifest | None:
    """The manifest of a run, if it describes the row types and views of a family that may not be installed."""
    try:
        manifest = read_manifest(folder)
    except DataError:
        return None
    return manifest if manifest.family_schema else None


def _typed_subject(tables: Tables, row_types: RowTypes, name: str) -> Subject:
    raw = {table: rows.select("row_number() OVER () AS _row, *") for table, rows in tables.items()}
    return Subject(name, raw, tables, row_types)


def _with_claims(subject: Subject, folder: Path) -> Subject:
    """A run compared with its card and manifest, which a run that is still being built does not have."""
    if not (manifest := folder / MANIFEST).exists():
        return subject
    shards = manifest_shards.check_shards(folder, manifest)
    stored = read_manifest(folder)
    effects = curation_effects.check_effects(stored.curation)
    copies = example_copies.check_copies(subject.raw, stored.prompts)
    claims = card_claims.check_card(folder, subject.raw)
    return replace(subject, findings=[*subject.findings, *claims, *shards, *effects, *copies])


def _dataset_subject(
    connection: DuckDBPyConnection,
    folder: Path,
    name: str,
    as_: str | None,
    roles: Mapping[str, str] | None,
    overrides: Overrides = NO_OVERRIDES,
) -> Subject:
    """A dataset that is no run, or is to be read as something else, by its profile or the roles of its columns."""
    if as_ not in (None, GENERIC) and roles:
        raise RecipeError("name the published dataset or map its columns, not both", where="--as, --map")
    dataset = read(connection, folder)
    raw = dataset.tables
    confine(connection, dataset)
    recognised = require_profile(as_, raw) if as_ not in (None, GENERIC) else None
    if not as_ and not roles:
        recognised = recognise(raw)
        roles = roles_of_contract(overrides.roles, raw, overrides.file) if overrides.roles else None
    if recognised:
        subject = add_by_roles(connection, read_published(connection, name, raw, recognised), recognised, roles)
    else:
        subject = read_by_roles(connection, name, raw, roles)
    is_card_read = all(finding.check != "reader.front_matter" for finding in dataset.findings)
    claims = card_claims.check_card(folder, raw) if is_card_read else []
    return replace(subject, findings=[*dataset.findings, *subject.findings, *claims])
