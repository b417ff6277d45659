"""What keeps a run from being published, read from its manifest and report alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...schemas.errors import ChecksFailed
from ...schemas.manifest import Manifest
from ...schemas.printable import printable
from ...schemas.report import Finding, Report
from ...schemas.run_layout import REJECTS
from ..facts.licensing import conflicts
from ..facts.manifest_facts import curation_steps

PRIVATE = "contact_details"
"""The check for e-mail addresses, phone and account numbers."""
CLASSES, CLASS_SIZE = "equivalence_classes", "share them"
"""The measure that counts human annotators by how many share their attributes, and its group for that number."""


@dataclass(frozen=True)
class Problem:
    """Something that must be fixed before the run can be published, and how."""

    what: str
    hint: str


def problems(manifest: Manifest, report: Report, journal: bool = False, hub: bool = False) -> list[Problem]:
    """Everything that keeps the run, with or without its journal, from being published; on the Hub more than that."""
    return [
        *(unfit_teachers(manifest) if hub else ()),
        *_failed_checks(report),
        *(Problem(each.what, each.hint) for each in conflicts(manifest) if not manifest.recipe.card.license_override),
        *_contact_details(manifest, report),
        *_identifiable_annotators(manifest, report),
        *(_unmasked_journal(manifest) if journal else ()),
    ]


def enforce(manifest: Manifest, report: Report, journal: bool = False, hub: bool = False) -> None:
    """Raise `ChecksFailed` with every problem, if there are any."""
    if found := problems(manifest, report, journal, hub):
        listed = "".join(f"\n  - {printable(problem.what)}\n    hint: {printable(problem.hint)}" for problem in found)
        raise ChecksFailed(f"cannot be published:{listed}", where=manifest.name)


def unfit_teachers(manifest: Manifest) -> list[Problem]:
    """Teachers that say of themselves that what they write is not fit to be published, unless that is overridden."""
    if manifest.recipe.card.teacher_override:
        return []
    unfit = ((name, facts.get("unpublishable")) for name, facts in manifest.teachers.items())
    hint = "build with another teacher, or explain in card.teacher_override why it may be published"
    return [Problem(f"Teacher {name}: {reason}.", hint) for name, reason in unfit if reason]


def _failed_checks(report: Report) -> Iterator[Problem]:
    for finding in report.found():
        if finding.severity == "error":
            what = f"Check {finding.check} fails for {finding.counted} of {finding.table}."
            repair = f"add the curation step `{finding.repair}` and build again" if finding.repair else None
            yield Problem(what, repair or "fix the rows or the recipe and build again")


def _contact_details(manifest: Manifest, report: Report) -> Iterator[Problem]:
    searched = [finding for finding in report.findings if finding.check == PRIVATE]
    has_rejects = any(file.path == REJECTS for file in manifest.files)
    if not searched or (has_rejects and not any(finding.table == "rejects" for finding in searched)):
        where = "rejects" if searched else "texts"
        why = report.skipped.get(PRIVATE, "the report is older than this check")
        yield Problem(
            f"The {where} were not searched for contact details: {why}.", "build again: no request is sent twice"
        )
    for finding in searched:
        if finding.count and finding.suppressed is None:
            texts = "1 text contains" if finding.count == 1 else f"{finding.count:,} texts contain"
            what = f"{texts} an e-mail address, or a phone or account number: {_masked_examples(finding)}."
            yield Problem(what, "add the curation step `mask` and build again")


def _masked_examples(finding: Finding) -> str:
    """What masking would turn some of them into; the report does not hold the originals."""
    shown = (f"{finding.table}.{e.get('column')} would become {e.get('problem')!r}" for e in finding.examples[:3])
    return "; ".join(shown)


def _identifiable_annotators(manifest: Manifest, report: Report) -> Iterator[Problem]:
    k = manifest.recipe.card.anonymity
    classes = [figure for figure in report.figures if figure.measure == CLASSES]
    small = [f for f in classes if not f.group.get(CLASS_SIZE, "").isdecimal() or int(f.group[CLASS_SIZE]) < k]
    if exposed := sum(int(figure.value or 0) for figure in small):
        yield Problem(
            f"{exposed:,} of {small[0].n:,} human annotators share their declared attributes with fewer than "
            f"{k - 1} others.",
            f"add the curation step `coarsen: {{k: {k}}}` and build again: it drops their most identifying attributes "
            "until each annotator is one of many",
        )


def _unmasked_journal(manifest: Manifest) -> Iterator[Problem]:
    """The journal holds every text as it was sent and received."""
    if "mask" in curation_steps(manifest):
        yield Problem("The journal holds the texts from before `mask`.", "publish without the journal")
