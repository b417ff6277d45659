"""What can be wrong with the files of a dataset: the rules, and the findings of a table over its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...schemas.errors import DataError
from ...schemas.report import Finding, Severity, problem_line

RULES: Mapping[str, tuple[Severity, str, str]] = {
    "broken_file": ("error", "Every file can be read", "cannot be read"),
    "unreadable": ("error", "Every record can be read", "cannot be read"),
    "encoding": ("error", "Text files are UTF-8", "are|is not UTF-8"),
    "table_not_read": (
        "error",
        "Spreadsheets and databases are saved as CSV or parquet, which can be read",
        "are|is a spreadsheet or database that cannot be read and was not judged",
    ),
    "outside": ("error", "Every file is inside the dataset", "point|points outside the dataset"),
    "front_matter": (
        "warning",
        "The front matter of the README can be read",
        "have|has front matter that cannot be read",
    ),
    "no_rows": ("warning", "Every file has rows", "have|has no rows"),
    "no_header": ("warning", "CSV and TSV files have a header", "have|has no header"),
    "other_names": (
        "warning",
        "The README names as many columns as the file has",
        "have|has another number of columns than the README names",
    ),
    "renamed": (
        "warning",
        "Column names are unique, ignoring case, and none is `_row`, which is added on reading",
        "have|has a duplicate or reserved name",
    ),
    "renamed_table": (
        "warning",
        "Table names are unique, ignoring case",
        "have|has a name that differs from another only in case",
    ),
    "partitioned": (
        "warning",
        "No folder is named `column=value`: the Hub reads neither a column nor a split from it (use `configs`)",
        "are|is in a folder named `column=value`, which the Hub does not read as a column or split",
    ),
    "other_types": (
        "warning",
        "All files of a table give a column the same type; `load_dataset` fails where one has null or another type",
        "have|has a column of another type than the first file, so `load_dataset` fails",
    ),
    "rounded": (
        "warning",
        "Integers in a column of floats keep all their digits (write them as text)",
        "hold|holds an integer that loses digits in a column of floats",
    ),
    "repeated_key": ("warning", "The keys of a JSON object are unique", "have|has a JSON object with a duplicate key"),
    "dialect": (
        "info",
        "Quotes in CSV are doubled, and cells of TSV are quoted, as readers expect by default",
        "are|is quoted in another dialect, and was read as such",
    ),
    "header_rows": (
        "info",
        "A table has one header row",
        "have|has three header rows, of which the second and third are no data",
    ),
    "not_read": ("info", "Every file has a format that can be read", "are|is in a format that cannot be read"),
    "unsure_header": ("info", "The first line is clearly a header", "may have no header"),
    "unnamed_column": ("info", "Every column has a name", "have|has no name"),
}
"""Rule -> severity, the rule in words, and the problem; see `schemas.report.problem_line`."""
UNITS: Mapping[str, str] = {
    "unreadable": "records",
    "encoding": "places",
    "renamed": "columns",
    "renamed_table": "tables",
    "repeated_key": "rows",
    "rounded": "cells",
    "unnamed_column": "columns",
}
"""Rule -> what it counts; files by default."""
LOSSES = {f"reader.{rule}" for rule in ("broken_file", "unreadable", "encoding", "outside", "repeated_key")}
"""Findings that mean that something in a file is in no table."""
SHOWN = 5
"""Examples of a finding."""
LONGEST = 200
"""Characters of a value that an example shows."""


class Findings:
    """Gathers problems while files are read; the same rule in two files of a table is one finding."""

    def __init__(self, examples: int = SHOWN) -> None:
        self.most = examples
        self._counts: dict[tuple[str, str], int] = {}
        self._examples: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def add(self, rule: str, table: str, example: Mapping[str, Any]) -> None:
        """Record one problem; the first few are shown."""
        at = (rule, table)
        self._counts[at] = self._counts.get(at, 0) + 1
        shown = self._examples.setdefault(at, [])
        if len(shown) < self.most:
            shown.append(
                {name: (value[:LONGEST] if isinstance(value, str) else value) for name, value in example.items()}
            )

    def more(self, rule: str, table: str, count: int) -> None:
        """Count more problems of a rule without an example."""
        self._counts[rule, table] += count

    def all(self, rows: Mapping[str, int], columns: Mapping[str, int]) -> Iterator[Finding]:
        """Every finding, in the order of the rules; `rows` and `columns` are how many of them a table has."""
        for check, (severity, title, problem) in RULES.items():
            for (rule, table), count in self._counts.items():
                if rule == check:
                    unit = UNITS.get(rule, "files")
                    read = rows.get(table, 0)
                    there = {"records": read + count, "rows": read, "columns": columns.get(table, 0)}
                    of = there.get(unit, 0)
                    yield Finding(
                        problem=problem_line(problem, count, of, unit),
                        rule=title,
                        check=f"reader.{rule}",
                        severity=severity,
                        table=table,
                        count=count,
                        of=of,
                        unit=unit,
                        examples=self._examples[rule, table],
                    )


def require_all_read(place: str, findings: Sequence[Finding], but: str | None = None) -> None:
    """Raises `DataError` if something in the files is in no table, except by the rule `but`."""
    if lost := [finding for finding in findings if finding.check in LOSSES and finding.check != but]:
        raise DataError(
            "some of it cannot be read and would be missing",
            where=place,
            got="; ".join(f"{one.count:,} in {one.table}, such as {_example(one)}" for one in lost),
            expected="; ".join(dict.fromkeys(finding.rule for finding in lost)),
            hint=f"`pluriset validate {place}` shows more",
        )


def _example(finding: Finding) -> str:
    return ", ".join(f"{name} {value}" for name, value in finding.examples[0].items())
