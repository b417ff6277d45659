"""The command line: parse, call one function, print. stdout is data, everything else goes to stderr."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import pluriset

from .cards.console import annotation, explanation, names, option_sets, progress, text
from .cards.console import report as reports
from .cards.console import rows as outline
from .cards.console import run as results
from .cards.console.options import (
    Commands,
    Name,
    as_json,
    audit_specs,
    complete_tables,
    component_spec,
    dataset,
    n_option,
    out_option,
    path_type,
    recipe_options,
)
from .schemas import bounds

if TYPE_CHECKING:
    from .schemas.published_dataset import FileFormat
    from .schemas.recipe import Recipe

FORMAT_HELP = "Format to follow, such as valueprism or trl_explicit; any other word lists those that fit the run."
BOUND_HELP = "Change a bound on what is read, such as columns=10000."


def _recipes() -> list[str]:
    from .builders.storage.recipe_file import shipped_names

    return shipped_names()


def _formats() -> list[str]:
    from .builders.convert.export import shapes

    return [*shapes(), *names.tools()]


def _schedulers() -> list[str]:
    from .builders.launch import schedulers

    return schedulers()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="pluriset", message="%(version)s")
@click.option("--bound", "raised", multiple=True, metavar="NAME=N", envvar="PLURISET_BOUNDS", help=BOUND_HELP)
@click.pass_context
def main(context: click.Context, raised: tuple[str, ...]) -> None:
    """Build, validate and publish datasets in which people are allowed to disagree.

    RECIPE is a YAML file, or the name of a family with a shipped recipe, such as `values`. A dataset is a folder, a
    file, or the id of a dataset on the Hub.
    """
    context.with_resource(pluriset.bounds(**bounds.parse_bounds(raised)))


assert isinstance(main, Commands)
main.sections = {
    "Build": ["init", "plan", "preview", "build", "launch", "merge", "check-teacher"],
    "Annotate": ["annotate", "import"],
    "Inspect": ["view", "show", "why", "replay", "diff"],
    "Validate and repair": ["describe", "validate", "repair"],
    "Publish": ["card", "publish", "export"],
    "Reference": ["list", "schema"],
}
main.renamed = {"expect": "validate PATH --suite FILE"}


@main.command()
@click.argument("family", type=Name(names.families), metavar="[FAMILY]", default="values")
@click.option("--out", type=path_type, default="recipe.yaml", show_default=True, help="File to write.")
def init(family: str, out: Path) -> None:
    """Write a commented recipe to start from.

    Its JSON Schema is written beside it, so that an editor completes and checks keys. No file is overwritten.
    """
    for path in pluriset.init(family, out):
        click.echo(path)


@main.command()
@recipe_options(_recipes)
@n_option
@option_sets.build
@as_json
def build(
    retry: bool,
    batch: bool,
    submit: bool,
    files: tuple[Path, ...],
    without_answers: bool,
    on: str | None,
    shards: int | None,
    shard: int | None,
    out: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Build a dataset from a recipe.

    Run it again after an interruption or an edit of the recipe: answers are cached, and only new requests are sent.
    With --shards any number of processes, on any machines that see the run folder, send the requests of one run; build
    it without --shards once they are done. With --on a Ray cluster does all of this.
    """
    asked_otherwise = {"--batch": batch, "--submit": submit, "--batch-results": files, "--retry-rejects": retry}
    option_sets.check_build(on, shards, shard, asked_otherwise)
    recipe, folder = _recipe(out=out, **options)
    if shards and not on:
        with progress.watching(as_json) as watch:
            counts = pluriset.build_shards(recipe, folder, shards, shard, watch=watch)
        text.document(asdict(counts)) if as_json else results.print_shard_counts(counts)
        return
    how = "submit" if submit else "write" if batch else None
    with progress.watching(as_json) as watch:
        options = {"retry": retry, "batch": how, "results": files, "without_answers": without_answers}
        options = {"on": on, "shards": shards} if on else options
        dataset = pluriset.build(recipe, folder, watch=watch, **options)
    results.print_build(folder, dataset, as_json)
    reports.exit_if_errors(dataset.report)


@main.command()
@click.argument("scheduler", type=Name(_schedulers, listed=True))
@click.argument("recipe", type=Name(_recipes, files=True))
@out_option
@click.option("--shards", type=click.IntRange(min=1), default=16, show_default=True, help="Parts of the seeds.")
@click.option("--workers", type=click.IntRange(min=1), help="Shards at once.  [default: all]")
def launch(scheduler: str, recipe: str, out: Path | None, shards: int, workers: int | None) -> None:
    """Print a file that builds on a cluster.

    A job array for Slurm, an indexed job for Kubernetes, a task for SkyPilot. Its comments say how to submit it, and
    how to write the tables afterwards.
    """
    click.echo(pluriset.launch(scheduler, recipe, out, shards, workers), nl=False)


