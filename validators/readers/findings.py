"""What readers find: the rules, and the findings of a table gathered over its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...schemas.report import Finding, Severity

RULES: Mapping[str, tuple[Severity, str]] = {
    "broken_file": ("error", "Every file can be read"),
    "unreadable": ("error", "Every record can be read"),
    "encoding": ("error", "The text is UTF-8"),
    "outside": ("error", "Every file is inside the dataset"),
    "no_rows": ("warning", "Every table has rows"),
    "no_header": ("warning", "A table in text begins with the names of its columns"),
    "other_names": ("warning", "The README names as many columns of a table in text as there are"),
    "renamed": ("warning", "Every column has a name of its own, whatever its case, and none is `_row`, which we add"),
    "renamed_table": ("warning", "Names of tables differ by more than case"),
    "partitioned": (
        "warning",
        "No folder is `column=value`: the Hub reads neither a column nor a split from it (a split needs `configs`)",
    ),
    "rounded": ("warning", "A whole number keeps all its digits: write it as text beside fractions"),
    "repeated_key": ("warning", "An object has each key once"),
    "not_read": ("info", "Every file is data in a format that can be read"),
    "unsure_header": ("info", "The first line is names of columns beyond doubt"),
    "unnamed_column": ("info", "Every column has a name"),
}
"""Rule -> severity, and what should hold."""
UNITS: Mapping[str, str] = {
    "unreadable": "records",
    "encoding": "places",
    "renamed": "columns",
    "renamed_table": "tables",
    "repeated_key": "rows",
    "rounded": "cells",
    "unnamed_column": "columns",
}
"""Rule -> what it counts; files, where it is not said."""
SHOWN = 5
"""Examples of a finding."""
LONGEST = 200
"""Characters of a value that an example shows."""


class Findings:
    """Gathers what is found while files are read; the same rule in two files of a table is one finding."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}
        self._examples: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def add(self, rule: str, table: str, example: Mapping[str, Any]) -> None:
        """One thing that was found."""
        at = (rule, table)
        self._counts[at] = self._counts.get(at, 0) + 1
        shown = self._examples.setdefault(at, [])
        if len(shown) < SHOWN:
            shown.append({name: _short(value) for name, value in example.items()})

    def more(self, rule: str, table: str, count: int) -> None:
        """More of what was found, none of which is shown."""
        self._counts[rule, table] += count

    def all(self, rows: Mapping[str, int], columns: Mapping[str, int]) -> Iterator[Finding]:
        """Every finding, in the order of the rules; `rows` and `columns` are how many of them a table has."""
        for check, (severity, title) in RULES.items():
            for (rule, table), count in self._counts.items():
                if rule == check:
                    unit = UNITS.get(rule, "files")
                    read = rows.get(table, 0)
                    there = {"records": read + count, "rows": read, "columns": columns.get(table, 0)}
                    yield Finding(
                        check=f"reader.{rule}",
                        severity=severity,
                        title=title,
                        table=table,
                        count=count,
                        of=there.get(unit, 0),
                        unit=unit,
                        examples=self._examples[rule, table],
                    )


def _short(value: Any) -> Any:
    return value[:LONGEST] if isinstance(value, str) else value
