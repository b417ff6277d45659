"""Build, validate and publish datasets in which people are allowed to disagree.

dataset = pluriset.build(pluriset.recipe("values", n=4))
for situation in dataset.rows("situations"): ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .schemas.bounds import bounds
from .schemas.errors import (
    BadCompletion,
    ChecksFailed,
    DataError,
    Interrupted,
    PlurisetError,
    PublishError,
    RecipeError,
    RunError,
    Stopped,
    TeacherError,
    TeacherUnavailable,
    Waiting,
)

if TYPE_CHECKING:
    from .builders.annotation.importing import Imported
    from .builders.annotation.serve import Link
    from .builders.annotation.status import Status
    from .builders.annotation.withdraw import Withdrawal
    from .builders.convert.export import Exported
    from .builders.convert.repair import Repaired
    from .builders.execution.sharded import ShardCounts
    from .builders.preflight.check_teacher import Finding
    from .builders.preflight.estimate import Estimate
    from .builders.preflight.plan import Plan
    from .cards.loading.dataset import Dataset
    from .cards.loading.nested_rows import Nested
    from .cards.loading.published import ExternalDataset
    from .cards.publishing.publish import Publication
    from .cards.viewer.export import Exported as ExportedPage
    from .schemas.component import Spec
    from .schemas.difference import Difference
    from .schemas.explanation import Explanation, Replayed
    from .schemas.progress import Watch
    from .schemas.published_dataset import FileFormat
    from .schemas.recipe import Recipe
    from .schemas.report import Report
    from .schemas.rows.reject import Reject
    from .validators.profiles.describe import Description
    from .validators.profiles.proposals import Proposal

__all__ = [
    "BadCompletion",
    "ChecksFailed",
    "DataError",
    "Interrupted",
    "PlurisetError",
    "PublishError",
    "RecipeError",
    "RunError",
    "Stopped",
    "TeacherError",
    "TeacherUnavailable",
    "Waiting",
    "annotate",
    "annotation_status",
    "bounds",
    "build",
    "build_shards",
    "card",
    "check_teacher",
    "components",
    "describe",
    "diff",
    "estimate",
    "export",
    "export_view",
    "import_answers",
    "init",
    "invite",
    "launch",
    "load",
    "merge",
    "merge_journals",
    "plan",
    "preview",
    "publish",
    "recipe",
    "repair",
    "replay",
    "revoke",
    "schema",
    "show",
    "validate",
    "view",
    "why",
    "withdraw",
]


def __dir__() -> list[str]:
    return __all__


def recipe(
    source: str | Path | Mapping[str, Any],
    /,
    *,
    text: str | None = None,
    id: str | None = None,
    fields: Mapping[str, str] | None = None,
    **changes: Any,
) -> Recipe:
    """Read a recipe from a YAML file, a mapping, or a shipped one by its family; `changes` replaces top-level keys.

    The key `source` may also be data: a polars or pandas DataFrame, a pyarrow Table, a `datasets.Dataset` or a list of
    dicts, of which `text`, `id` and `fields` name the columns. It is written to `runs/sources/<digest>.parquet`, from
    where the run can be rebuilt.
    """
    from .builders.storage import recipe_file

    keys = {**source, **changes} if isinstance(source, Mapping) else changes
    if "source" in keys and not isinstance(keys["source"], str | Mapping):
        from .builders.sources import _frames

        keys["source"] = _frames.file_source(keys["source"], text, id, fields or {})
    elif text or id or fields:
        raise RecipeError("columns without a source in memory", where="text, id, fields", expected="source=data")
    if isinstance(source, Mapping):
        return recipe_file.from_mapping(keys, "recipe", Path.cwd())
    return recipe_file.read_or_shipped(source, keys)


def init(family: str = "values", out: str | Path = "recipe.yaml") -> list[Path]:
    """Write a commented recipe for a family, and its JSON Schema beside it; existing files are never overwritten."""
    from .builders.storage import recipe_template

    return recipe_template.write(family, Path(out))


def build(
    recipe: Recipe, out: str | Path | None = None, *, on: str | None = None, shards: int | None = None, **options: Any
) -> Dataset:
    """Build a dataset: send requests, assemble the tables, check and describe them.

    `on` is a Ray cluster, `ray` on this machine or `ray://HEAD:10001`, that builds so many `shards` of the seeds.
    Options: `watch` is called with the progress; `retry` sends again what was rejected before; `batch` ("write" or
    "submit") writes pending requests to batch files and raises `Waiting`; `results` are further files of answers;
    `without_answers` builds without what people have not answered yet.
    """
    from .builders.assembly import build
    from .cards import run_pages
    from .cards.loading import dataset

    folder = _folder(recipe, out)
    if on:
        build.build_on_ray(recipe, folder, run_pages.write, on, shards, **options)
    else:
        build.build(recipe, folder, run_pages.write, **options)
    return dataset.load(folder)


def build_shards(
    recipe: Recipe,
    out: str | Path | None,
    shards: int,
    shard: int | None = None,
    *,
    watch: Watch | None = None,
) -> ShardCounts:
    """Send the requests of one shard of the seeds, from 0, or without `shard` of every shard that no process has taken.

    Any number of processes may do so at once on the same folder. `build` makes the tables once all shards are done.
    """
    from .builders.execution import sharded

    return sharded.build_shards(recipe, _folder(recipe, out), shards, shard, watch)


def launch(
    scheduler: str, path: str | Path, out: str | Path | None = None, shards: int = 16, workers: int | None = None
) -> str:
    """A file that builds the recipe at `path` in shards on a cluster: for `slurm`, `k8s` or `sky`.

    `workers` is how many shards are built at once, by default all.
    """
    from .builders import launch

    parsed = recipe(path)
    return launch.launch_file(scheduler, parsed, Path(path), _folder(parsed, out), shards, workers or shards)


def preview(
    recipe: Recipe, out: str | Path | None = None, n: int = 3, *, watch: Watch | None = None
) -> tuple[list[Nested], list[Reject]]:
    """Run the first `n` seeds; their rows and what was rejected. The answers are cached for the build."""
    from .builders.preflight import preview
    from .cards.loading import nested_rows

    rows, rejects, types = preview.preview(recipe, _folder(recipe, out), n, watch)
    return list(nested_rows.nest(rows, types)), rejects


def plan(recipe: Recipe, out: str | Path | None = None) -> Plan:
    """The least and the most requests, tokens and dollars that a build can need; makes no API calls."""
    from .builders.preflight import plan

    return plan.plan(recipe, _folder(recipe, out))


def estimate(recipe: Recipe, out: str | Path | None = None, k: int = 20, *, watch: Watch | None = None) -> Estimate:
    """Estimate a build, with intervals, by running `k` random seeds; the answers are cached for the build."""
    from .builders.preflight import estimate

    return estimate.estimate(recipe, _folder(recipe, out), k, watch)


def check_teacher(recipe: Recipe, name: str | None = None) -> list[Finding]:
    """Test what the teachers of a recipe support, with a few small paid requests each."""
    from .builders.preflight import check_teacher

    return check_teacher.check_teacher(recipe, name)


def validate(
    path: str | Path,
    *,
    as_: str | None = None,
    map: Mapping[str, str] | Sequence[str] | str | Path | None = None,
    checks: str | Path | None = None,
    suite: str | Path | None = None,
    table: str | None = None,
    audit: Sequence[Spec] | None = None,
    out: str | Path | None = None,
    save: bool = False,
) -> Report:
    """Check and measure a run, or any dataset: a file, a folder, an id on the Hub.

    `as_` names the published dataset that it is, `map` the roles of its columns (pairs, or a YAML file); without
    either they are inferred. `checks` is a checks file; default: `pluriset.yaml` beside the data. `suite` is a suite of
    Great Expectations to run instead, on `table`. `audit` names audits to run, `[]` all of them; one with options is
    `{name: {option: value}}`. `out` is a folder for the report and all failing rows; `save` writes
    the report into a run.
    """
    from .validators import validate
    from .validators.profiles import column_roles

    out = Path(out) if out else None
    if suite:
        if as_ or map or checks or save or audit is not None:
            raise RecipeError("a suite takes none of the options of our own checks", where="--suite")
        return _run_suite(Path(path), Path(suite), table, out)
    roles, checks = column_roles.parse_roles(map) if map else None, Path(checks) if checks else None
    run_checks = partial(validate.validate_path, path, as_=as_, roles=roles, checks=checks, out=out, audit=audit)
    report = _save_report(Path(path), run_checks) if save else run_checks()
    if out:
        from .cards.report import folder

        folder.write(out, report)
    return report


def _save_report(run: Path, validate: Callable[[], Report]) -> Report:
    from .builders.assembly import build
    from .cards import run_pages

    return build.save_report(run, validate, run_pages.write)


def describe(
    path: str | Path,
    map: Mapping[str, Any] | Sequence[str] | Path | None = None,
    write: bool = True,
    *,
    ask: Recipe | None = None,
    show: Callable[[str], None] = print,
) -> Description:
    """What the columns of a dataset are understood to be; `write` merges their roles into its `pluriset.yaml`.

    `ask` is a recipe whose first teacher proposes roles for columns that have none, from names, README and ten rows
    with contact details masked; `show` is called with what is sent, before it is. Proposals are marked.
    """
    from .validators import validate
    from .validators.profiles import column_roles, describe

    proposals: Sequence[Proposal] = ()
    if ask is not None:
        from .builders.preflight import propose_roles

        proposals = propose_roles.propose_roles(ask, validate.sample_path(path), show)
    roles = column_roles.parse_roles(map) if map else None
    described = validate.describe_path(path, roles=roles, proposals=proposals)
    if write:
        describe.merge_contract(Path(path), described.contract())
    return described


def repair(path: str | Path, out: str | Path, rules: Sequence[str] = ()) -> Repaired:
    """Repair the texts of a dataset into a new folder, every change recorded; `rules`: only these repairs."""
    from .builders.convert import repair

    return repair.repair(path, Path(out), rules)


def schema(name: str, table: str | None = None, *, suite: bool = False) -> dict[str, Any]:
    """The JSON Schema of `recipe`, `report`, `checks`, or of the tables of a family or published dataset.

    `suite` gives a suite of Great Expectations for one table instead.
    """
    from .schemas import json_schemas
    from .validators.expectations import suite as suites

    return suites.suite(*json_schemas.only(name, table)) if suite else json_schemas.json_schemas(name, table)


def load(
    path: str | Path,
    revision: str | None = None,
    *,
    as_: str | None = None,
    verify: bool = False,
    stream: bool = False,
) -> Dataset | ExternalDataset:
    """Open a dataset by its folder or its id on the Hub: typed rows, polars, DuckDB, Arrow or `datasets`.

    A dataset published by others opens likewise, as the published dataset `as_` or by its columns. `verify` compares
    every digest and runs the checks again; `stream` downloads only what is read.
    """
    from .cards.loading import open

    return open.open_dataset(path, revision, as_, verify, stream)


def show(
    path: str | Path, key: str | None = None, n: int | None = 3, *, table: str | None = None, stream: bool = False
) -> list[Nested]:
    """The first rows of the main table, or the one with this key, with the rows that belong to them.

    With `table`, rows of that table alone; `rejects` is what is missing. `n=None`: all rows.
    """
    from .cards.loading import nested_rows, open

    if table:
        return nested_rows.table_rows(open.open_dataset(path, stream=stream), table, key, n)
    return nested_rows.nested_rows(open.open_run(path, stream=stream), key, n)


def view(
    path: str | Path,
    *,
    before: str | Path | None = None,
    as_: str | None = None,
    map: Mapping[str, str] | Sequence[str] | str | Path | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve a page to browse a run or any dataset, until interrupted; beside it the version `before`.

    `as_` and `map` say how the dataset is read, as in `validate`. Port 0 takes a free one; `announce` is called with
    the address. Everyone who reaches the address can read the dataset: it is this machine alone by default. Raises
    `RunError` if the server cannot listen there.
    """
    from .cards.viewer import server, view
    from .validators.profiles import column_roles

    roles = column_roles.parse_roles(map) if map else None
    with view.open_browser(path, before=before, as_=as_, roles=roles, why=partial(why, path)) as browser:
        server.serve(browser, host, port, announce)


