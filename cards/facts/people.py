"""What a card says of the people behind a dataset: who judged, who is missing, and what leads to a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from ...schemas.manifest import Manifest
from ...schemas.report import Figure, Report
from ..markdown import Safe, code
from .checklist import Item, checklist
from .coverage import MEASURE, TargetShare, target_coverage
from .manifest_facts import curation_steps

PRIVATE = {
    "contact_details": "Texts with an e-mail address, or a phone or account number, told by its shape",
    "personal_names": "Texts that seem to name a person, told by a title or by words such as `my name is`",
}
"""Check -> what it finds, and how; what looks otherwise is not found."""
CLASSES = "equivalence_classes"
Lines = list[list[object]]


def annotator_tables(manifest: Manifest, report: Report) -> dict[str, Lines]:
    """Shares of annotators by attribute, and against the target that the recipe declares."""
    figures = [figure for figure in report.figures if figure.measure == MEASURE]
    return {
        "shares": [_share(figure) for figure in figures],
        "wanted": [_wanted(w) for w in target_coverage(manifest, report)],
    }


def privacy_statements(manifest: Manifest, report: Report) -> list[str]:
    """What is said and what was looked for, a sentence each."""
    said = manifest.recipe.card.sensitive
    return [*([said] if said else []), *_looked_for(report), *_masked(manifest), *_anonymous(report)]


def checklist_table(manifest: Manifest, report: Report) -> dict[str, Any]:
    """The reporting checklist."""
    items = checklist(manifest, report)
    answered = sum(item.section is not None for item in items)
    return {"questions": [[i.question, i.asked_by, i.section or _unanswered(i)] for i in items], "answered": answered}


def _unanswered(item: Item) -> Markup:
    return Safe("not answered ({})").format(code(item.key)) if item.key else Safe("not answered")


def _share(figure: Figure) -> list[object]:
    share = "not defined" if figure.value is None else f"{figure.value:.1%} of {figure.n:,}"
    return [figure.group.get("attribute", "").replace("_", " "), figure.group.get("value"), share]


def _wanted(wanted: TargetShare) -> list[object]:
    there = "not declared" if wanted.share is None else f"{wanted.share:.1%} of {wanted.n:,}"
    return [wanted.attribute, wanted.value, f"{wanted.wanted:.0%}", there, "yes" if wanted.missing else "no"]


def _looked_for(report: Report) -> Iterator[str]:
    for check, what in PRIVATE.items():
        counts = [finding.count for finding in report.findings if finding.check == check]
        if counts:
            yield f"{what}: {sum(counts):,}."


def _masked(manifest: Manifest) -> Iterator[str]:
    if "mask" in curation_steps(manifest):
        yield "E-mail addresses, phone and account numbers in the texts were replaced by `[email]` and the like."


def _anonymous(report: Report) -> Iterator[str]:
    sizes = [figure for figure in report.figures if figure.measure == CLASSES]
    known = [int(size) for figure in sizes if (size := figure.group.get("share them", "")).isdecimal()]
    if known:
        least = min(known) - 1
        yield f"Each human annotator of whom something is known shares all of it with at least {least:,} others."
