"""HTML of our objects for notebooks. Every value is escaped: names and texts come from datasets of others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from .printable import printable

MAX_ROWS = 20
"""Rows of a table in a notebook."""
MAX_CHARACTERS = 300
"""Characters of a cell."""


def heading(text: str, note: str = "") -> str:
    """A title line, with an optional note behind it."""
    return f"<p><strong>{_cell(text)}</strong> {_cell(note)}</p>"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of the first rows; a line below it counts the rest. Empty without rows."""
    cells = [*rows]
    if not cells:
        return ""
    columns = "".join(f'<th style="text-align: left">{_cell(name)}</th>' for name in head)
    body = "".join(f"<tr>{''.join(map(_data, row))}</tr>" for row in cells[:MAX_ROWS])
    rest = f"<p>{len(cells) - MAX_ROWS:,} more</p>" if len(cells) > MAX_ROWS else ""
    return f"<table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>{rest}"


def _data(value: object) -> str:
    align = "right" if isinstance(value, int | float) and not isinstance(value, bool) else "left"
    return f'<td style="text-align: {align}">{_cell(value)}</td>'


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip(".")
    else:
        text = str(value)
    text = text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS] + "…"
    return escape(printable(text, "\N{REPLACEMENT CHARACTER}"))
