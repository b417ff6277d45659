"""Decisions about checks: found beside the data, checked, and followed in full view."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...schemas.checks_file import NAME, ChecksFile, Decision
from ...schemas.component import load, names
from ...schemas.errors import RecipeError, from_validation
from ...schemas.option_docs import paths
from ...schemas.report import Finding, Report
from ...schemas.row import RowTypes, columns
from ...schemas.rows import OPTIONAL, families, tables_of
from ...schemas.views import VIEWS
from ...schemas.yaml_text import load_yaml
from .. import checks
from ..findings.severity import capped, worst_first
from ..readers.findings import RULES

LARGEST = 1_000_000
"""Bytes of the largest file that is read."""
OF_A_TABLE = ("constraints", "key", "missing")
"""Constraints that are no column's."""


@dataclass(frozen=True)
class Decisions:
    """What was decided, and where it is written."""

    file: str = ""
    """Where; empty where nothing was decided."""
    all: tuple[Decision, ...] = ()
    """The decisions, in order."""

    @property
    def options(self) -> Mapping[str, Mapping[str, Any]]:
        """Check -> its options."""
        return {decision.check: decision.options for decision in self.all if decision.options}


def beside(place: Path) -> Decisions:
    """The decisions that lie beside the data, if there are any."""
    path = (place if place.is_dir() else place.parent) / NAME
    return read(path) if place.exists() and path.is_file() else Decisions()


def read(path: Path) -> Decisions:
    """The decisions in a file. Raises `RecipeError` if there are none, or they make no sense."""
    try:
        if path.stat().st_size > LARGEST:
            raise RecipeError("too large for a checks file", where=str(path), expected=f"at most {LARGEST:,} bytes")
        said = load_yaml(path.read_bytes(), str(path))
    except OSError as error:
        raise RecipeError("the checks file cannot be read", where=str(path), got=error.strerror) from None
    try:
        decided = Decisions(str(path), tuple(ChecksFile.model_validate(said).checks))
    except ValidationError as error:
        raise from_validation(error, RecipeError, str(path), keys=paths(ChecksFile)) from None
    for check, options in decided.options.items():
        load(checks.__name__, {check: options}, str(path), "checks")
    return decided


def follow(report: Report, decided: Decisions, row_types: RowTypes) -> Report:
    """The report as it was decided: nothing disappears. Raises `RecipeError` for a check or table that is nowhere.

    A table that we know may be missing this time: decisions outlive an export.
    """
    if not decided.all:
        return report
    seen = [*report.skipped, *(finding.check for finding in report.findings)]
    known = {*names(checks.__name__), *(f"reader.{rule}" for rule in RULES), *_constraints(row_types), *seen}
    there = {*report.rows, *row_types, *(finding.table for finding in report.findings)}
    of_families = (table for family in families() for table in tables_of(family, OPTIONAL))
    tables = {*there, *VIEWS, *of_families}
    for place, decision in enumerate(decided.all):
        where = f"{decided.file}: checks[{place}]"
        _known(decision.check, known, f"{where}.check")
        if decision.table and decision.table not in tables:
            expected = f"one of {', '.join(sorted(there))}"
            at = f"{where}.table"
            raise RecipeError.unknown("no such table", decision.table, sorted(tables), where=at, expected=expected)
    findings = [_decided(finding, decided.all) for finding in report.findings]
    return report.model_copy(update={"findings": worst_first(findings), "decisions": decided.file})


def _decided(finding: Finding, decisions: Collection[Decision]) -> Finding:
    for decision in decisions:
        if decision.about(finding.check, finding.table):
            if decision.severity and decision.severity != finding.severity:
                changes = {"severity": decision.severity, "declared": finding.declared or finding.severity}
                finding = capped(finding.model_copy(update=changes), finding.evidence)
            if decision.suppress:
                finding = finding.model_copy(update={"suppressed": decision.suppress})
    return finding


def _constraints(row_types: RowTypes) -> Iterator[str]:
    """What every constraint of the row types starts with, or is."""
    for table, row_type in row_types.items():
        yield from (f"{table}.{part}" for part in OF_A_TABLE)
        yield from (f"{table}.{column.name}" for column in columns(row_type))


def _known(check: str, known: Collection[str], where: str) -> None:
    if check not in known and ".".join(check.split(".")[:2]) not in known:
        hint = "`pluriset list checks` names those that need no table"
        expected = "an id as a report gives it"
        raise RecipeError.unknown("no such check", check, known, where=where, expected=expected, hint=hint)
