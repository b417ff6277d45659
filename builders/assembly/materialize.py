"""From a closed journal to a finished run: replay, curate, derive, write, count."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from duckdb import DuckDBPyConnection, OperationalError

from ...schemas.errors import RunError
from ...schemas.family_schema import family_schema
from ...schemas.manifest import Books, File, Manifest, Requests, Rows, Seeds, Spending, StepEffect, Table
from ...schemas.projections import schema_hash
from ...schemas.row import Row, columns
from ...schemas.rows.reject import Reject
from ...schemas.run_layout import DATA, MANIFEST, RECIPE, REJECTS, REPORT
from ...schemas.usage import usd
from ...validators.tables.atomic_write import write_atomic, write_error
from ...validators.tables.pii import masked
from ...validators.tables.sql import connect, quote_identifier, using
from .. import PACKAGE
from ..curation.mask import Mask
from ..execution.people import aspects, once_rows
from ..execution.run import Run
from ..execution.shard_replay import tables_of
from ..families import Family
from ..storage import run_folder
from ..storage.parquet import Staging, described, write, write_one
from ..storage.recipe_file import dump
from .benchmark_questions import questions
from .curation_runner import Curation
from .derived import derive, derived_tables

LIBRARIES = ("duckdb", "pyarrow", "pydantic")
"""The libraries, besides pluriset, whose version can change the bytes of a run."""
FAILED = "cannot write the tables; the journal is complete"


def write_tables(run: Run) -> Manifest:
    """Write every file of the run but report, card and manifest. Raises `RunError` if the counts do not reconcile."""
    family, recipe = run.crew.family, run.crew.recipe
    database = run.building / "work.duckdb"
    try:
        with connect(str(database)) as connection, using(connection):
            staging = _staged(run, connection)
            curation = Curation(connection, family.tables_for_options())
            judged = aspects(family, run.crew.answerers)
            curation.run(run.crew.steps, recipe.seed)
            derive(family, judged, curation)
            tables = _written(run, curation)
            asked = [*questions(judged, curation, run.building, family.gold_questions())]
            books = _books(run, connection, staging, tables)
        if wrong := books.imbalances():
            raise RunError(
                "the counts do not reconcile; this is a bug in pluriset", where=str(run.folder), got="; ".join(wrong)
            )
        database.unlink()
        run_folder.swap(run.folder, run.building)
        run.mark_built()
    except OSError as error:
        raise write_error(error, run.folder, FAILED) from None
    except OperationalError as error:  # of its own: no room on the disk or in memory
        hint = "free some disk space or memory and run the same command again"
        raise RunError(FAILED, where=str(run.folder), got=str(error), hint=hint) from None
    write_atomic(run.folder / RECIPE, dump(run_folder.portable(recipe, run.folder)))
    return _manifest(run, tables, books, asked, curation.effects)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, with the report that is there by now: the run is complete."""
    report = described(folder, folder / REPORT, rows=False)
    others = [file for file in manifest.files if file.path != report.path]
    whole = manifest.model_copy(update={"files": [*others, report]})
    write_atomic(folder / MANIFEST, whole.model_dump_json(indent=1))


def _staged(run: Run, connection: DuckDBPyConnection) -> Staging:
    """Replay every seed into DuckDB; `rejects` is a table beside the family's."""
    types = tables_of(run.crew)
    staging, rejects = Staging(connection, types), list[Row]()
    staging.add([*run.crew.annotators(), *once_rows(run.crew.family, run.crew.answerers)])
    if run.parts:
        for table in types:
            files = [part.parts[table] for part in run.parts if table in part.parts]
            staging.add_parts(table, files, sum(part.rows.get(table, 0) for part in run.parts))
            for file in files:
                file.unlink()
        return staging
    for rows in run.replay(rejects.append):
        staging.add([*rows, *rejects])
        rejects.clear()
    staging.flush()
    return staging


