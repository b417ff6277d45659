"""The command line: parse, call one function, print. stdout is data, everything else goes to stderr."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import pluriset

from ..cards.console import explanation, text
from ..cards.console import report as reports
from ..cards.console import rows as outline
from ..cards.console import run as results
from ..cards.console.options import (
    Commands,
    Name,
    as_json,
    audit_specs,
    complete_tables,
    component_spec,
    dataset,
    path_type,
)
from . import browsing, building
from ._names import formats, kinds, published, schemas

if TYPE_CHECKING:
    from ..schemas.published_dataset import FileFormat

FORMAT_HELP = "Format to follow, such as valueprism or trl_explicit; any other word lists those that fit the run."
AUDIT_HELP = "Run an audit, or without NAME all of them."


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="pluriset", message="%(version)s")
def main() -> None:
    """Build, validate and publish datasets in which people are allowed to disagree.

    RECIPE is a YAML file, or the name of a family with a shipped recipe, such as `values`. A dataset is a folder, a
    file, or the id of a dataset on the Hub.
    """


assert isinstance(main, Commands)
main.sections = {
    "Build": ["init", "plan", "preview", "build", "merge", "check-teacher"],
    "Inspect": ["view", "show", "why", "replay", "diff"],
    "Validate and repair": ["describe", "validate", "repair"],
    "Publish": ["card", "publish", "export"],
    "Reference": ["list", "schema"],
}
main.renamed = {"expect": "validate PATH --suite FILE"}


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
        for row in rows:
            explanation.print_reject(row)
    elif table:
        text.records(table, rows)
    else:
        annotators = pluriset.show(run, n=None, table="annotators", stream=stream)
        outline.print_nested(rows, names=outline.readable_names(annotators))
        outline.print_personas(rows, annotators)


@main.command()
@dataset("path")
@click.option(
    "--as", "as_", type=Name(published), metavar="NAME", help="Published dataset to read it as.  [default: inferred]"
)
@click.option("--map", "roles", metavar="COLUMN=ROLE", multiple=True, help="Role of a column, or a YAML file.")
@click.option("--checks", type=path_type, help="Checks file.  [default: pluriset.yaml beside the data]")
@click.option("--suite", type=path_type, help="Run a Great Expectations suite instead of the checks.")
@click.option("--table", metavar="NAME", help="Table for --suite.  [default: named in the suite]")
@click.option("--audit", "audits", is_flag=False, flag_value="all", multiple=True, metavar="[NAME]", help=AUDIT_HELP)
@click.option("--html", type=path_type, help="Write the report as an HTML page.")
@click.option("--out", type=path_type, help="Folder for the report and all failing rows.")
@click.option("--save", is_flag=True, help="Write the report into the run.")
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
        from ..cards.report import page

        page.write(html, report, options["out"])
    text.document(report.model_dump()) if as_json else reports.print_report(report)
    reports.exit_if_errors(report)


@main.command()
@dataset("path")
@click.option(
    "--map", "roles", multiple=True, metavar="COLUMN=ROLE", help="The role of a column; the others are found."
)
@click.option("--write/--no-write", default=True, help="Merge the roles into pluriset.yaml beside the data.")
@as_json
def describe(path: str, roles: tuple[str, ...], write: bool, as_json: bool) -> None:
    """Print how the columns are understood.

    The roles are written to pluriset.yaml, which `validate` then uses; data that lack a column of it are an error.
    """
    described = pluriset.describe(path, map=roles, write=write)
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
    text.document(story.model_dump()) if as_json else explanation.print_story(story, full)


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
    text.document(difference.model_dump()) if as_json else explanation.print_difference(difference)


@main.command()
@click.argument("name", type=Name(schemas))
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
    rows = [(rule, table, count) for rule, tables in done.changes.items() for table, count in tables.items()]
    text.document(asdict(done)) if as_json else text.table(str(out), ["rule", "table", "changed cells"], rows)


@main.command()
@dataset("run")
@click.option("--as", "as_", type=Name(formats), metavar="FORMAT", required=True, help=FORMAT_HELP)
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

    Options of a format follow its name: --as 'trl_explicit: {objective: helpfulness}'.
    """
    done = pluriset.export(run, component_spec(as_, "--as"), out, file_format)
    text.document(asdict(done)) if as_json else results.print_export(done)


@main.command()
@click.argument("run", type=path_type)
def card(run: Path) -> None:
    """Rewrite the dataset card of a run."""
    click.echo(pluriset.card(run))


@main.command()
@click.argument("run", type=path_type)
@click.argument("target")
@click.option("--version", metavar="V1.2.3", help="Version tag.  [default: bumped by what changed]")
@click.option("--private", is_flag=True, help="Create a private repository.")
@click.option("--pull-request", is_flag=True, help="Open a pull request; creates no tag.")
@click.option("--journal", is_flag=True, help="Publish the journal: all prompts and raw answers.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@as_json
def publish(run: Path, target: str, as_json: bool, **options: Any) -> None:
    """Publish a run to the Hub or to a folder.

    TARGET is org/name on the Hub, or a folder such as ./name. All files go into one commit. Sections of the card that
    were edited there are kept.
    """
    done = pluriset.publish(run, target, **options)
    text.document(done.as_json()) if as_json else results.print_publication(done)


@main.command("list")
@click.argument("kind", type=Name(kinds), required=False)
@click.argument("name", required=False)
@as_json
def list_(kind: str | None, name: str | None, as_json: bool) -> None:
    """List recipe keys, components and options.

    KIND is `recipe` or a kind of component, such as `curation`. A NAME alone is looked up in all kinds.
    """
    rows = pluriset.components(kind, name)
    heads = list(rows[0]) if rows else []
    text.document(rows) if as_json else text.table("", heads, [list(row.values()) for row in rows], paged=True)


for command in (building.init, building.build, building.preview, building.plan, building.check_teacher, building.merge):
    main.add_command(command)
main.add_command(browsing.view)
