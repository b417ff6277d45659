"""Commands that show a dataset in a web page."""

from __future__ import annotations

from typing import Any

import click

import pluriset

from ..cards.console.options import Name, dataset
from ._names import published


@click.command()
@dataset("path")
@click.option("--before", metavar="PATH", help="Another version to show beside it.")
@click.option("--as", "as_", type=Name(published), metavar="NAME", help="Published dataset to read it as.")
@click.option("--map", "roles", metavar="COLUMN=ROLE", multiple=True, help="Role of a column, or a YAML file.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on.  [default: a free one]")
@click.option("--open/--no-open", "opens", default=True, help="Open the page in a browser.")
def view(path: str, roles: tuple[str, ...], opens: bool, **options: Any) -> None:
    """Browse a dataset in a web page.

    Items with their judgements, disagreement, groups, checks and rejects; of a run also where each row comes from. The
    page is served to this machine until Ctrl-C and loads nothing from the network.
    """

    def announce(address: str) -> None:
        click.echo(address)
        if opens:
            click.launch(address)

    pluriset.view(path, map=roles, announce=announce, **options)