@main.command()
@recipe_options(_recipes)
@click.option("-n", "n", type=click.IntRange(min=1), default=3, show_default=True, help="Number of seeds to run.")
@as_json
def preview(n: int, out: Path | None, as_json: bool, **options: Any) -> None:
    """Run a few seeds and show their rows.

    The answers are cached: a build reuses them.
    """
    recipe, folder = _recipe(out=out, n=None, **options)
    with progress.watching(as_json) as watch:
        rows, rejects = pluriset.preview(recipe, folder, n, watch=watch)
    if as_json:
        text.document({"rows": rows, "rejects": [reject.model_dump() for reject in rejects]})
        return
    outline.print_nested(rows)
    results.print_rejected(rejects)


@main.command()
@recipe_options(_recipes)
@n_option
@click.option("--sample", type=int, metavar="K", help="Run K seeds, which costs, and estimate from them.")
@as_json
def plan(sample: int | None, out: Path | None, as_json: bool, **options: Any) -> None:
    """Estimate requests, tokens and cost.

    Makes no API calls, except with --sample.
    """
    recipe, folder = _recipe(out=out, notices=False, **options)
    if sample is None:
        bounds = pluriset.plan(recipe, folder)
        text.document(bounds.model_dump()) if as_json else results.print_plan(bounds)
        return
    with progress.watching(as_json) as watch:
        estimate = pluriset.estimate(recipe, folder, sample, watch=watch)
    text.document(estimate.model_dump()) if as_json else results.print_estimate(estimate)


@main.command("check-teacher")
@click.argument("recipe", type=Name(_recipes, files=True))
@click.argument("name", required=False)
@as_json
def check_teacher(recipe: str, name: str | None, as_json: bool) -> None:
    """Test what the teachers of a recipe support.

    Each teacher, or the one called NAME, gets a few small requests, which cost.
    """
    findings = pluriset.check_teacher(pluriset.recipe(recipe), name)
    rows = [finding.model_dump() for finding in findings]
    heads = ["teacher", "feature", "result"]
    text.document(rows) if as_json else text.table("", heads, [[*row.values()] for row in rows])
    if not all(finding.answers for finding in findings):
        raise SystemExit(3)


@main.command()
@dataset("path")
@option_sets.view
def view(
    path: str, roles: tuple[str, ...], opens: bool, out: Path | None, max_size: int | None, **options: Any
) -> None:
    """Browse a dataset in a web page.

    Items with their judgements, disagreement, groups, checks and rejects; of a run also where each row comes from. The
    page is served to this machine until Ctrl-C and loads nothing from the network. With --export it is a folder that
    opens from disk and from any web server.
    """
    if out:
        as_, max_bytes = options["as_"], max_size and max_size * 1_000_000
        done = pluriset.export_view(path, out, as_=as_, map=roles, max_bytes=max_bytes)
        click.echo(done.folder / "index.html")
        click.echo(f"{done.items:,} items in {done.files:,} files, {done.bytes:,} bytes", err=True)
        return

    def announce(address: str) -> None:
        click.echo(address)
        if opens:
            click.launch(address)

    pluriset.view(path, map=roles, announce=announce, **options)


@main.command()
@annotation.options
@as_json
def annotate(run: Path, revoke: str | None, withdraw: str | None, status: bool, as_json: bool, **options: Any) -> None:
    """Serve requests to people as forms.

    Serves until Ctrl-C; each annotator who never had a link gets one, which is printed once. Answers are saved as they
    are sent; `pluriset build` takes them into the dataset.
    """
    people = {"people": options.pop("people")}
    if revoke:
        pluriset.revoke(run, revoke, **people)
    elif withdraw:
        annotation.print_withdrawal(pluriset.withdraw(run, withdraw, **people), as_json)
    elif status:
        annotation.print_status(pluriset.annotation_status(run, **people), as_json)
    else:
        names, days, options["url"] = options.pop("names"), options.pop("days"), annotation.public_url(**options)
        annotation.print_links(pluriset.invite(run, names, options["url"], days, **people), as_json)
        if not names:
            pluriset.annotate(run, ready=annotation.print_ready, **options, **people)


