"""The command line: parse, call one verb, print. stdout is data, everything else goes to stderr."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import pluriset

from .cards.console import progress, terminal
from .cards.console.options import Commands, OneOf, a_path, as_json, count_option, dataset, recipe_options
from .schemas.errors import RecipeError

if TYPE_CHECKING:
    from .builders.execution.batch import How
    from .schemas.recipe import Recipe
    from .schemas.report import Report


def _shapes() -> list[str]:
    from .builders.convert.export import shapes

    return [*shapes()]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pluriset", message="%(version)s")
def main() -> None:
    """Build, validate and publish datasets in which people are allowed to disagree.

    RECIPE is a YAML file, or the name of a family with a shipped recipe, such as `values`.
    """


@main.command()
@recipe_options
@count_option
@click.option("--budget", type=float, metavar="USD", help="Stop before the run costs more; replaces `budget`.")
@click.option("--retry-rejects", "retry", is_flag=True, help="Ask again for what was rejected before.")
@click.option("--batch", is_flag=True, help="Ask nobody: write what is open to batch files in RUN/batch.")
@click.option("--submit", is_flag=True, help="Instead of --batch: also send them to the endpoint's batch API.")
@click.option("--batch-results", "results", type=a_path, multiple=True, help="File of answers that lies elsewhere.")
@as_json
def build(
    retry: bool, batch: bool, submit: bool, results: tuple[Path, ...], out: Path | None, as_json: bool, **options: Any
) -> None:
    """Build a dataset: ask, check, describe.

    Run it again to go on after an interruption, or after an edit of the recipe: what is answered already is not
    asked again.
    """
    if batch and submit:
        raise RecipeError("either written or also sent", where="--batch, --submit")
    recipe, out = _recipe(out=out, **options)
    _notices(recipe)
    how: How | None = "submit" if submit else "write" if batch else None
    with progress.watching(as_json) as watch:
        dataset = pluriset.build(recipe, out, watch=watch, retry=retry, batch=how, results=results)
    if as_json:
        books = dataset.manifest.books
        terminal.document({"run": str(out), "books": books.model_dump(), "report": dataset.report.model_dump()})
    else:
        terminal.books(dataset.manifest.books)
        terminal.findings(dataset.report)
        click.echo(f"{out}: done. `pluriset show {out}` shows some of it.", err=True)
    _exit_by(dataset.report)


@main.command()
@recipe_options
@click.option("-n", "n", type=click.IntRange(min=1), default=3, show_default=True, help="How many seeds to ask about.")
@as_json
def preview(n: int, out: Path | None, as_json: bool, **options: Any) -> None:
    """Ask about a few seeds and show what comes back; a build uses the same answers."""
    recipe, out = _recipe(out=out, n=None, **options)
    _notices(recipe)
    with progress.watching(as_json) as watch:
        rows, missing = pluriset.preview(recipe, out, n, watch=watch)
    if as_json:
        terminal.document({"rows": rows, "rejects": [reject.model_dump() for reject in missing]})
        return
    terminal.nested(rows)
    for reject in missing:
        click.echo(terminal.clean(f"rejected {reject.level} {reject.key}: {reject.reason}: {reject.detail}"), err=True)


@main.command()
@recipe_options
@count_option
@click.option("--sample", type=int, metavar="K", help="Ask about K seeds, which costs, and estimate from what came.")
@as_json
def plan(sample: int | None, out: Path | None, as_json: bool, **options: Any) -> None:
    """Say how much a build would ask at least and at most; asks nobody, unless --sample says so."""
    recipe, out = _recipe(out=out, **options)
    if sample is None:
        found = pluriset.plan(recipe, out)
        terminal.document(found.model_dump()) if as_json else terminal.plan(found)
        return
    with progress.watching(as_json) as watch:
        estimated = pluriset.estimate(recipe, out, sample, watch=watch)
    terminal.document(estimated.model_dump()) if as_json else terminal.estimate(estimated)


@main.command("check-teacher")
@click.argument("recipe")
@click.argument("name", required=False)
@as_json
def check_teacher(recipe: str, name: str | None, as_json: bool) -> None:
    """Find out what the teachers of a RECIPE, or the one called NAME, can do; costs a few small requests each."""
    found = pluriset.check_teacher(pluriset.recipe(recipe), name)
    if as_json:
        terminal.document([finding.model_dump() for finding in found])
    else:
        terminal.table("", ["teacher", "what", "found"], [list(finding.model_dump().values()) for finding in found])
    if not all(finding.answers for finding in found):
        raise SystemExit(3)


@main.command()
@dataset("run")
@click.argument("table", required=False)
@click.option("--id", "key", metavar="KEY", help="Show the row of the main table with this key.")
@click.option("-n", "n", type=click.IntRange(min=1), default=3, show_default=True, help="How many rows.")
@click.option("--stream", is_flag=True, help="Read from the Hub only what is needed, and keep nothing.")
@as_json
def show(run: str, table: str | None, key: str | None, n: int, stream: bool, as_json: bool) -> None:
    """Show rows: of one TABLE as they are, or of the main table with all that belongs to them.

    The TABLE `rejects` holds what is missing, and why.
    """
    rows = pluriset.show(run, key, n, table=table, stream=stream)
    if as_json:
        terminal.document(rows)
    elif table:
        terminal.table(table, list(rows[0]) if rows else [], [list(row.values()) for row in rows])
    else:
        terminal.nested(rows)
        terminal.personas(rows, pluriset.show(run, n=None, table="annotators", stream=stream))


@main.command()
@dataset("path")
@click.option("--as", "as_", metavar="NAME", help="Published dataset that it is.  [default: found out by its columns]")
@click.option("--map", "roles", metavar="COLUMN=ROLE", multiple=True, help="Role of a column, or a YAML file of them.")
@click.option("--checks", type=a_path, help="Decisions about checks.  [default: pluriset.yaml beside the data]")
@click.option("--suite", type=a_path, help="Run this Great Expectations suite (JSON) instead of the checks.")
@click.option("--table", metavar="NAME", help="Table for --suite.  [default: the one it names, or the only one]")
@click.option("--html", type=a_path, help="Write the report as a page for a browser.")
@click.option("--out", type=a_path, help="Folder for the report and all failing rows, by check.")
@click.option("--save", is_flag=True, help="Write the report into the run.")
@as_json
def validate(path: str, roles: tuple[str, ...], html: Path | None, as_json: bool, **options: Any) -> None:
    """Check a run or anybody's dataset; exit code 1 if a check of severity error found rows.

    PATH is a file, a folder, or the id of a dataset on the Hub.
    """
    report = pluriset.validate(path, map=roles, **options)
    if html:
        from .cards.report import page

        page.write(html, report, options["out"])
    terminal.document(report.model_dump()) if as_json else terminal.findings(report, everything=True)
    _exit_by(report)


@main.command()
@dataset("run")
@click.argument("table")
@click.argument("key")
@as_json
def why(run: str, table: str, key: str, as_json: bool) -> None:
    """Tell the story of a row: seed, asks with their raw answers, judgements, failed checks; or why it is missing."""
    found = pluriset.why(run, table, key)
    terminal.document(found.model_dump()) if as_json else terminal.story(found)


@main.command()
@dataset("run")
@click.argument("table")
@click.argument("key")
@as_json
def replay(run: str, table: str, key: str, as_json: bool) -> None:
    """Make a row again from the journal alone; exit code 1 if it differs from the published one."""
    found = pluriset.replay(run, table, key)
    terminal.document(found.model_dump()) if as_json else terminal.replayed(found)
    raise SystemExit(1 if found.differs else 0)


@main.command()
@click.argument("before")
@click.argument("after")
@as_json
def diff(before: str, after: str, as_json: bool) -> None:
    """Say what changed from one version to another, such as org/name@v1.0.0, and suggest the step of the version."""
    found = pluriset.diff(before, after)
    terminal.document(found.model_dump()) if as_json else terminal.difference(found)


@main.command(hidden=True, deprecated="use `validate --suite`")
@dataset("path")
@click.option("--suite", type=a_path, required=True, help="Suite (JSON).")
@click.option("--table", metavar="NAME", help="Table to run it on.")
@click.option("--out", type=a_path, help="Folder for the results.")
@as_json
@click.pass_context
def expect(ctx: click.Context, /, **options: Any) -> None:
    """Run a Great Expectations suite."""
    ctx.invoke(validate, **options)


@main.command()
@click.argument("name")
@click.argument("table", required=False)
@click.option("--suite", is_flag=True, help="A suite of Great Expectations instead of JSON Schema.")
def schema(name: str, table: str | None, suite: bool) -> None:
    """Print the JSON Schema of `recipe`, `report`, `checks`, or the tables of a family or published dataset."""
    terminal.document(pluriset.schema(name, table, suite=suite))


@main.command()
@dataset("path")
@click.option("--out", type=a_path, required=True, help="New folder to write.")
@click.option("--rule", "rules", multiple=True, help="Repair to make, such as white_space.  [default: all]")
@as_json
def repair(path: str, out: Path, rules: tuple[str, ...], as_json: bool) -> None:
    """Mend the texts of a dataset into a new folder; every change is in its changes.parquet."""
    done = pluriset.repair(path, out, rules)
    rows = [(rule, table, count) for rule, by in done.changes.items() for table, count in by.items()]
    heads = ["rule", "table", "changed cells"]
    terminal.document(asdict(done)) if as_json else terminal.table(str(out), heads, rows)


@main.command()
@dataset("run")
@click.option("--as", "as_", type=OneOf(_shapes), required=True, help="Published dataset whose shape to write.")
@click.option("--out", type=a_path, required=True, help="Folder to write.")
@as_json
def export(run: str, as_: str, out: Path, as_json: bool) -> None:
    """Write a run in the shape in which the field loads such data."""
    done = pluriset.export(run, as_, out)
    terminal.document(asdict(done)) if as_json else terminal.exported(done)


@main.command()
@click.argument("run", type=a_path)
def card(run: Path) -> None:
    """Write the card of a finished run again, and print where it is."""
    click.echo(pluriset.card(run))


@main.command()
@click.argument("run", type=a_path)
@click.argument("target")
@click.option("--version", metavar="V1.2.3", help="Tag of the version.  [default: the next by what changed]")
@click.option("--private", is_flag=True, help="Make the repository a private one.")
@click.option("--pull-request", is_flag=True, help="Open a pull request instead; gets no tag.")
@click.option("--journal", is_flag=True, help="Publish the journal too: every prompt and raw answer.")
@click.option("--dry-run", is_flag=True, help="Only show what would change there.")
@as_json
def publish(run: Path, target: str, as_json: bool, **options: Any) -> None:
    """Publish a finished run to TARGET: org/name on the Hub, or a folder such as ./name.

    One commit holds all of it, or nothing changes. Sections that somebody wrote into the card there are kept.
    """
    done = pluriset.publish(run, target, **options)
    terminal.document(done.as_json()) if as_json else terminal.publication(done)


@main.command("list")
@click.argument("kind", required=False)
@click.argument("name", required=False)
@as_json
def list_(kind: str | None, name: str | None, as_json: bool) -> None:
    """List what a recipe can say and name; of one NAME, its options.

    KIND is `recipe`, for the keys of a recipe, or a kind of component, such as `curation`; a name alone is found too.
    """
    rows = pluriset.components(kind, name)
    heads = list(rows[0]) if rows else []
    terminal.document(rows) if as_json else terminal.table("", heads, [list(row.values()) for row in rows])


def _recipe(recipe: str, *, out: Path | None, **options: Any) -> tuple[Recipe, Path]:
    """The recipe that a command line means, whole and fitting, and the folder of its run."""
    from .builders.execution import resolve
    from .builders.storage import recipe_file, run_folder

    found, file = pluriset.recipe(recipe, **recipe_file.for_own_seeds(**options)), Path(recipe)
    resolve.assemble(found)
    return found, out or run_folder.default(found, file if file.is_file() else None)


def _notices(recipe: Recipe) -> None:
    """Say before asking what everybody must know of the teachers."""
    from .builders.execution.resolve import assemble

    for name, teacher in assemble(recipe).teachers.items():
        if notice := teacher.notice():
            click.echo(f"{click.style('note', fg='yellow')}: teacher {name}: {notice}", err=True)


def _exit_by(report: Report) -> None:
    if report.count("error"):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
