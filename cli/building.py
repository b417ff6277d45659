"""Commands that build: recipes, plans, runs, and runs that are joined."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import pluriset

from ..cards.console import progress, text
from ..cards.console import report as reports
from ..cards.console import rows as outline
from ..cards.console import run as results
from ..cards.console.options import Name, as_json, n_option, path_type, recipe_options
from ..schemas.errors import RecipeError
from ._names import families, recipes

if TYPE_CHECKING:
    from ..schemas.recipe import Recipe


@click.command()
@click.argument("family", type=Name(families), metavar="[FAMILY]", default="values")
@click.option("--out", type=path_type, default="recipe.yaml", show_default=True, help="File to write.")
def init(family: str, out: Path) -> None:
    """Write a commented recipe to start from.

    Its JSON Schema is written beside it, so that an editor completes and checks keys. No file is overwritten.
    """
    for path in pluriset.init(family, out):
        click.echo(path)


@click.command()
@recipe_options(recipes)
@n_option
@click.option("--budget", type=float, metavar="USD", help="Stop before the run costs more.")
@click.option("--retry-rejects", "retry", is_flag=True, help="Send rejected requests again.")
@click.option("--batch", is_flag=True, help="Write pending requests to batch files; makes no API calls.")
@click.option("--submit", is_flag=True, help="Submit pending requests to the endpoint's batch API.")
@click.option("--batch-results", "files", type=path_type, multiple=True, help="File of batch answers to read.")
@click.option("--shards", type=click.IntRange(min=1), metavar="N", help="Only send requests, of free shards out of N.")
@click.option("--shard", type=click.IntRange(min=0), metavar="K", help="Of --shards, only this one, from 0.")
@as_json
def build(
    retry: bool,
    batch: bool,
    submit: bool,
    files: tuple[Path, ...],
    shards: int | None,
    shard: int | None,
    out: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Build a dataset from a recipe.

    Run it again after an interruption or an edit of the recipe: answers are cached, and only new requests are sent.
    With --shards any number of processes, on any machines that see the run folder, send the requests of one run; build
    it without --shards once they are done.
    """
    if batch and submit:
        raise RecipeError("--batch and --submit exclude each other", where="--batch, --submit")
    if shard is not None and shard >= (shards or 0):
        raise RecipeError("no such shard", where="--shard", got=shard, expected="a number below that of --shards")
    recipe, folder = _recipe(out=out, **options)
    _print_notices(recipe)
    if shards:
        if given := [
            name
            for name, value in (
                ("--batch", batch),
                ("--submit", submit),
                ("--batch-results", files),
                ("--retry-rejects", retry),
            )
            if value
        ]:
            raise RecipeError(
                f"{given[0]} cannot be combined with --shards", where=given[0], hint="build without --shards"
            )
        with progress.watching(as_json) as watch:
            counts = pluriset.build_shards(recipe, folder, shards, shard, watch=watch)
        text.document(asdict(counts)) if as_json else results.print_shard_counts(counts)
        return
    how = "submit" if submit else "write" if batch else None
    with progress.watching(as_json) as watch:
        dataset = pluriset.build(recipe, folder, watch=watch, retry=retry, batch=how, results=files)
    books, report = dataset.manifest.books, dataset.report
    if as_json:
        text.document({"run": str(folder), "books": books.model_dump(), "report": report.model_dump()})
    else:
        results.print_counts(books, dataset.rejects())
        reports.print_summary(report)
        click.echo(f"Built {folder}. Look at it with `pluriset show {folder}`.", err=True)
    reports.exit_if_errors(report)


