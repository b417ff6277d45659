"""How far what a profile says of somebody's dataset can go: no further than it is known."""

from __future__ import annotations

from collections.abc import Iterable

from ...schemas.published_dataset import Config, Known
from ...schemas.report import Evidence, Finding, Severity

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Worst first."""
AT_MOST: dict[Evidence | None, Severity] = {None: "error", "file": "error", "card": "warning", "recalled": "info"}
"""How a rule is known -> the worst that what breaks it can be."""
WEAKEST: tuple[Evidence, ...] = ("recalled", "card", "file")
BREAKS_USE = {"missing", "type", "null", "key", "foreign_key", "item_key", "constraints"}
"""Constraints without which a table cannot be used; a value outside its range or vocabulary still can."""


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings as they are told: what has rows and counts, then what is suppressed, then what has no rows."""
    return sorted(
        findings,
        key=lambda f: (not f.count, f.suppressed is not None, SEVERITIES.index(f.severity), f.check, f.table),
    )


def capped(finding: Finding, evidence: Evidence | None) -> Finding:
    """The finding, no worse than its evidence allows."""
    severity = max(finding.severity, AT_MOST[evidence], key=SEVERITIES.index)
    return finding.model_copy(update={"severity": severity, "evidence": evidence})


def of_constraint(finding: Finding, config: Config) -> Finding:
    """What breaks a constraint of a published dataset, as bad as it is and as sure as we are."""
    column, _, rest = finding.check.removeprefix(f"{finding.table}.").partition(".")
    field = config.row.model_fields.get(column)
    marks = [mark.evidence for mark in field.metadata if isinstance(mark, Known)] if field else []
    rule = rest.rpartition(".")[2] or column
    bearable = finding if rule in BREAKS_USE else finding.model_copy(update={"severity": "warning"})
    return capped(bearable, weakest([config.evidence, *marks]))


def weakest(evidence: Iterable[Evidence | None]) -> Evidence | None:
    """The weakest of several; null where all of them hold of any data."""
    given = set(evidence)
    return next((one for one in WEAKEST if one in given), None)