def export_view(
    path: str | Path,
    out: str | Path,
    *,
    as_: str | None = None,
    map: Mapping[str, str] | Sequence[str] | str | Path | None = None,
    max_bytes: int | None = None,
) -> ExportedPage:
    """Write the page of `view` as a static page into a folder; it opens from disk, and from any web server.

    It holds all rows, and neither the journal nor the tables as they are. Raises `DataError` for a page of more than
    `max_bytes`, by default 500 MB.
    """
    from .cards.viewer import export, view
    from .validators.profiles import column_roles

    roles = column_roles.parse_roles(map) if map else None
    with view.open_browser(path, as_=as_, roles=roles) as browser:
        return export.export(browser, Path(out), max_bytes or export.MAX_BYTES)


def why(path: str | Path, table: str, key: str) -> Explanation:
    """Where a row comes from: every request and judgement behind it; for a missing row, its reject."""
    from .builders.explain import why
    from .cards.loading import open

    return why.why(open.open_run(path, journal=True).folder, table, key)


def replay(path: str | Path, table: str, key: str) -> Replayed:
    """Rebuild one row from the journal alone, beside the published one; makes no API calls."""
    from .builders.explain import replay
    from .cards.loading import open

    return replay.replay(open.open_run(path, journal=True).folder, table, key)


