"""Builds, validates and publishes datasets in which people are allowed to disagree.

dataset = pluriset.build(pluriset.recipe("values", n=4))
for situation in dataset.rows("situations"): ...
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .schemas.errors import RecipeError
from .schemas.run_layout import CARD, MANIFEST, REJECTS, REPORT, REPORT_PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .builders.convert.export import Exported
    from .builders.convert.repair import Repaired
    from .builders.execution.batch import How
    from .builders.execution.run import Run
    from .builders.preflight.check_teacher import Finding
    from .builders.preflight.estimate import Estimate
    from .builders.preflight.plan import Plan
    from .cards.loading.dataset import Dataset
    from .cards.loading.nested_rows import Nested
    from .cards.loading.published import ExternalDataset
    from .cards.publishing.publish import Publication
    from .schemas.difference import Difference
    from .schemas.explanation import Replayed, Story
    from .schemas.progress import Watch
    from .schemas.recipe import Recipe
    from .schemas.report import Report
    from .schemas.rows.reject import Reject
    from .validators.expectations.run_suite import SuiteResult

__all__ = [
    "build",
    "card",
    "check_teacher",
    "components",
    "diff",
    "estimate",
    "export",
    "load",
    "plan",
    "preview",
    "publish",
    "recipe",
    "repair",
    "replay",
    "schema",
    "show",
    "validate",
    "why",
]


def recipe(source: str | Path, /, **changes: Any) -> Recipe:
    """A recipe from a YAML file or, by the name of its family, a shipped one; `changes` replaces top-level keys."""
    from .builders.storage import recipe_file

    if str(source) in recipe_file.shipped_names() and not Path(source).is_file():
        return recipe_file.shipped(str(source), changes)
    return recipe_file.read(Path(source), changes)


def build(
    recipe: Recipe,
    out: str | Path | None = None,
    *,
    watch: Watch | None = None,
    retry: bool = False,
    batch: How | None = None,
    results: Iterable[Path] = (),
) -> Dataset:
    """Ask, make the rows, check them, describe them. `retry` asks again for what was rejected before.

    With `batch`, what is open is written to batch files, or submitted, and `Stopped` is raised; building again takes
    what came back, also from these files of `results`.
    """
    from .builders.execution import batch as waves
    from .builders.execution import run
    from .builders.storage import run_folder as folder

    with run.opened(recipe, where := Path(out or folder.default(recipe, None))) as work:
        work.meanwhile = partial(_load_what_makes_tables, work)
        batches = waves.Batches(work)
        batches.take(results)
        if retry:
            work.retry(where / REJECTS)
        batches.ask(watch, batch)
        from .builders.assembly import materialize as make  # loaded before, in most builds
        from .cards.loading import dataset as load
        from .cards.readme import render as card

        manifest = make.make(work)
        report = validate(where)
        _save(where, report)
        card.write(where, manifest, report)
        make.finish(where, manifest)
    return load.load(where)


def _load_what_makes_tables(work: Run) -> None:
    """It takes long: better while the first answers are on their way than before or after."""
    from .builders.assembly import materialize as make
    from .cards.loading import dataset as load  # noqa: F401
    from .cards.readme import render as card  # noqa: F401

    make.warm_up(work)


def preview(
    recipe: Recipe, out: str | Path | None = None, n: int = 3, *, watch: Watch | None = None
) -> tuple[list[Nested], list[Reject]]:
    """Ask about the first `n` seeds; their rows and what is missing. The answers are kept for the build."""
    from .builders.execution import run
    from .builders.storage import run_folder as folder
    from .cards.loading import nested_rows as show

    some = recipe.model_copy(update={"n": min(n, recipe.n or n)})
    with run.opened(recipe, Path(out or folder.default(recipe, None))) as work:
        work.crew = replace(work.crew, recipe=some)
        work.ask(watch)
        missing: list[Reject] = []
        rows = [row for rows in work.replay(missing.append) for row in rows]
        return list(show.nest(rows, work.crew.family.made())), missing


def plan(recipe: Recipe, out: str | Path | None = None) -> Plan:
    """How many asks, tokens and dollars a build can need at least and at most; asks nobody."""
    from .builders.preflight import plan
    from .builders.storage import run_folder as folder

    return plan.plan(recipe, Path(out or folder.default(recipe, None)))


def check_teacher(recipe: Recipe, name: str | None = None) -> list[Finding]:
    """What the teachers of a recipe can do, asked of them in a few small requests that are paid for."""
    from .builders.preflight import check_teacher

    return check_teacher.check_teacher(recipe, name)


def estimate(recipe: Recipe, out: str | Path | None = None, k: int = 20, *, watch: Watch | None = None) -> Estimate:
    """What a build will need, with intervals, from asking about `k` seeds; the answers are kept for the build."""
    from .builders.preflight import estimate
    from .builders.storage import run_folder as folder

    return estimate.estimate(recipe, Path(out or folder.default(recipe, None)), k, watch)


def validate(
    path: str | Path,
    *,
    as_: str | None = None,
    map: Mapping[str, str] | Sequence[str] | str | Path | None = None,
    checks: str | Path | None = None,
    suite: str | Path | None = None,
    table: str | None = None,
    out: str | Path | None = None,
    save: bool = False,
) -> Report:
    """Validate a run or any published dataset: a file, a folder or an id on the Hub.

    `as_` names the published dataset it is, `map` the roles of its columns, as a mapping or a YAML file; without
    either, the columns decide. `checks` is a file of overrides, by default `pluriset.yaml` beside the data. `save`
    writes the report into the run; `out` is a folder for the report and all failing rows, by check.

    `suite` runs a Great Expectations suite instead, on `table` (default: the one it names, or the only one); `out`
    then also gets its validation result and Data Docs.
    """
    if suite:
        if as_ or map or checks or save:
            raise RecipeError("a suite goes without the options of our own checks", where="--suite")
        return _validate_with_suite(path, suite, table, out)
    from .validators import validate as run
    from .validators.profiles import column_roles as roles
    from .validators.readers.run_folder import is_run

    if save and not is_run(Path(path)):
        hint = "--out FOLDER writes it, and all failing rows, elsewhere"
        raise RecipeError("only a run has a place for its report", where="--save", got=str(path), hint=hint)
    known = roles.given(map) if map else None
    decided, folder_of_rows = (Path(p) if p else None for p in (checks, out))
    with _locked(Path(path)) if save else nullcontext():
        report = run.validate_path(path, as_=as_, roles=known, checks=decided, out=folder_of_rows)
        if save:
            _save(Path(path), report)
    if out:
        from .cards.report import folder as report_folder

        report_folder.write(Path(out), report)
    return report


def _validate_with_suite(path: str | Path, suite: str | Path, table: str | None, out: str | Path | None) -> Report:
    from .validators.expectations.run_suite import run_suite

    result = run_suite(Path(path), Path(suite), table)
    if out:
        from .cards.report import folder as report_folder

        report_folder.write_suite_result(Path(out), result.report, result.validation_result, result.data_docs)
    return result.report


def _locked(run: Path) -> AbstractContextManager[None]:
    """No build changes what is judged, nor the manifest that will know the report."""
    from .builders.storage import run_folder as folder

    return folder.locked(run)


def _save(where: Path, report: Report) -> None:
    """Write a report into a run; where the run is complete, its manifest knows the report."""
    from .builders.assembly import materialize as make
    from .cards.report import page as report_html
    from .validators.readers.manifest import read_manifest
    from .validators.tables.atomic_write import write_atomic

    write_atomic(where / REPORT, report.model_dump_json(indent=1))
    report_html.write(where / REPORT_PAGE, report)
    if (where / MANIFEST).exists():
        make.finish(where, read_manifest(where))


def repair(path: str | Path, out: str | Path, rules: Sequence[str] = ()) -> Repaired:
    """Mend texts of anybody's dataset into a new folder, with a record of every change; `rules`: those, else all."""
    from .builders.convert import repair

    return repair.repair(path, Path(out), rules)


