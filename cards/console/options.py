"""What commands share: options, shell completion, help in sections, and how errors end them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from ...schemas.errors import PlurisetError, RecipeError
from ...schemas.run_layout import DATA, REJECTS
from .text import echo

if TYPE_CHECKING:
    from ...schemas.component import Spec

path_type = click.Path(path_type=Path)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
out_option = click.option("--out", type=path_type, help="Run folder.  [default: runs/NAME]")
n_option = click.option("-n", "n", type=click.IntRange(min=1), help="Number of seeds to use.")


class Name(click.types.StringParamType):
    """One of several names, looked up only for completion and, with `listed`, for the help."""

    name = "name"

    def __init__(self, names: Callable[[], Iterable[str]], listed: bool = False, files: bool = False) -> None:
        self.names, self.listed, self.files = names, listed, files

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str | None:
        """All names, or the name of the parameter."""
        return "|".join(self.names()) if self.listed else param.metavar

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The names that begin so; with `files`, files too."""
        names = [CompletionItem(name) for name in self.names() if name.startswith(incomplete)]
        return names + ([CompletionItem(incomplete, type="file")] if self.files else [])


def complete_tables(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Shell completion: the tables of the run or folder that was typed before."""
    typed = next((value for key, value in ctx.params.items() if key in ("run", "path") and value), "")
    folder = Path(str(typed))
    tables = [path.name for path in sorted((folder / DATA).glob("*")) if path.is_dir()]
    tables += [REJECTS.partition(".")[0]] if (folder / REJECTS).exists() else []
    return [name for name in tables if name.startswith(incomplete)]


def together(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Several options and arguments as one decorator, in this order."""
    return lambda command: reduce(lambda decorated, option: option(decorated), reversed(options), command)


def recipe_options(recipes: Callable[[], Iterable[str]]) -> Callable[[Any], Any]:
    """The argument RECIPE, and the options that replace parts of it."""
    return together(
        click.argument("recipe", type=Name(recipes, files=True), metavar="RECIPE"),
        out_option,
        click.option("--source", type=path_type, help="File with your seeds: JSON lines, CSV, parquet, ..."),
        click.option("--text", metavar="COLUMN", help="Column of --source with the text."),
        click.option("--id", "id_", metavar="COLUMN", help="Column of --source with a unique id."),
        click.option("--name", help="Dataset name.  [default with --source: its name]"),
        click.option("--license", "license_", metavar="ID", help="Dataset licence; required with --source."),
    )


def dataset(argument: str) -> Callable[[Any], Any]:
    """An argument that is a path or an id on the Hub, and the option --revision for the latter."""
    eager: Any = {
        "is_eager": True,
        "expose_value": False,
        "callback": lambda ctx, _, tag: ctx.meta.update(revision=tag),
    }
    revision = click.option("--revision", metavar="TAG", help="Version on the Hub, such as v1.0.0.", **eager)
    place = click.argument(argument, type=Name(list, files=True), callback=_at_revision, metavar=argument.upper())
    return lambda command: place(revision(command))


def audit_specs(audits: Sequence[str]) -> list[Spec] | None:
    """The audits of a command line, each `name`, `all` or `name: {option: value}`; null where none was asked for.

    Raises `RecipeError` for what is no YAML.
    """
    return [component_spec(one, "--audit") for one in audits] if audits else None


def component_spec(text: str, option: str) -> Spec:
    """A component of a command line: `name`, or `name: {option: value}`. Raises `RecipeError` for what is no YAML."""
    from ...schemas.yaml_text import load_yaml  # YAML is slow to import, and most commands need none

    spec: Spec = load_yaml(text.encode(), option) if ":" in text else text
    return spec


def _at_revision(ctx: click.Context, _: click.Parameter, place: str) -> str:
    """The place as every function takes it: `owner/name@revision`."""
    if (revision := ctx.meta.get("revision")) is None:
        return place
    if Path(place).exists():
        raise RecipeError("only datasets on the Hub have revisions", where="--revision", got=place)
    return f"{place}@{revision}"


class Commands(click.Group):
    """Commands in sections, in the order in which they are defined; errors are printed without a traceback."""

    sections: Mapping[str, Sequence[str]] = {}
    """Heading -> names of commands."""
    renamed: Mapping[str, str] = {}
    """Former command -> what replaces it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, section by section."""
        return [name for names in self.sections.values() for name in names]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A list of commands under each heading."""
        for heading, names in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(60)) for name in names])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named first; of one that was renamed, an error with its new name."""
        if args and args[0] in self.renamed:
            raise RecipeError("this command was renamed", got=args[0], expected=f"pluriset {self.renamed[args[0]]}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; one of our errors ends it with its exit code."""
        try:
            return super().invoke(ctx)
        except PlurisetError as error:
            if ctx.params.get("as_json") or "--json" in sys.argv:
                click.echo(json.dumps(error.as_json(), ensure_ascii=False))
            colour = "red" if error.heading == "error" else "yellow"
            echo(f"{click.style(error.heading, fg=colour)}: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(130)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)
