"""What commands share: how they end, and what they are told of recipes and datasets."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from ...schemas.errors import PlurisetError, RecipeError

a_path = click.Path(path_type=Path)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
out_option = click.option("--out", type=a_path, help="Folder of the run.  [default: runs/NAME]")
count_option = click.option("-n", "n", type=click.IntRange(min=1), help="How many seeds to take.")


def recipe_options(command: Any) -> Any:
    """What a command that takes a recipe can be told about it."""
    for option in (
        click.option("--license", "license_", metavar="ID", help="Licence of the dataset; required with --source."),
        click.option("--name", help="Name of the dataset.  [default with --source: the file's name]"),
        click.option("--id", "id_", metavar="COLUMN", help="Column of --source that holds the id of a seed."),
        click.option("--text", metavar="COLUMN", help="Column of --source that holds the text of a seed."),
        click.option("--source", type=a_path, help="JSONL, CSV, TSV or parquet file with your own seeds."),
        out_option,
        click.argument("recipe", metavar="RECIPE"),
    ):
        command = option(command)
    return command


def dataset(argument: str) -> Callable[[Any], Any]:
    """What a command is told about the dataset that it reads: a path or an id on the Hub, and a revision there."""
    said: Any = {"is_eager": True, "expose_value": False, "callback": lambda ctx, _, tag: ctx.meta.update(revision=tag)}
    revision = click.option("--revision", metavar="TAG", help="Version on the Hub, such as v1.0.0.", **said)
    place = click.argument(argument, callback=_at_revision)
    return lambda command: place(revision(command))


def _at_revision(ctx: click.Context, _: click.Parameter, place: str) -> str:
    """The place as every verb takes it: `owner/name@revision`."""
    if (revision := ctx.meta["revision"]) is None:
        return place
    if Path(place).exists():
        raise RecipeError("only what is on the Hub has revisions", where="--revision", got=place)
    return f"{place}@{revision}"


class OneOf(click.types.StringParamType):
    """A name of several, which are looked for only where they are shown."""

    name = "name"

    def __init__(self, names: Callable[[], Iterable[str]]) -> None:
        self.names = names

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """All of them."""
        return "|".join(self.names())


class Commands(click.Group):
    """Commands in the order in which one needs them; our errors printed, never a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of this file."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of ours ends it with its exit code."""
        try:
            return super().invoke(ctx)
        except PlurisetError as error:
            if ctx.params.get("as_json") or "--json" in sys.argv:
                click.echo(json.dumps(error.as_json(), ensure_ascii=False))
            click.echo(f"{click.style('error', fg='red')}: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(130)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)
