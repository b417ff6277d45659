"""The people behind a dataset, for the card: annotators, missing groups, and personal information."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from ...schemas.manifest import Manifest
from ...schemas.report import Report
from ..markdown import Safe, code
from .checklist import Item, checklist
from .coverage import MEASURE, TargetShare, target_coverage
from .manifest_facts import curation_steps

PRIVATE = {
    "contact_details": "Texts with an e-mail address, or a phone or account number, matched by pattern",
    "personal_names": "Texts that seem to name a person, matched by titles and phrases such as `my name is`",
}
"""Check -> what it searches for, and how; anything of another form is missed."""
CLASSES = "equivalence_classes"
Lines = list[list[object]]


def annotator_tables(manifest: Manifest, report: Report) -> dict[str, Lines]:
    """Shares of annotators by attribute, and compared with the target of the recipe."""
    figures = [figure for figure in report.figures if figure.measure == MEASURE]
    return {
        "shares": [
            [
                figure.group.get("attribute", "").replace("_", " "),
                figure.group.get("value"),
                "undefined" if figure.value is None else f"{figure.value:.1%} of {figure.n:,}",
            ]
            for figure in figures
        ],
        "targets": [_target(aim) for aim in target_coverage(manifest, report)],
    }


def privacy_statements(manifest: Manifest, report: Report) -> list[str]:
    """What the recipe declares and what was searched for, one sentence each."""
    declared = manifest.recipe.card.sensitive
    return [*([declared] if declared else []), *_search_results(report), *_masking(manifest), *_anonymity(report)]


def checklist_table(manifest: Manifest, report: Report) -> dict[str, Any]:
    """The reporting checklist."""
    items = checklist(manifest, report)
    answered = sum(item.section is not None for item in items)
    return {"questions": [[i.question, i.asked_by, i.section or _unanswered(i)] for i in items], "answered": answered}


def _unanswered(item: Item) -> Markup:
    return Safe("not answered ({})").format(code(item.key)) if item.key else Safe("not answered")


def _target(aim: TargetShare) -> list[object]:
    actual = "not declared" if aim.share is None else f"{aim.share:.1%} of {aim.n:,}"
    return [aim.attribute, aim.value, f"{aim.target:.0%}", actual, "yes" if aim.too_few else "no"]


def _search_results(report: Report) -> Iterator[str]:
    for check, what in PRIVATE.items():
        counts = [finding.count for finding in report.findings if finding.check == check]
        if counts:
            yield f"{what}: {sum(counts):,}."


def _masking(manifest: Manifest) -> Iterator[str]:
    if "mask" in curation_steps(manifest):
        yield "E-mail addresses, phone and account numbers in the texts were replaced by `[email]` and the like."


def _anonymity(report: Report) -> Iterator[str]:
    sizes = [figure for figure in report.figures if figure.measure == CLASSES]
    class_sizes = [int(size) for figure in sizes if (size := figure.group.get("share them", "")).isdecimal()]
    if class_sizes:
        others = min(class_sizes) - 1
        yield f"Each human annotator with declared attributes shares all of them with at least {others:,} others."