def expect(path: str | Path, suite: str | Path, table: str | None = None) -> SuiteResult:
    """Run a Great Expectations suite. Deprecated: use `validate(path, suite=...)`."""
    from .validators.expectations.run_suite import run_suite

    warnings.warn("expect() is deprecated: use validate(path, suite=...)", DeprecationWarning, stacklevel=2)
    return run_suite(Path(path), Path(suite), table)


def schema(name: str, table: str | None = None, *, suite: bool = False) -> dict[str, Any]:
    """The JSON Schema of `recipe`, `report`, `checks`, or of the tables of a family or published dataset.

    `suite` gives the suite of Great Expectations of one table instead.
    """
    from .schemas import json_schemas as described
    from .validators.expectations import suite as suites

    return suites.suite(*described.only(name, table)) if suite else described.json_schemas(name, table)


def load(
    path: str | Path,
    revision: str | None = None,
    *,
    as_: str | None = None,
    verify: bool = False,
    stream: bool = False,
) -> Dataset | ExternalDataset:
    """A finished run, by its folder or its id on the Hub, as typed rows, polars, DuckDB, Arrow or `datasets`.

    A dataset that somebody else published opens likewise, as the published dataset `as_` or as its columns say.
    `verify` compares every digest and runs the checks again; `stream` reads from the Hub only what is used.
    """
    from .cards.loading import open as fetch

    return fetch.open_dataset(path, revision, as_, verify, stream)


