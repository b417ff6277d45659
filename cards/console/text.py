"""Printing to a terminal: tables, JSON documents, aligned lines. stdout is data, everything else goes to stderr."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
"""Severity -> its colour."""
FILE_WIDTH = 200
"""Columns of a table that is printed to a file or a pipe."""


def table(title: str, heads: list[str], rows: Iterable[Iterable[Any]]) -> None:
    """Print rows under headings; cells that do not fit the terminal wrap inside their column."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for head in heads:
        grid.add_column(head, overflow="fold")
    for row in rows:
        cells = [clean(str(cell)) if cell is not None else "" for cell in row]
        grid.add_row(*(Text(cell, style=COLOURS.get(cell, "")) for cell in cells))
    console = Console(soft_wrap=False)
    (console if console.is_terminal else Console(width=FILE_WIDTH)).print(grid)


def aligned(lines: Iterable[tuple[str, str]]) -> None:
    """Print labels and what belongs to them, the second column aligned."""
    pairs = [*lines]
    width = max((len(label) for label, _ in pairs), default=0)
    for label, content in pairs:
        click.echo(clean(f"{label:<{width}}  {content}"))


def document(document: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1, default=str))


def clean(text: str) -> str:
    """Replace the control characters that a hostile text could send to a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def one_line(text: str) -> str:
    """The text without control characters and line breaks."""
    return clean(text.replace("\n", " "))


def join_counts(*counts: tuple[int, str]) -> str:
    """`3 duplicates, 1,204 below threshold`; what did not occur is left out, but for the first."""
    return ", ".join(f"{count:,} {label}" for at, (count, label) in enumerate(counts) if count or at == 0)