def annotate(
    path: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8642,
    url: str | None = None,
    pilot: int | None = None,
    people: str | Path | None = None,
    ready: Callable[[str], None] = print,
) -> None:
    """Serve the requests of a run that wait for people as forms, until interrupted.

    `url` is where browsers find the server, by default `host` and `port`; `pilot` serves the first seeds only; `people`
    is the folder with links and consent, outside the run; `ready` is called with the address.
    """
    from .builders.annotation import serve
    from .cards.annotation.pages import Pages

    known = serve.people_of(Path(path), Path(people) if people else None)
    serve.serve(Path(path), known, Pages(), host, port, url, pilot, ready)


def invite(
    path: str | Path,
    names: Sequence[str] = (),
    url: str = "http://127.0.0.1:8642",
    days: float = 14,
    *,
    people: str | Path | None = None,
) -> list[Link]:
    """A link for each person, good for `days`; without names, one for every annotator who never had one."""
    from .builders.annotation import serve

    run, known = Path(path), serve.people_of(Path(path), Path(people) if people else None)
    return serve.invite(run, known, [*names], url, days) if names else serve.first_links(run, known, url, days)


def revoke(path: str | Path, annotator: str, *, people: str | Path | None = None) -> None:
    """End the link and the session of an annotator; their answers are kept."""
    from .builders.annotation import serve

    serve.people_of(Path(path), Path(people) if people else None).revoke(annotator)