def show(
    path: str | Path, key: str | None = None, n: int | None = 3, *, table: str | None = None, stream: bool = False
) -> list[Nested]:
    """The first rows of the main table, or the one with this key, with all that belongs to them.

    With `table`, the first rows of that one, each by itself; `rejects` is what is missing. Without `n`, all of them.
    """
    from .cards.loading import nested_rows as show
    from .cards.loading import open as fetch

    if table:
        return show.table_rows(fetch.open_dataset(path, stream=stream), table, n)
    return show.nested_rows(fetch.open_run(path, stream=stream), key, n)


def why(path: str | Path, table: str, key: str) -> Story:
    """The whole story of a row, with every ask and judgement behind it; of a row that is missing, its reject."""
    from .builders.explain import why
    from .cards.loading import open as fetch

    return why.why(fetch.open_run(path, journal=True).folder, table, key)


def replay(path: str | Path, table: str, key: str) -> Replayed:
    """Make one row again from the journal alone, beside the published one; asks nobody."""
    from .builders.explain import replay
    from .cards.loading import open as fetch

    return replay.replay(fetch.open_run(path, journal=True).folder, table, key)


def diff(before: str | Path, after: str | Path) -> Difference:
    """What changed from one version of a dataset to another, and which step of the version that is."""
    from .cards.loading import diff
    from .cards.loading import open as fetch

    return diff.diff(fetch.open_run(before), fetch.open_run(after))


def card(path: str | Path) -> Path:
    """Write the card of a finished run again."""
    from .cards.loading import dataset as run
    from .cards.readme import render as card

    dataset = run.load(Path(path))
    card.write(Path(path), dataset.manifest, dataset.report)
    return Path(path) / CARD


def export(path: str | Path, as_: str, out: str | Path) -> Exported:
    """Write a run in the shape of a published dataset."""
    from .builders.convert import export
    from .cards.loading import open as fetch

    return export.export(fetch.open_run(path).folder, as_, Path(out))


def publish(path: str | Path, target: str | Path, **options: Any) -> Publication:
    """Publish a finished run to a repository of the Hub, `org/name`, or to a folder; see `cards.publish.Options`."""
    from .cards.publishing import publish

    return publish.publish(Path(path), target, publish.Options(**options))


KINDS = {
    "families": "builders",
    "sources": "builders",
    "teachers": "builders",
    "curation": "builders",
    "scorers": "builders",
    "checks": "validators",
    "measures": "validators",
    "published": "schemas",
}
"""Kind of component -> the room it lives in."""


def components(kind: str | None = None, name: str | None = None) -> list[dict[str, Any]]:
    """Every component of a kind, or of all kinds; with a name, the options of that one, or what it is for.

    The kind `recipe` is the keys of a recipe; a name alone is looked for among all.
    """
    from .schemas import catalog as listing

    return listing.listed({each: f"{__name__}.{room}.{each}" for each, room in KINDS.items()}, kind, name)
