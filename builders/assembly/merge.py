"""Join finished runs whose tables fit into one dataset: each row once, each key for one row, all counts reconciled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from ...schemas import aliases, family_schema
from ...schemas.errors import DataError, RunError
from ...schemas.manifest import Books, FamilySchema, Manifest, MergedRun, Requests, Rows, Seeds, Table
from ...schemas.projections import arrow_schema, schema_hash
from ...schemas.row import Row, columns, key
from ...schemas.rows.reject import Reject
from ...schemas.rows.shared import Rule
from ...schemas.run_layout import DATA, MANIFEST, REJECTS, REPORT
from ...validators.readers import run_folder as runs
from ...validators.readers.manifest import mismatch, read_manifest, sha256
from ...validators.stats.aggregates import aggregates
from ...validators.tables.atomic_write import atomic_folder, write_atomic
from ...validators.tables.sql import connect, key_text, quote_identifier, quote_literal, using
from ...validators.validate import validate_path
from ..storage.parquet import described, write, write_one
from ..storage.recipe_file import slug
from ._merged_recipe import merged_recipe, merged_spending, merged_teachers
from .build import Render
from .derived import AGGREGATES
from .materialize import LIBRARIES, write_manifest

STEP = "merge"
"""Step of the rejects that a merge adds."""
REPEATED = "same row in an earlier run"
"""Reason of a row that several runs have; it is kept once."""
SHOWN = 5
"""Keys that an error shows."""


@dataclass(frozen=True)
class Input:
    """One run to be merged."""

    folder: Path
    manifest: Manifest


def merge(folders: Sequence[Path], out: Path, render: Render) -> None:
    """Write one dataset of several finished runs to the new folder `out`.

    Rows that are equal in two runs are kept once and recorded as rejects; aggregates are computed anew. Raises
    `DataError` if the runs do not fit together, or if a key stands for different rows.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError("already there", where=str(out), expected="a new or empty folder", hint="choose another --out")
    inputs = [Input(folder, read_manifest(folder)) for folder in folders]
    _check_fit(inputs)
    try:
        with (
            atomic_folder(out) as draft,
            connect(str(draft.parent / "work.duckdb")) as connection,
            using(connection),
        ):
            manifest = _Merge(connection, inputs).write(draft, out)
    except (OSError, duckdb.Error) as error:
        raise DataError("cannot merge", where=str(out), got=str(error).partition("\n")[0]) from None
    report = validate_path(out)
    write_atomic(out / REPORT, report.model_dump_json(indent=1))
    render(out, manifest, report)
    write_manifest(out, manifest)


def _check_fit(inputs: Sequence[Input]) -> None:
    """Raises `DataError` that lists everything in which the runs differ and must not."""
    if len({one.folder.resolve() for one in inputs}) < 2:
        raise DataError("nothing to merge", got=", ".join(str(one.folder) for one in inputs), expected="several runs")
    for one in inputs:
        for file in one.manifest.everything():
            if found := mismatch(one.folder, file, digest=False):
                raise DataError(found.what, where=str(one.folder / file.path), got=found.got, expected=found.expected)
    first, problems = inputs[0].manifest, list[str]()
    for one in inputs[1:]:
        other = one.manifest
        for what, a, b in (
            ("family", first.family, other.family),
            ("licence", first.recipe.license, other.recipe.license),
            ("licence", first.recipe.card.license_name, other.recipe.card.license_name),
        ):
            if a != b:
                problems.append(f"{one.folder}: {what} {b}, not {a}")
        problems += [
            f"{one.folder}: other columns in {table}"
            for table in first.tables.keys() & other.tables.keys()
            if first.tables[table].schema_hash != other.tables[table].schema_hash
        ]
    if problems:
        expected = f"the family, licence and row schemas of {inputs[0].folder}"
        raise DataError("the runs do not fit together", got="; ".join(sorted(problems)), expected=expected)


