"""Severity of findings about published datasets: limited by the evidence for the rule."""

from __future__ import annotations

from collections.abc import Iterable

from ...schemas.published_dataset import Config, Known
from ...schemas.report import Evidence, Finding, Severity

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Worst first."""
AT_MOST: dict[Evidence | None, Severity] = {None: "error", "file": "error", "card": "warning", "recalled": "info"}
"""Evidence for a rule -> the most severe a finding may be."""
WEAKEST: tuple[Evidence, ...] = ("recalled", "card", "file")
UNUSABLE = {"missing", "type", "null", "key", "foreign_key", "item_key", "constraints"}
"""Constraints without which a table cannot be used, unlike a range or vocabulary."""


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in report order: failed, suppressed, passed; then by severity."""
    return sorted(
        findings,
        key=lambda f: (not f.count, f.suppressed is not None, SEVERITIES.index(f.severity), f.check, f.table),
    )


def cap(finding: Finding, evidence: Evidence | None) -> Finding:
    """The finding with a severity no worse than its evidence allows."""
    severity = max(finding.severity, AT_MOST[evidence], key=SEVERITIES.index)
    return finding.model_copy(update={"severity": severity, "evidence": evidence})


def cap_constraint(finding: Finding, config: Config) -> Finding:
    """A broken constraint of a published dataset, with the severity that its kind and evidence allow."""
    column, _, rest = finding.check.removeprefix(f"{finding.table}.").partition(".")
    field = config.row.model_fields.get(column)
    marks = [mark.evidence for mark in field.metadata if isinstance(mark, Known)] if field else []
    rule = rest.rpartition(".")[2] or column
    finding = finding if rule in UNUSABLE else finding.model_copy(update={"severity": "warning"})
    return cap(finding, weakest([config.evidence, *marks]))


def weakest(evidence: Iterable[Evidence | None]) -> Evidence | None:
    """The weakest of several; null if all of them hold for any data."""
    given = set(evidence)
    return next((one for one in WEAKEST if one in given), None)