def withdraw(path: str | Path, annotator: str, *, people: str | Path | None = None) -> Withdrawal:
    """Erase a person from the journal, the batch files and the tables of a run, which is built again without them."""
    from .builders.annotation import serve, withdraw
    from .builders.assembly import build
    from .builders.storage import recipe_file
    from .cards import run_pages
    from .schemas.run_layout import RECIPE

    run = Path(path)
    done = withdraw.withdraw(run, annotator, serve.people_of(run, Path(people) if people else None))
    if done.rebuild:
        build.rebuild(recipe_file.read(run / RECIPE), run, run_pages.write)
    return done


def import_answers(
    path: str | Path,
    export: str | Path,
    as_: Spec,
    *,
    license: str | None = None,
    teacher: str | None = None,
    people: str | Path | None = None,
) -> Imported:
    """Take back what people answered in an annotation tool; a run that was built is built again, without API calls.

    Where there is no run yet, one is made of the items in the export, under `license`. `teacher` names the teacher of
    the recipe whose people answered, where several are people.
    """
    from .builders.annotation import foreign, importing, serve
    from .builders.assembly import build as builds
    from .builders.storage import recipe_file
    from .cards import run_pages
    from .schemas.run_layout import MANIFEST, RECIPE

    run, file = Path(path), Path(export)
    if is_new := not (run / RECIPE).exists():
        if license is None:
            raise RecipeError("a new run needs a licence", where="--license", hint=f"or name a run in place of {run}")
        keys, records = foreign.drafted(file, as_, run.name, license)
        with suppress(Stopped):
            build(recipe({**keys, "source": records}, text="text", id="id"), run)
    done = importing.import_answers(run, as_, file, serve.people_of(run, Path(people) if people else None), teacher)
    if (is_new or (run / MANIFEST).exists()) and (done.added or done.changed):
        builds.rebuild(recipe_file.read(run / RECIPE), run, run_pages.write)
    return done