class _Merge:
    """The tables of the runs, one below the other in a database of their own."""

    def __init__(self, connection: DuckDBPyConnection, inputs: Sequence[Input]) -> None:
        self.connection, self.inputs = connection, inputs
        self.types: dict[str, type[Row]] = {}
        for one in inputs:
            known = family_schema.row_types(one.manifest)
            self.types |= {t: known[t] for t in known if t in one.manifest.tables and t not in self.types}
        self.repeated: dict[str, int] = {}

    def write(self, draft: Path, out: Path) -> Manifest:
        """Write tables and rejects, and say what they are."""
        self._load()
        self._rejects()
        for table, row_type in self.types.items():
            if table != AGGREGATES:
                self._unite(table, row_type)
        self._aggregate()
        tables = {table: self._write(table, row_type, draft) for table, row_type in self.types.items()}
        chosen = ", ".join(quote_identifier(column.name) for column in columns(Reject))
        write_one(self.connection, f"SELECT {chosen} FROM rejects ORDER BY rowid", Reject, draft / REJECTS)
        manifest = self._manifest(tables, draft, out)
        if wrong := manifest.books.imbalances():
            raise RunError("the counts do not reconcile; this is a fault of pluriset", got="; ".join(wrong))
        return manifest

    def _load(self) -> None:
        """Every table as `<table>`, in the order of the runs, with the number of the run and of the row."""
        read = [runs.read(self.connection, one.folder) for one in self.inputs]
        for table, row_type in self.types.items():
            chosen = ", ".join(quote_identifier(column.name) for column in columns(row_type))
            parts = []
            for number, tables in enumerate(read):
                if table in tables:
                    view = f"_run{number}_{table}"
                    tables[table].create_view(view)
                    parts.append(f"SELECT {chosen}, split, {number} AS _run FROM {quote_identifier(view)}")
            rows = " UNION ALL ".join(parts)
            self.connection.execute(
                f"CREATE TABLE {quote_identifier(table)} AS SELECT *, row_number() OVER () AS _seq FROM ({rows})"
            )

    def _rejects(self) -> None:
        """What every run rejected, as the table `rejects`."""
        self.connection.register("_none", arrow_schema(Reject).empty_table())
        self.connection.execute("CREATE TABLE rejects AS FROM _none")
        current = aliases.FIELDS.get(Reject.__name__, {})
        for one in self.inputs:
            if (rows := runs.rejects(self.connection, one.folder)) is not None:
                there = {current.get(column, column): column for column in rows.columns}
                cells = (c.name for c in columns(Reject))
                chosen = [quote_identifier(there[name]) if name in there else "NULL" for name in cells]
                rows.select(", ".join(chosen)).insert_into("rejects")

    def _unite(self, table: str, row_type: type[Row]) -> None:
        """Keep equal rows once. Raises `DataError` if a key stands for different rows."""
        if not key(row_type):
            return
        name, row_key = quote_identifier(table), key_text(row_type)
        content = ", ".join([*(quote_identifier(column.name) for column in columns(row_type)), "split"])
        clashes = self.connection.sql(
            f"SELECT {row_key} FROM (SELECT DISTINCT {content} FROM {name}) GROUP BY {row_key} HAVING count(*) > 1 "
            "ORDER BY 1"
        ).fetchall()
        if clashes:
            shown = ", ".join(str(clash) for (clash,) in clashes[:SHOWN])
            raise DataError(
                "the same key stands for different rows",
                where=table,
                got=f"{len(clashes):,} keys: {shown}" + ("…" if len(clashes) > SHOWN else ""),
                hint=HINTS.get(table, "the runs answered the same seeds differently: merge runs over other seeds"),
            )
        level = "seed" if table == next(iter(self.types)) else "row"
        repeated = f"SELECT *, row_number() OVER (PARTITION BY {row_key} ORDER BY _seq) AS _copy FROM {name}"
        self.connection.execute(
            f'INSERT INTO rejects BY NAME SELECT {quote_literal(level)} AS level, {quote_literal(table)} AS "table", '
            f"{row_key} AS key, {quote_literal(STEP)} AS step, {quote_literal(REPEATED)} AS reason, "
            f"{row_key} AS kept_key FROM ({repeated}) WHERE _copy > 1 ORDER BY _seq"
        )
        self.connection.execute(f"DELETE FROM {name} WHERE _seq IN (SELECT _seq FROM ({repeated}) WHERE _copy > 1)")
        total = sum(one.manifest.tables[table].rows for one in self.inputs if table in one.manifest.tables)
        self.repeated[table] = total - self._count(name)

    def _aggregate(self) -> None:
        """Aggregates of all annotations, by the rules that the runs used, in the split of their item."""
        if AGGREGATES not in self.types:
            return
        chosen = ", ".join(quote_identifier(column.name) for column in columns(self.types[AGGREGATES]))
        # Aspect -> rules: those of the aspects, or of runs that are older than these, those of their aggregates.
        stated = "SELECT aspect, unnest(rules) AS rule, _seq FROM aspects" if "aspects" in self.types else None
        used = f"SELECT aspect, rule, _seq FROM {AGGREGATES}"
        rules: dict[str, list[Rule]] = {}
        union = " UNION ALL ".join(filter(None, [stated, used]))
        for aspect, rule in self.connection.sql(
            f"SELECT aspect, rule FROM ({union}) GROUP BY ALL ORDER BY min(_seq), aspect, rule"
        ).fetchall():
            rules.setdefault(aspect, []).append(rule)
        aggregates(self.connection.table("annotations"), rules).create_view("_aggregates")
        self.connection.execute(
            f"""CREATE TABLE _placed AS SELECT {chosen}, split, 0 AS _run, row_number() OVER () AS _seq FROM _aggregates
            JOIN (SELECT DISTINCT item_table, item_id, split FROM annotations) USING (item_table, item_id)"""
        )
        self.connection.execute(f"DELETE FROM {AGGREGATES}")
        self.connection.execute(f"INSERT INTO {AGGREGATES} FROM _placed")

    def _write(self, table: str, row_type: type[Row], draft: Path) -> Table:
        name = quote_identifier(table)
        chosen = ", ".join(quote_identifier(column.name) for column in columns(row_type))
        splits = [split for (split,) in self.connection.sql(f"SELECT DISTINCT split FROM {name} ORDER BY 1").fetchall()]
        shards = {}
        for split in splits or ["train"]:
            query = f"SELECT {chosen} FROM {name} WHERE split = {quote_literal(split)} ORDER BY _seq"
            paths = write(self.connection, query, row_type, draft / DATA / table, split)
            shards[split] = [described(draft, path) for path in paths]
        return Table(rows=self._count(name), schema_hash=schema_hash(row_type), splits=shards)

    def _count(self, name: str) -> int:
        return int(self.connection.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0])

    def _manifest(self, tables: dict[str, Table], draft: Path, out: Path) -> Manifest:
        manifests = [one.manifest for one in self.inputs]
        first = manifests[0]
        recipe = merged_recipe(manifests, slug(out.resolve().name))
        prompts = dict(first.prompts)
        for other in manifests[1:]:
            changed = {name: value for name, value in other.prompts.items() if first.prompts.get(name) != value}
            prompts |= {f"{name} ({other.name})": value for name, value in changed.items()}
        return Manifest(
            name=recipe.name,
            family=first.family,
            family_schema=self._family_schema(),
            main_table=first.main_table,
            recipe=recipe,
            teachers=merged_teachers(manifests),
            prompts=prompts,
            tables=tables,
            files=[described(draft, draft / REJECTS)],
            books=self._books(tables),
            versions={library: version(library) for library in ("pluriset", *LIBRARIES)},
            merged=[
                MergedRun(
                    name=one.manifest.name,
                    manifest_sha256=sha256(one.folder / MANIFEST),
                    recipe=one.manifest.recipe,
                    rows={table: entry.rows for table, entry in one.manifest.tables.items()},
                )
                for one in self.inputs
            ],
        )

    def _family_schema(self) -> FamilySchema | None:
        """That of the first run, with the optional tables of the others."""
        stored = [one.manifest.family_schema for one in self.inputs if one.manifest.family_schema]
        if not stored:
            return None
        tables = {table: schema for each in reversed(stored) for table, schema in each.tables.items()}
        return stored[0].model_copy(
            update={"tables": {table: tables[table] for table in self.types if table in tables}}
        )

    def _books(self, tables: dict[str, Table]) -> Books:
        """The sums of the runs' counts; what several runs have is removed by the step `merge`."""
        books = [one.manifest.books for one in self.inputs]
        main = next(iter(self.types))
        requests = {name: sum(getattr(each.requests, name) for each in books) for name in Requests.model_fields}
        reasons = sum((Counter(each.rejects) for each in books), Counter[str]())
        reasons[REPEATED] += sum(self.repeated.values())
        rejected = sum(each.seeds.rejected for each in books) + self.repeated.get(main, 0)
        return Books(
            seeds=Seeds(read=sum(each.seeds.read for each in books), built=tables[main].rows, rejected=rejected),
            requests=Requests(**requests),
            rows=dict(self._rows(books, tables)),
            rejects={reason: n for reason, n in sorted(reasons.items(), key=lambda item: (-item[1], item[0])) if n},
            spending=merged_spending([one.manifest for one in self.inputs]),
        )

    def _rows(self, books: Sequence[Books], tables: dict[str, Table]) -> Iterator[tuple[str, Rows]]:
        for table, entry in tables.items():
            if table == AGGREGATES:
                yield table, Rows(generated=entry.rows, published=entry.rows, removed={})
                continue
            counts = [each.rows[table] for each in books if table in each.rows]
            removed = sum((Counter(each.removed) for each in counts), Counter[str]())
            removed[STEP] += self.repeated.get(table, 0)
            generated = sum(each.generated for each in counts)
            yield (
                table,
                Rows(generated=generated, published=entry.rows, removed={step: n for step, n in removed.items() if n}),
            )


HINTS = {
    "annotators": "two annotators share an id: give each an `id` in its recipe, and build again",
    "annotations": "an annotator judged the same item twice and differently: give each panel ids of its own",
}
"""Table -> what to do if its keys stand for different rows."""