def _written(run: Run, curation: Curation) -> dict[str, Table]:
    """Write every table, one folder a table, one or more shards a split."""
    tables, data = {}, run.building / DATA
    for table, splits in curation.place().items():
        row_type = curation.types[table]
        files = {
            split: write(curation.connection, curation.ordered(table, split), row_type, data / table, split)
            for split in splits
        }
        shards = {split: [described(run.building, path) for path in paths] for split, paths in files.items()}
        count = sum(file.rows or 0 for paths in shards.values() for file in paths)
        tables[table] = Table(rows=count, schema_hash=schema_hash(row_type), splits=shards)
    cells = {column.name: quote_identifier(column.name) for column in columns(Reject)}
    if any(isinstance(step, Mask) for step in run.crew.steps):
        cells |= {name: masked(quote_identifier(name)) for name in ("detail", "row")}
    chosen = ", ".join(f"{sql} AS {quote_identifier(column)}" for column, sql in cells.items())
    write_one(curation.connection, f"SELECT {chosen} FROM rejects ORDER BY _seq", Reject, run.building / REJECTS)
    return tables


def _books(run: Run, connection: DuckDBPyConnection, staging: Staging, tables: dict[str, Table]) -> Books:
    counted = connection.sql('SELECT level, "table", step, reason, count(*) FROM rejects GROUP BY ALL').fetchall()
    reasons, lost, seeds_lost = Counter[str](), dict[str, Counter[str]](), 0
    for level, table, step, reason, count in counted:
        reasons[reason] += count
        seeds_lost += count if level == "seed" else 0
        # A seed that was rejected before it became a row is missing from the seeds, not from the rows.
        if level == "row" or (level == "seed" and step not in ("ask", "source")):
            lost.setdefault(table, Counter())[step] += count
    main = next(iter(tables))
    prices = run.crew.recipe.prices
    return Books(
        seeds=Seeds(read=run.seeds_total, built=tables[main].rows, rejected=seeds_lost),
        requests=Requests(**asdict(run.requests)),
        rows={table: _rows(run.crew.family, table, staging, tables, lost.get(table, Counter())) for table in tables},
        rejects=dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        spending=[
            Spending(role=role, teacher=teacher, **asdict(spent), usd=usd({(role, teacher): spent}, prices))
            for (role, teacher), spent in sorted(run.spending.items())
        ],
    )


def _rows(family: Family, table: str, staging: Staging, tables: dict[str, Table], lost: Counter[str]) -> Rows:
    """What a family rejected itself (step `ask`) was generated too; derived tables are published as generated."""
    published = tables[table].rows
    generated = published if table in derived_tables(family) else staging.made[table] + lost["ask"]
    return Rows(generated=generated, published=published, removed={step: n for step, n in sorted(lost.items()) if n})


def _manifest(
    run: Run, tables: dict[str, Table], books: Books, asked: list[File], effects: list[StepEffect]
) -> Manifest:
    crew, root = run.crew, run.folder
    declared = {
        name: {"notice": teacher.notice(), "unpublishable": teacher.unpublishable()}
        for name, teacher in crew.teachers.items()
    }
    return Manifest(
        name=crew.recipe.name,
        family=crew.recipe.family_name,
        family_schema=family_schema(
            crew.recipe.family_name, crew.family.tables_for_options(), crew.family.derived(), f"{PACKAGE}.families"
        ),
        main_table=next(iter(tables)),
        recipe=run_folder.portable(crew.recipe, root),
        teachers={
            name: teacher.identity() | {key: text for key, text in declared[name].items() if text}
            for name, teacher in crew.teachers.items()
        },
        prompts=crew.family.model_dump(mode="json"),
        tables=tables,
        files=[
            described(root, root / RECIPE, rows=False),
            described(root, root / REJECTS),
            *asked,
        ],
        books=books,
        curation=effects,
        versions={library: version(library) for library in ("pluriset", *LIBRARIES)},
    )
