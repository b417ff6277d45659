"""A build from start to end, in the order that survives a crash: journal, tables, report, card, manifest last."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ...schemas.errors import RecipeError
from ...schemas.manifest import Manifest
from ...schemas.progress import Phases, Watch
from ...schemas.recipe import Recipe
from ...schemas.report import Report
from ...schemas.run_layout import MANIFEST, MANIFEST_ASIDE, REJECTS, REPORT
from ...validators.judging.curation_effects import with_effects
from ...validators.judging.example_copies import with_copies
from ...validators.readers.manifest import read_manifest
from ...validators.readers.run_folder import is_run
from ...validators.tables.atomic_write import write_atomic
from ...validators.validate import validate_path
from ..execution import run as runs
from ..execution.batch import Batches, BatchMode
from ..execution.on_ray import connected
from ..execution.shard_processes import ReplayShards, replay_shards, shards_to_replay
from ..storage import run_folder
from . import materialize

Render = Callable[[Path, Manifest | None, Report], None]
"""Writes the pages of a run that people read; without a manifest only the report."""


def build(
    recipe: Recipe,
    folder: Path,
    render: Render,
    *,
    watch: Watch | None = None,
    retry: bool = False,
    batch: BatchMode | None = None,
    results: Iterable[Path] = (),
    replay: ReplayShards = replay_shards,
    without_answers: bool = False,
) -> None:
    """Build the run in a folder; one that was asked about in shards is replayed in shards too, by `replay`.

    Raises `Waiting` if requests were written to batch files instead of sent.
    """
    with runs.opened(recipe, folder) as run:
        batches = Batches(run, without_answers)
        batches.take(results)
        if retry:
            run.retry(folder / REJECTS)
        phases, shards = Phases(watch), shards_to_replay(run)
        if shards and not (retry or batch or results):
            run.join(replay(run, shards, phases))
        if not run.parts or any(part.open for part in run.parts):
            batches.ask(phases, batch)
            if shards:
                run.join(replay(run, shards, phases))
        _complete(run, render, phases)


def build_on_ray(
    recipe: Recipe, folder: Path, render: Render, address: str, shards: int | None = None, watch: Watch | None = None
) -> None:
    """Build the run in a folder, its shards asked about and replayed on the Ray cluster at `ray` or `ray://HEAD:10001`."""
    with connected(address) as cluster:
        cluster.build_shards(recipe, folder, shards, watch)
        build(recipe, folder, render, watch=watch, replay=cluster.replay)


def rebuild(recipe: Recipe, folder: Path, render: Render, watch: Watch | None = None) -> None:
    """Make the outputs of a run again from its journal and the answers of people; makes no API calls."""
    with runs.opened(recipe, folder) as run:
        Batches(run).take_people()
        run.seeds_total = sum(1 for _ in run.crew.seeds())
        _complete(run, render, Phases(watch))


def _complete(run: runs.Run, render: Render, phases: Phases) -> None:
    """Tables, report and card of a run whose journal is complete; the manifest last."""
    folder = run.folder
    phases.begin("writing tables")
    manifest = materialize.write_tables(run)  # deletes the old manifest before it replaces the old tables
    phases.begin("running checks")
    report = with_effects(validate_path(folder), manifest.curation)
    report = with_copies(report, folder, manifest.prompts)
    write_atomic(folder / REPORT, report.model_dump_json(indent=1))
    phases.begin("writing report and card")
    render(folder, manifest, report)
    materialize.write_manifest(folder, manifest)


def save_report(folder: Path, validate: Callable[[], Report], render: Render) -> Report:
    """Validate a run and write the report into it; the manifest of a complete run is updated with its digest.

    The run is locked meanwhile, so that no build changes it. The manifest, which names the digest of the old report, is
    set aside, and the next call finds it there if this one is killed. Raises `RecipeError` if the folder is not a run.
    """
    if not is_run(folder):
        hint = "write it elsewhere with --out FOLDER"
        raise RecipeError("only a run can hold its report", where="--save", got=str(folder), hint=hint)
    with run_folder.locked(folder):
        path, aside = folder / MANIFEST, folder / MANIFEST_ASIDE
        if aside.exists() and not path.exists():  # an earlier call was killed
            aside.replace(path)
        report = validate()
        manifest = read_manifest(folder) if path.exists() else None
        if manifest:
            path.replace(aside)
        write_atomic(folder / REPORT, report.model_dump_json(indent=1))
        render(folder, None, report)
        if manifest:
            materialize.write_manifest(folder, manifest)
            aside.unlink()
    return report
