"""What keeps a run from being published, told from its manifest and its report alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...schemas.errors import ChecksFailed
from ...schemas.manifest import Manifest
from ...schemas.report import Finding, Report
from ...schemas.run_layout import REJECTS
from ..facts.licensing import conflicts
from ..facts.manifest_facts import curation_steps

PRIVATE = "contact_details"
"""The check that finds e-mail addresses, phone and account numbers."""
CLASSES, ALIKE = "equivalence_classes", "share them"
"""The measure that counts human annotators by how many share their attributes, and how it names that number."""


@dataclass(frozen=True)
class Problem:
    """Something that must be mended before the run can be published, and how."""

    what: str
    hint: str


def problems(manifest: Manifest, report: Report, journal: bool = False) -> list[Problem]:
    """Everything that keeps the run, with its journal or without, from being published; empty: it may be."""
    found = [*_checks(report), *_licence(manifest), *_texts(manifest, report), *_annotators(manifest, report)]
    return [*found, *_journal(manifest)] if journal else found


def enforce(manifest: Manifest, report: Report, journal: bool = False) -> None:
    """Let a run pass, or raise `ChecksFailed` with everything that keeps it back."""
    if found := problems(manifest, report, journal):
        listed = "".join(f"\n  - {_plain(problem.what)}\n    hint: {_plain(problem.hint)}" for problem in found)
        raise ChecksFailed(f"cannot be published:{listed}", where=manifest.name)


def _plain(text: str) -> str:
    """Without what could do something to a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def _checks(report: Report) -> Iterator[Problem]:
    for finding in report.found():
        if finding.severity == "error":
            what = f"Check {finding.check} fails for {finding.counted} of {finding.table}."
            repair = f"add the curation step `{finding.repair}` and build again" if finding.repair else None
            yield Problem(what, repair or "mend the rows or the recipe and build again")


def _licence(manifest: Manifest) -> Iterator[Problem]:
    if manifest.recipe.card.license_override:
        return
    for conflict in conflicts(manifest):
        yield Problem(conflict.what, conflict.hint)


def _texts(manifest: Manifest, report: Report) -> Iterator[Problem]:
    looked = [finding for finding in report.findings if finding.check == PRIVATE]
    rejects = any(file.path == REJECTS for file in manifest.files)
    if not looked or (rejects and not any(finding.table == "rejects" for finding in looked)):
        where = "rejects" if looked else "texts"
        why = report.skipped.get(PRIVATE, "the report is older than this check")
        what = f"Nobody looked for contact details in the {where}: {why}."
        yield Problem(what, "build again: nothing is asked twice")
    for finding in looked:
        if finding.count and finding.suppressed is None:
            cells = "1 text holds" if finding.count == 1 else f"{finding.count:,} texts hold"
            what = f"{cells} an e-mail address, or a phone or account number: {_masked(finding)}."
            yield Problem(what, "add the curation step `mask` and build again")


def _masked(finding: Finding) -> str:
    """What masking would make of some of them; the report does not hold what was found."""
    shown = (f"{finding.table}.{e.get('column')} would become {e.get('problem')!r}" for e in finding.examples[:3])
    return "; ".join(shown)


def _annotators(manifest: Manifest, report: Report) -> Iterator[Problem]:
    k = manifest.recipe.card.anonymity
    sizes = [figure for figure in report.figures if figure.measure == CLASSES]
    few = [figure for figure in sizes if not figure.group.get(ALIKE, "").isdecimal() or int(figure.group[ALIKE]) < k]
    if exposed := sum(int(figure.value or 0) for figure in few):
        what = (
            f"{exposed:,} of {few[0].n:,} human annotators share what is known of them with fewer than {k - 1} others"
        )
        does = "their attributes go, the most telling first, until nobody stands out"
        yield Problem(f"{what}.", f"add the curation step `coarsen: {{k: {k}}}` and build again: {does}")


def _journal(manifest: Manifest) -> Iterator[Problem]:
    """The journal holds every text as it was asked and answered."""
    if "mask" in curation_steps(manifest):
        yield Problem("The journal holds the texts as they were before `mask`.", "publish without the journal")
