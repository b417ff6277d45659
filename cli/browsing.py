"""Commands that show a dataset in a web page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import pluriset

from ..cards.console.options import Name, dataset, path_type
from ._names import published


@click.command()
@dataset("path")
@click.option("--before", metavar="PATH", help="Another version to show beside it.")
@click.option("--as", "as_", type=Name(published), metavar="NAME", help="Published dataset to read it as.")
@click.option("--map", "roles", metavar="COLUMN=ROLE", multiple=True, help="Role of a column, or a YAML file.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on.  [default: a free one]")
@click.option("--open/--no-open", "opens", default=True, help="Open the page in a browser.")
@click.option("--export", "out", type=path_type, metavar="DIR", help="Write a static page instead of serving one.")
@click.option("--max-size", type=click.IntRange(min=1), metavar="MB", help="Largest static page.  [default: 500]")
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
