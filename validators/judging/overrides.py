"""Overrides of checks: read from a checks file, validated, and applied to a report."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...schemas.checks_file import NAME, ChecksFile, Override
from ...schemas.component import load, names
from ...schemas.errors import RecipeError, from_validation
from ...schemas.option_docs import paths
from ...schemas.report import Finding, Report
from ...schemas.row import RowTypes, columns
from ...schemas.rows import OPTIONAL, families, tables_of
from ...schemas.views import VIEWS
from .. import checks
from ..findings.severity import cap, worst_first
from ..readers.findings import RULES
from ..readers.yaml_file import read_yaml

OF_A_TABLE = ("constraints", "key", "missing")
"""Constraints of a table rather than of a column."""


@dataclass(frozen=True)
class Overrides:
    """The overrides of a checks file."""

    file: str = ""
    """Path of the file; empty if there is none."""
    all: tuple[Override, ...] = ()
    """The overrides, in order."""
    roles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Table -> column -> role: what the data must have."""

    @property
    def options(self) -> Mapping[str, Mapping[str, Any]]:
        """Check -> its options."""
        return {override.check: override.options for override in self.all if override.options}


def overrides_beside(place: Path) -> Overrides:
    """The overrides in the `pluriset.yaml` beside the data; none if there is no such file."""
    path = (place if place.is_dir() else place.parent) / NAME
    return read_overrides(path) if place.exists() and path.is_file() else Overrides()


def read_overrides(path: Path) -> Overrides:
    """The overrides in a file, their options checked. Raises `RecipeError` if the file is unreadable or invalid."""
    content = read_yaml(path)
    try:
        file = ChecksFile.model_validate(content)
        overrides = Overrides(str(path), tuple(file.checks), file.roles)
    except ValidationError as error:
        raise from_validation(error, RecipeError, str(path), keys=paths(ChecksFile)) from None
    for check, options in overrides.options.items():
        load(checks.__name__, {check: options}, str(path), "checks")
    return overrides


def apply_overrides(report: Report, overrides: Overrides, row_types: RowTypes) -> Report:
    """The report with severities and suppressions overridden; no finding is dropped.

    Raises `RecipeError` for an unknown check or table. A table that the toolkit knows may be absent from this dataset,
    so that a checks file stays valid for every export.
    """
    if not overrides.all:
        return report
    _validate(overrides, report, row_types)
    findings = [_override(finding, overrides.all) for finding in report.findings]
    return report.model_copy(update={"findings": worst_first(findings), "overrides": overrides.file})


def _validate(overrides: Overrides, report: Report, row_types: RowTypes) -> None:
    ids = {
        *names(checks.__name__),
        *(f"reader.{rule}" for rule in RULES),
        *(f"{table}.{part}" for table in row_types for part in OF_A_TABLE),
        *(f"{table}.{column.name}" for table, row_type in row_types.items() for column in columns(row_type)),
        *report.skipped,
        *(finding.check for finding in report.findings),
    }
    present = {*report.rows, *row_types, *(finding.table for finding in report.findings)}
    tables = {*present, *VIEWS, *(table for family in families() for table in tables_of(family, OPTIONAL))}
    for at, override in enumerate(overrides.all):
        where = f"{overrides.file}: checks[{at}]"
        # A constraint below a column, such as `situations.text.max_length`, counts as known with its column.
        if override.check not in ids and ".".join(override.check.split(".")[:2]) not in ids:
            hint = "`pluriset list checks` lists those that need no table"
            expected = "an id as in a report"
            raise RecipeError.unknown(
                "no such check", override.check, ids, where=f"{where}.check", expected=expected, hint=hint
            )
        if override.table and override.table not in tables:
            expected = f"one of {', '.join(sorted(present))}"
            at_table = f"{where}.table"
            raise RecipeError.unknown(
                "no such table", override.table, sorted(tables), where=at_table, expected=expected
            )


def _override(finding: Finding, overrides: Collection[Override]) -> Finding:
    for override in overrides:
        if override.applies_to(finding.check, finding.table):
            if override.severity and override.severity != finding.severity:
                changes = {"severity": override.severity, "declared": finding.declared or finding.severity}
                finding = cap(finding.model_copy(update=changes), finding.evidence)
            if override.suppress:
                finding = finding.model_copy(update={"suppressed": override.suppress})
    return finding
