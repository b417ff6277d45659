"""The options of commands that have many."""

from __future__ import annotations

from collections.abc import Mapping

import click

from ...schemas.errors import RecipeError
from . import names
from .options import Name, path_type, together

AUDIT_HELP = "Run an audit, or without NAME all of them."

build = together(
    click.option("--budget", type=float, metavar="USD", help="Stop before the run costs more."),
    click.option("--retry-rejects", "retry", is_flag=True, help="Send rejected requests again."),
    click.option("--batch", is_flag=True, help="Write pending requests to batch files; makes no API calls."),
    click.option("--submit", is_flag=True, help="Submit pending requests to the endpoint's batch API."),
    click.option("--batch-results", "files", type=path_type, multiple=True, help="File of batch answers to read."),
    click.option("--without-answers", is_flag=True, help="Build without what people have not answered yet."),
    click.option("--on", metavar="CLUSTER", help="Build on Ray: `ray` here, or ray://HEAD:10001."),
    click.option(
        "--shards", type=click.IntRange(min=1), metavar="N", help="Only send requests, of free shards out of N."
    ),
    click.option("--shard", type=click.IntRange(min=0), metavar="K", help="Of --shards, only this one, from 0."),
)
"""Of `build`: how requests are sent, and by how many processes."""

view = together(
    click.option("--before", metavar="PATH", help="Another version to show beside it."),
    click.option("--as", "as_", type=Name(names.published), metavar="NAME", help="Published dataset to read it as."),
    click.option("--map", "roles", metavar="COLUMN=ROLE", multiple=True, help="Role of a column, or a YAML file."),
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on.  [default: a free one]"),
    click.option("--open/--no-open", "opens", default=True, help="Open the page in a browser."),
    click.option("--export", "out", type=path_type, metavar="DIR", help="Write a static page instead of serving one."),
    click.option("--max-size", type=click.IntRange(min=1), metavar="MB", help="Largest static page.  [default: 500]"),
)
"""Of `view`: how the dataset is read, and where the page is."""

validate = together(
    click.option(
        "--as",
        "as_",
        type=Name(names.published),
        metavar="NAME",
        help="Published dataset to read it as.  [default: inferred]",
    ),
    click.option("--map", "roles", metavar="COLUMN=ROLE", multiple=True, help="Role of a column, or a YAML file."),
    click.option("--checks", type=path_type, help="Checks file.  [default: pluriset.yaml beside the data]"),
    click.option("--suite", type=path_type, help="Run a Great Expectations suite instead of the checks."),
    click.option("--table", metavar="NAME", help="Table for --suite.  [default: named in the suite]"),
    click.option(
        "--audit", "audits", is_flag=False, flag_value="all", multiple=True, metavar="[NAME]", help=AUDIT_HELP
    ),
    click.option("--html", type=path_type, help="Write the report as an HTML page."),
    click.option("--out", type=path_type, help="Folder for the report and all failing rows."),
    click.option("--save", is_flag=True, help="Write the report into the run."),
)
"""Of `validate`: how the dataset is read, what is checked, and where the report goes."""

publish = together(
    click.option("--version", metavar="V1.2.3", help="Version tag.  [default: bumped by what changed]"),
    click.option("--private", is_flag=True, help="Create a private repository."),
    click.option("--pull-request", is_flag=True, help="Open a pull request; creates no tag."),
    click.option("--journal", is_flag=True, help="Publish the journal: all prompts and raw answers."),
    click.option("--dry-run", is_flag=True, help="Only show what would change."),
)
"""Of `publish`: what goes along, and how."""


def check_build(on: str | None, shards: int | None, shard: int | None, asked_otherwise: Mapping[str, object]) -> None:
    """Raise `RecipeError` for options of `build` that exclude each other.

    `asked_otherwise` are the values of the options that only a build in one process has.
    """
    if asked_otherwise["--batch"] and asked_otherwise["--submit"]:
        raise RecipeError("--batch and --submit exclude each other", where="--batch, --submit")
    if shard is not None and shard >= (shards or 0):
        raise RecipeError("no such shard", where="--shard", got=shard, expected="a number below that of --shards")
    given = [option for option, value in asked_otherwise.items() if value]
    if given and (on or shards):
        raise RecipeError("this cannot be done in shards", where=given[0], hint="build without --on and --shards")