@main.command("import")
@click.argument("run", type=path_type)
@click.argument("file", type=path_type)
@click.option("--as", "as_", type=Name(names.tools, listed=True), required=True, help="Tool that FILE is from.")
@click.option("--license", metavar="ID", help="Make a new run of the items in FILE, under this licence.")
@click.option("--teacher", metavar="NAME", help="Teacher of the recipe whose people answered.")
@click.option("--people", type=path_type, help="Folder for links and consent, outside RUN.")
@as_json
def import_(run: Path, file: Path, as_: str, as_json: bool, **options: Any) -> None:
    """Take back answers from an annotation tool.

    FILE, or a folder, is what the tool exports. Each answer is kept or rejected with a reason; a run that was built is
    built again. Exit code 1 if answers were rejected.
    """
    done = pluriset.import_answers(run, file, component_spec(as_, "--as"), **options)
    text.document(asdict(done)) if as_json else annotation.print_import(done)
    raise SystemExit(1 if done.rejected else 0)


@main.command()
@dataset("run")
@click.argument("table", required=False, shell_complete=complete_tables)
@click.option("--id", "key", metavar="KEY", help="Show the row with this key.")
@click.option("-n", "n", type=click.IntRange(min=1), default=3, show_default=True, help="Number of rows.")
@click.option("--stream", is_flag=True, help="Download only what is shown.")
@as_json
def show(run: str, table: str | None, key: str | None, n: int, stream: bool, as_json: bool) -> None:
    """Show rows of a dataset.

    Rows of TABLE, or of the main table with the rows that belong to them. The table `rejects` holds what is missing
    and why.
    """
    rows = pluriset.show(run, key, n, table=table, stream=stream)
    if as_json:
        text.document(rows)
    elif table == explanation.REJECTED:
        explanation.print_rejects(rows)
    elif table:
        text.records(table, rows)
    else:
        annotators = pluriset.show(run, n=None, table="annotators", stream=stream)
        outline.print_nested(rows, names=outline.readable_names(annotators))
        outline.print_personas(rows, annotators)


@main.command()
@dataset("path")
@option_sets.validate
@as_json
def validate(
    path: str, roles: tuple[str, ...], audits: tuple[str, ...], html: Path | None, as_json: bool, **options: Any
) -> None:
    """Check a dataset and report problems.

    --audit asks whether it is as plural as it looks; `pluriset list audits` names the audits. Options of one follow its
    name: --audit 'ventriloquism: {by: country}'. Exit code 1 if a check of severity error fails.
    """
    report = pluriset.validate(path, map=roles, audit=audit_specs(audits), **options)
    if html:
        from .cards.report import page

        page.write(html, report, options["out"])
    text.document(report.model_dump()) if as_json else reports.print_report(report)
    reports.exit_if_errors(report)


@main.command()
@dataset("path")
@click.option(
    "--map", "roles", multiple=True, metavar="COLUMN=ROLE", help="The role of a column; the others are found."
)
@click.option("--ask", metavar="RECIPE", help="Recipe whose first teacher proposes further roles.")
@click.option("--write/--no-write", default=True, help="Merge the roles into pluriset.yaml beside the data.")
@as_json
def describe(path: str, roles: tuple[str, ...], ask: str | None, write: bool, as_json: bool) -> None:
    """Print how the columns are understood.

    The roles are written to pluriset.yaml, which `validate` then uses; data that lack a column of it are an error.
    """
    recipe, show = pluriset.recipe(ask) if ask else None, partial(click.echo, err=True)
    described = pluriset.describe(path, map=roles, write=write, ask=recipe, show=show)
    text.document(vars(described)) if as_json else click.echo("\n".join(described.lines()))


@main.command()
@dataset("run")
@click.argument("table", shell_complete=complete_tables)
@click.argument("key")
@click.option("--full", is_flag=True, help="Print all prompts and whole answers.")
@as_json
def why(run: str, table: str, key: str, full: bool, as_json: bool) -> None:
    """Explain where a row comes from.

    Its seed, requests and raw answers, judgements and failed checks; for a missing row, why it is missing.
    """
    story = pluriset.why(run, table, key)
    if as_json:
        return text.document(story.model_dump())
    return explanation.print_story(story, full, _annotator_names(run))


@main.command()
@dataset("run")
@click.argument("table", shell_complete=complete_tables)
@click.argument("key")
@as_json
def replay(run: str, table: str, key: str, as_json: bool) -> None:
    """Rebuild a row from the journal alone.

    Exit code 1 if it differs from the published row.
    """
    replayed = pluriset.replay(run, table, key)
    text.document(replayed.model_dump()) if as_json else explanation.print_replay(replayed)
    raise SystemExit(1 if replayed.differs else 0)