def annotation_status(path: str | Path, *, people: str | Path | None = None) -> Status:
    """How far the people of a run are, and the k-anonymity of what they declared of themselves."""
    from .builders.annotation import serve, status

    return status.status(Path(path), serve.people_of(Path(path), Path(people) if people else None))


def diff(before: str | Path, after: str | Path) -> Difference:
    """What changed between two versions of a dataset, and the semver bump that it calls for."""
    from .cards.loading import diff, open

    return diff.diff(open.open_run(before), open.open_run(after))


def card(path: str | Path) -> Path:
    """Rewrite the dataset card of a finished run; returns its path."""
    from .cards.loading import dataset
    from .cards.readme import render
    from .schemas.run_layout import CARD

    run = dataset.load(Path(path))
    render.write(Path(path), run.manifest, run.report)
    return Path(path) / CARD


def export(path: str | Path, as_: Spec, out: str | Path, file_format: FileFormat | None = None) -> Exported:
    """Convert a run to the shape of a published dataset, in its file format or as csv, jsonl or parquet.

    Where `as_` is an annotation tool, what is exported are the tasks of people, in random order.
    """
    from .builders.annotation import tool_tasks
    from .builders.convert import export
    from .cards.loading import open

    if tool_tasks.is_tool(as_):
        return tool_tasks.export_tasks(Path(path), as_, Path(out))
    return export.export(open.open_run(path).folder, as_, Path(out), file_format)


def merge(paths: Sequence[str | Path], out: str | Path) -> Dataset:
    """Join finished runs whose tables fit into one dataset; equal rows are kept once. Says what does not fit."""
    from .builders.assembly import merge
    from .cards import run_pages
    from .cards.loading import dataset, open

    merge.merge([open.open_run(path).folder for path in paths], Path(out), run_pages.write)
    return dataset.load(Path(out))


def merge_journals(sources: Sequence[str | Path], out: str | Path) -> list[str]:
    """Copy the answers of workers that share no disk into one run, once each; returns the segments that were written.

    Sources and `out` are folders of runs or URLs that fsspec opens, such as s3://bucket/run. Workers without a run to
    start from are collected in an empty folder; `build` there makes the tables.
    """
    from .builders.storage import collect

    return collect.merge_journals([*map(str, sources)], str(out))


def publish(
    path: str | Path,
    target: str | Path,
    *,
    journal: bool = False,
    dry_run: bool = False,
    version: str | None = None,
    private: bool = False,
    pull_request: bool = False,
) -> Publication:
    """Publish a finished run to a repository on the Hub, `org/name`, or to a folder.

    `journal` publishes the journal too; `dry_run` only computes the changes. On the Hub, `version` sets the tag,
    `private` creates a private repository, and `pull_request` opens a pull request instead of committing to main.
    """
    from .cards.publishing import publish

    return publish.publish(
        Path(path),
        target,
        journal=journal,
        dry_run=dry_run,
        version=version,
        private=private,
        pull_request=pull_request,
    )


def components(kind: str | None = None, name: str | None = None) -> list[dict[str, Any]]:
    """Every component of a kind, or of all kinds; with a name, its options.

    The kind `recipe` lists the keys of a recipe; a name alone is looked up in all kinds.
    """
    from .schemas import catalog

    return catalog.listed(kind, name)


def _folder(recipe: Recipe, out: str | Path | None) -> Path:
    from .builders.storage import run_folder

    return Path(out or run_folder.default(recipe, None))


def _run_suite(path: Path, suite: Path, table: str | None, out: Path | None) -> Report:
    from .cards.report import folder
    from .validators.expectations.run_suite import run_suite

    result = run_suite(path, suite, table)
    if out:
        folder.write_suite_result(out, result.report, result.validation_result, result.data_docs)
    return result.report