@click.command()
@recipe_options(recipes)
@click.option("-n", "n", type=click.IntRange(min=1), default=3, show_default=True, help="Number of seeds to run.")
@as_json
def preview(n: int, out: Path | None, as_json: bool, **options: Any) -> None:
    """Run a few seeds and show their rows.

    The answers are cached: a build reuses them.
    """
    recipe, folder = _recipe(out=out, n=None, **options)
    _print_notices(recipe)
    with progress.watching(as_json) as watch:
        rows, rejects = pluriset.preview(recipe, folder, n, watch=watch)
    if as_json:
        text.document({"rows": rows, "rejects": [reject.model_dump() for reject in rejects]})
        return
    outline.print_nested(rows)
    for reject in rejects:
        click.echo(text.clean(f"rejected {reject.level} {reject.key}: {reject.reason}: {reject.detail}"), err=True)


@click.command()
@recipe_options(recipes)
@n_option
@click.option("--sample", type=int, metavar="K", help="Run K seeds, which costs, and estimate from them.")
@as_json
def plan(sample: int | None, out: Path | None, as_json: bool, **options: Any) -> None:
    """Estimate requests, tokens and cost.

    Makes no API calls, except with --sample.
    """
    recipe, folder = _recipe(out=out, **options)
    if sample is None:
        bounds = pluriset.plan(recipe, folder)
        text.document(bounds.model_dump()) if as_json else results.print_plan(bounds)
        return
    with progress.watching(as_json) as watch:
        estimate = pluriset.estimate(recipe, folder, sample, watch=watch)
    text.document(estimate.model_dump()) if as_json else results.print_estimate(estimate)


@click.command("check-teacher")
@click.argument("recipe", type=Name(recipes, files=True))
@click.argument("name", required=False)
@as_json
def check_teacher(recipe: str, name: str | None, as_json: bool) -> None:
    """Test what the teachers of a recipe support.

    Each teacher, or the one called NAME, gets a few small requests, which cost.
    """
    findings = pluriset.check_teacher(pluriset.recipe(recipe), name)
    if as_json:
        text.document([finding.model_dump() for finding in findings])
    else:
        text.table("", ["teacher", "feature", "result"], [[*finding.model_dump().values()] for finding in findings])
    if not all(finding.answers for finding in findings):
        raise SystemExit(3)


@click.command()
@click.argument("runs", nargs=-1, required=True)
@click.option("--out", required=True, help="Folder to write; with --journals a run or a URL.")
@click.option("--journals", is_flag=True, help="Only collect the answers of workers that share no disk.")
@as_json
def merge(runs: tuple[str, ...], out: str, journals: bool, as_json: bool) -> None:
    """Join runs with the same tables.

    RUNS are folders or ids on the Hub. Rows that several runs have are kept once; aggregates are computed anew.
    With --journals they are folders or URLs of one run, such as s3://bucket/run, and only what their journals hold is
    copied into that of --out; build it afterwards.
    """
    if journals:
        copied = pluriset.merge_journals(runs, out)
        text.document({"out": out, "segments": copied}) if as_json else text.table(
            out, ["segment"], [[s] for s in copied]
        )
        return
    done = pluriset.merge(runs, out)
    rows = {table: entry.rows for table, entry in done.manifest.tables.items()}
    if as_json:
        text.document({"out": out, "rows": rows, "rejects": done.manifest.books.rejects})
    else:
        text.table(out, ["table", "rows"], [[table, n] for table, n in rows.items()])


def _recipe(recipe: str, *, out: Path | None, **options: Any) -> tuple[Recipe, Path]:
    """The recipe of a command line, validated, and the folder of its run."""
    from ..builders.execution import resolve
    from ..builders.storage import recipe_file, run_folder

    parsed, file = pluriset.recipe(recipe, **recipe_file.for_own_seeds(**options)), Path(recipe)
    resolve.resolve(parsed)
    return parsed, out or run_folder.default(parsed, file if file.is_file() else None)


def _print_notices(recipe: Recipe) -> None:
    """Print what users must know about the teachers before anything is sent."""
    from ..builders.execution.resolve import resolve

    for name, teacher in resolve(recipe).teachers.items():
        if notice := teacher.notice():
            click.echo(f"{click.style('note', fg='yellow')}: teacher {name}: {notice}", err=True)