@main.command()
@click.argument("before", type=Name(list, files=True))
@click.argument("after", type=Name(list, files=True))
@as_json
def diff(before: str, after: str, as_json: bool) -> None:
    """Compare two versions of a dataset.

    A version is a folder or an id such as org/name@v1.0.0. Suggests a semver bump.
    """
    difference = pluriset.diff(before, after)
    if as_json:
        return text.document(difference.model_dump())
    return explanation.print_difference(difference, _annotator_names(after) if difference.flips else {})


@main.command()
@click.argument("name", type=Name(names.schemas))
@click.argument("table", required=False)
@click.option("--suite", is_flag=True, help="Print a Great Expectations suite instead.")
def schema(name: str, table: str | None, suite: bool) -> None:
    """Print a JSON Schema.

    NAME is `recipe`, `report`, `checks`, a family or a published dataset.
    """
    text.document(pluriset.schema(name, table, suite=suite))


@main.command()
@dataset("path")
@click.option("--out", type=path_type, required=True, help="New folder to write.")
@click.option("--rule", "rules", multiple=True, help="Repair to apply, such as white_space.  [default: all]")
@as_json
def repair(path: str, out: Path, rules: tuple[str, ...], as_json: bool) -> None:
    """Repair damaged text into a new folder.

    Every change is recorded in its changes.parquet.
    """
    done = pluriset.repair(path, out, rules)
    text.document(asdict(done)) if as_json else results.print_repair(out, done)


@main.command()
@dataset("run")
@click.option("--as", "as_", type=Name(_formats), metavar="FORMAT", required=True, help=FORMAT_HELP)
@click.option("--out", type=path_type, required=True, help="Folder to write.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "jsonl", "parquet"]),
    help="File format.  [default: that of the published dataset]",
)
@as_json
def export(run: str, as_: str, out: Path, file_format: FileFormat | None, as_json: bool) -> None:
    """Convert a run to a published format.

    An annotation tool, such as label_studio, gets the tasks that wait for people. Options of a format follow its name:
    --as 'trl_explicit: {objective: helpfulness}'.
    """
    done = pluriset.export(run, component_spec(as_, "--as"), out, file_format)
    text.document(asdict(done)) if as_json else results.print_export(done)


@main.command()
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
        text.document({"out": out, "segments": copied}) if as_json else results.print_segments(out, copied)
        return
    done = pluriset.merge(runs, out)
    results.print_merge(out, done.manifest, as_json)


@main.command()
@click.argument("run", type=path_type)
def card(run: Path) -> None:
    """Rewrite the dataset card of a run."""
    click.echo(pluriset.card(run))


@main.command()
@click.argument("run", type=path_type)
@click.argument("target")
@option_sets.publish
@as_json
def publish(run: Path, target: str, as_json: bool, **options: Any) -> None:
    """Publish a run to the Hub or to a folder.

    TARGET is org/name on the Hub, or a folder such as ./name. All files go into one commit. Sections of the card that
    were edited there are kept.
    """
    done = pluriset.publish(run, target, **options)
    text.document(done.as_json()) if as_json else results.print_publication(done)


@main.command("list")
@click.argument("kind", type=Name(names.kinds), required=False)
@click.argument("name", required=False)
@as_json
def list_(kind: str | None, name: str | None, as_json: bool) -> None:
    """List recipe keys, components and options.

    KIND is `recipe` or a kind of component, such as `curation`. A NAME alone is looked up in all kinds.
    """
    rows = pluriset.components(kind, name)
    heads = list(rows[0]) if rows else []
    text.document(rows) if as_json else text.table("", heads, [list(row.values()) for row in rows], paged=True)


def _annotator_names(run: str) -> dict[str, str]:
    """Id -> readable name of the personas of a run."""
    return outline.readable_names(pluriset.show(run, n=None, table="annotators"))


def _recipe(recipe: str, *, out: Path | None, notices: bool = True, **options: Any) -> tuple[Recipe, Path]:
    """The recipe of a command line, validated, and the folder of its run; prints what users must know of it."""
    from .builders.execution.resolve import resolve
    from .builders.preflight.notices import notices_of
    from .builders.storage import recipe_file, run_folder

    parsed, file = pluriset.recipe(recipe, **recipe_file.for_own_seeds(**options)), Path(recipe)
    resolved = resolve(parsed)
    if notices:
        results.print_notices(notices_of(resolved))
    return parsed, out or run_folder.default(parsed, file if file.is_file() else None)


if __name__ == "__main__":
    main()
