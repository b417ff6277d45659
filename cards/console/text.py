"""Printing to a terminal: tables, JSON documents, aligned lines. stdout is data, everything else goes to stderr."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click

from ...schemas.printable import CONTROL, printable

COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
"""Severity -> its colour."""
FILE_WIDTH = 200
"""Columns of a table that is printed to a file or a pipe."""
MIN_COLUMN = 14
"""Width that each column of a table needs to be readable."""


def table(title: str, heads: list[str], rows: Iterable[Iterable[Any]], paged: bool = False) -> None:
    """Print rows under headings; cells that do not fit the terminal wrap inside their column.

    With `paged`, a table that is longer than the terminal is shown in the pager of the user.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for head in heads:
        grid.add_column(head, overflow="fold")
    for row in rows:
        cells = [clean(str(cell)) if cell is not None else "" for cell in row]
        grid.add_row(*(Text(cell, style=COLOURS.get(cell, "")) for cell in cells))
    console = Console(width=width())
    if not (paged and sys.stdout.isatty()):
        return console.print(grid)
    with console.capture() as captured:
        console.print(grid)
    lines = captured.get()
    if lines.count("\n") < shutil.get_terminal_size().lines:
        return click.echo(lines, nl=False)
    return click.echo_via_pager(lines)


def records(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows without the columns that are empty in all of them; cell by cell if a table would be too wide."""
    columns = [name for name in (rows[0] if rows else ()) if any(row[name] not in (None, "", []) for row in rows)]
    if len(columns) * MIN_COLUMN <= width():
        return table(title, columns, [[row[name] for name in columns] for row in rows])
    for row in rows:
        click.echo(clean(f"{title} [{row[columns[0]]}]"))
        aligned((f"  {name}", str(row[name]).replace("\n", " ")) for name in columns[1:] if row[name] is not None)
    return None


def width() -> int:
    """Columns of the terminal; of a file or a pipe, `FILE_WIDTH`."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else FILE_WIDTH


def aligned(lines: Iterable[tuple[str, str]]) -> None:
    """Print labels and what belongs to them, the second column aligned."""
    pairs = [*lines]
    width = max((len(label) for label, _ in pairs), default=0)
    for label, content in pairs:
        click.echo(clean(f"{label:<{width}}  {content}"))


def echo(text: str, err: bool = False) -> None:
    """Print lines; one that is wider than the terminal continues between words, further in than it began."""
    if not (sys.stderr if err else sys.stdout).isatty():
        return click.echo(text, err=err)
    columns = shutil.get_terminal_size().columns
    return click.echo("\n".join(part for line in text.split("\n") for part in _wrapped(line, columns)), err=err)


def _wrapped(line: str, columns: int) -> Iterator[str]:
    """A line in parts of at most so many columns, but for words that are longer; styles take no room."""
    from rich.cells import cell_len

    begin = " " * (len(line) - len(line.lstrip(" ")))
    first, *words = line[len(begin) :].split(" ")
    part = begin + first
    for word in words:
        if word and part.strip() and cell_len(click.unstyle(f"{part} {word}")) > columns:
            yield part.rstrip(" ")
            part = f"{begin}  {word}"
        else:
            part = f"{part} {word}"
    yield part


def document(document: Any) -> None:
    """Print one JSON document; control characters that JSON takes as they are, such as of direction, are escaped."""
    text = json.dumps(document, ensure_ascii=False, indent=1, default=str)
    click.echo(CONTROL.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text))


def clean(text: str) -> str:
    """Replace the control characters that a hostile text could send to a terminal."""
    return printable(text, keep="\n")


def one_line(text: str) -> str:
    """The text without control characters and line breaks."""
    return clean(text.replace("\n", " "))


def join_counts(*counts: tuple[int, str]) -> str:
    """`3 duplicates, 1,204 below threshold`; what did not occur is left out, but for the first."""
    return ", ".join(f"{count:,} {label}" for at, (count, label) in enumerate(counts) if count or at == 0)
