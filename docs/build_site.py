"""Build the documentation site: the pages of this folder, and a reference generated from the code.

    python docs/build_site.py

The site is in `build/site`; a broken link fails the build.
"""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

import pluriset
from pluriset.cli import main as cli
from pluriset.schemas import aliases, bounds, component, errors
from pluriset.schemas.catalog import KINDS
from pluriset.schemas.field_docs import meanings
from pluriset.schemas.json_schemas import row_types
from pluriset.schemas.option_docs import described
from pluriset.schemas.published_dataset import PublishedDataset
from pluriset.schemas.recipe import Recipe
from pluriset.schemas.row import Row
from pluriset.schemas.rows import families
from pluriset.validators.checks import Check
from pluriset.validators.measures import Measure

HERE = Path(__file__).parent
BUILD = HERE.parent / "build"
BUILDER_KINDS = {
    "sources": "Where seeds come from: the key `source` of a recipe.",
    "families": "What is built: the key `family`. Prompts are options, with the shipped prompts as defaults.",
    "teachers": "Who answers requests: the values of `teachers`.",
    "curation": "Steps applied to the rows, in order: the items of `curation`.",
    "scorers": "How candidates are ranked: `best_of.scorer` of a family.",
    "annotation_tools": "Formats in which tasks of people go out and come back: `export --as` and `import --as`.",
}
"""Kind of component that a recipe can name -> what it is for."""
MAX_DEFAULT = 80
"""Characters of a default; a longer one, such as a prompt, is cut."""


def reference_pages() -> dict[str, str]:
    """File -> Markdown of every generated page; the same code always gives the same pages."""
    return {
        "reference/recipe.md": recipe_page(),
        "reference/components.md": components_page(),
        "reference/checks.md": checks_page(),
        "reference/measures.md": measures_page(),
        "reference/audits.md": audits_page(),
        "reference/tables.md": tables_page(),
        "reference/published.md": published_page(),
        "reference/cli.md": cli_page(),
        "reference/python.md": python_page(),
        "reference/errors.md": errors_page(),
        "reference/bounds.md": bounds_page(),
        "reference/renames.md": renames_page(),
    }


def recipe_page() -> str:
    """Every key of a recipe."""
    return page(
        "Recipe keys",
        "In a key, `[]` stands for any item of a list and `*` for any name. `pluriset list recipe` prints this table.",
        options_table(described(Recipe)),
    )


def components_page() -> str:
    """Every component that a recipe can name, with its options."""
    parts = ["Options are set as `{name: {option: value}}`. `pluriset list NAME` prints those of one component."]
    for kind, purpose in BUILDER_KINDS.items():
        parts += [f"## {kind.replace('_', ' ').capitalize()}", purpose]
        for name, model in components(kind):
            parts += [f"### {name}", docstring(model), options_table(described(model))]
    return page("Components", *parts)


def checks_page() -> str:
    """Every check with its rule, an example that fails, and its options."""
    parts = [
        "A check finds the rows that break its rule, and runs wherever the tables and columns it needs exist. "
        "Besides these, every key, type and constraint of a [table](tables.md) is checked. `*` stands for any table.",
    ]
    for name, model in components("checks"):
        assert issubclass(model, Check)
        needs = "; ".join(f"`{table}` ({', '.join(columns)})" for table, columns in model.needs.items())
        facts = [f"- severity: **{model.severity}**", f"- needs: {needs}"]
        facts += [f"- fix: curation step `{model.repair}`"] if model.repair else []
        parts += [f"## {name}", docstring(model), "\n".join(facts), options_table(described(model))]
        parts += ["Fails on:", fenced("text", "\n".join(example_lines(model.fails)))]
    return page("Checks", *parts)


def measures_page() -> str:
    """Every measure with what it needs and its options."""
    parts = ["A measure returns figures with 95% intervals where they are defined, and passes no judgement."]
    for name, model in components("measures"):
        assert issubclass(model, Measure)
        needs = "; ".join(f"`{table}` ({', '.join(columns)})" for table, columns in model.needs.items())
        parts += [f"## {name}", docstring(model), f"Needs {needs}." if needs else "", options_table(described(model))]
    return page("Measures", *parts)


def audits_page() -> str:
    """Every audit with its question and its options."""
    parts = ["An audit asks one question of a dataset, tests it, and answers in a sentence."]
    for name, model in components("audits"):
        parts += [f"## {name}", docstring(model), options_table(described(model))]
    return page("Audits", *parts)


def tables_page() -> str:
    """The columns of every table of every family."""
    parts = ["`pluriset schema FAMILY TABLE` prints the JSON Schema of a table."]
    for family in families():
        parts.append(f"## {family}")
        for table, row_type in row_types(family).items():
            parts += [f"### {family}: {table}", docstring(row_type), columns_table(row_type)]
    return page("Tables", *parts)


def published_page() -> str:
    """The published datasets that are recognised, and their columns."""
    parts = ["Datasets that `pluriset validate` and `pluriset.load` recognise by their columns, or by `--as NAME`."]
    for name, model in components("published"):
        dataset = component.load(KINDS["published"], name)
        assert isinstance(dataset, PublishedDataset)
        parts += [f"## {name}", docstring(model)]
        for config, part in dataset.configs.items():
            parts += [f"### {name}: {config}", columns_table(part.row)]
    return page("Published datasets", *parts)


def cli_page() -> str:
    """The help of every command."""
    parts = [fenced("text", help_text(cli, "pluriset"))]
    for name in cli.list_commands(click.Context(cli)):
        parts += [f"## {name}", fenced("text", help_text(cli.commands[name], f"pluriset {name}"))]
    return page("Command line", *parts)


def python_page() -> str:
    """Every public function."""
    parts = ["Everything here is in the module `pluriset`."]
    for name in pluriset.__all__:
        member = getattr(pluriset, name)
        if inspect.isfunction(member):
            signature = re.sub(r"'([^']*)'", r"\1", str(inspect.signature(member)))
            parts += [f"## {name}", fenced("python", f"{name}{signature}"), docstring(member)]
    return page("Python", *parts)


def errors_page() -> str:
    """The tree of errors and the exit codes."""
    tree = inspect.getdoc(errors) or ""
    rows = [(f"`{name}`", str(getattr(pluriset, name).exit_code), first_line(getattr(pluriset, name)))
            for name in pluriset.__all__ if inspect.isclass(getattr(pluriset, name))]  # fmt: skip
    return page(
        "Errors and exit codes",
        "Every error says what is wrong and where, then what it got and expected, and a hint. Exit code 0 means "
        "success, 1 that a check of severity error failed.",
        fenced("text", tree.partition("\n\n")[2]),
        markdown_table(["error", "exit code", "meaning"], rows),
    )


def bounds_page() -> str:
    """Every bound on what comes from elsewhere."""
    known = meanings(bounds.Bounds)
    rows = [
        (code(name), f"{getattr(bounds.DEFAULT, name):,} {of.unit}", known[name]) for name, of in bounds.NAMES.items()
    ]
    return page(
        "Bounds",
        "Limits on what is read from files, endpoints and the Hub. `pluriset --bound NAME=N COMMAND`, the environment "
        "variable `PLURISET_BOUNDS` and `pluriset.bounds(NAME=N)` change them.",
        markdown_table(["bound", "default", "limits"], rows),
    )


def renames_page() -> str:
    """Former names that are still read."""
    components = [
        (code(f"{kind}: {old}"), code(new)) for kind, names in aliases.COMPONENTS.items() for old, new in names.items()
    ]
    options = [
        (code(f"{kind}: {name}.{old}"), code(new))
        for (kind, name), names in aliases.OPTIONS.items()
        for old, new in names.items()
    ]
    fields = [
        (code(f"{model}.{old}"), code(new)) for model, names in aliases.FIELDS.items() for old, new in names.items()
    ]
    return page(
        "Renamed names",
        "Recipes, checks files, reports and runs of earlier versions are read with the names of today.",
        *(
            part
            for title, rows in (("Components", components), ("Options", options), ("Fields", fields))
            if rows
            for part in (f"## {title}", markdown_table(["former name", "name"], rows))
        ),
    )


def components(kind: str) -> Iterator[tuple[str, type[component.Component]]]:
    """Name and class of every component of a kind."""
    package = KINDS[kind]
    for name in component.names(package):
        yield name, component.find(package, name)


def options_table(options: Sequence[Mapping[str, str]]) -> str:
    """A table of keys with type, default and meaning; nothing where there are none."""
    rows = [(code(o["option"]), code(o["type"]), default(o["default"]), o["what"]) for o in options]
    return markdown_table(["key", "type", "default", "meaning"], rows) if rows else ""


def example_lines(example: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """The rows of an example, each on a line after the name of its table."""
    for table, rows in example.items():
        for row in rows:
            yield f"{table}: {json.dumps(row, ensure_ascii=False, default=str)}"


def columns_table(row_type: type[Row]) -> str:
    """A table of the columns of a row type."""
    rows = [(code(o["option"]), code(o["type"]), o["what"]) for o in described(row_type) if "." not in o["option"]]
    return markdown_table(["column", "type", "meaning"], rows)


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; line breaks and pipes in cells are escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell(text) for text in line)} |" for line in lines)


def cell(text: str) -> str:
    """A text as it can stand in a table."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def code(text: str) -> str:
    """A text as inline code; nothing for an empty one."""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{ticks}{text}{ticks}" if text else ""


def default(value: str) -> str:
    """A default as inline code, cut where it is long; `required` as it is."""
    if value == "required":
        return value
    return code(value if len(value) <= MAX_DEFAULT else f"{value[:MAX_DEFAULT]}…")


def docstring(member: Any) -> str:
    """The docstring of a class or function as Markdown, without that of its base."""
    return inspect.cleandoc(member.__doc__ or "").replace("<", "&lt;")


def first_line(member: Any) -> str:
    """The first line of a docstring."""
    return docstring(member).partition("\n")[0]


def fenced(language: str, body: str) -> str:
    """A block of code."""
    return f"```{language}\n{body.strip()}\n```"


def help_text(command: click.Command, name: str) -> str:
    """What `--help` prints on a terminal of 80 columns."""
    settings = {**cli.context_settings, "max_content_width": 80, "terminal_width": 80}
    return command.get_help(click.Context(command, info_name=name, **settings))


def page(title: str, *parts: str) -> str:
    """A page of parts below a title; empty parts are left out."""
    return "\n\n".join([f"# {title}", *filter(None, parts)]) + "\n"


def main() -> int:
    """Write all pages to `build/docs` and build the site from them; the exit code of the generator."""
    source = BUILD / "docs"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(HERE, source, ignore=shutil.ignore_patterns("*.py", "*.toml", "__pycache__"))
    for name, text in reference_pages().items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")
    shutil.copy(HERE / "zensical.toml", BUILD / "zensical.toml")
    generator = Path(sys.executable).with_name("zensical")
    return subprocess.run([generator, "build", "--strict", "--clean"], cwd=BUILD).returncode  # noqa: S603 (our own)


if __name__ == "__main__":
    raise SystemExit(main())
