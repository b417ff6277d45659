"""What keeps a run from being published, told from its manifest and its report alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..schemas.errors import ChecksFailed
from ..schemas.manifest import Manifest
from ..schemas.report import Report
from .licensing import conflicts, effective


@dataclass(frozen=True)
class Problem:
    """Something that must be mended before the run can be published, and how."""

    what: str
    hint: str


def problems(manifest: Manifest, report: Report) -> list[Problem]:
    """Everything that keeps the run from being published; empty: it may be."""
    return [*_checks(report), *_licence(manifest)]


def enforce(manifest: Manifest, report: Report) -> None:
    """Let a run pass or raise `ChecksFailed` with everything that keeps it back."""
    if found := problems(manifest, report):
        raise ChecksFailed(
            "this run must not be published yet" if len(found) == 1 else f"{len(found)} things keep this run back",
            where=manifest.name,
            got="\n       ".join(problem.what for problem in found),
            hint="\n        ".join(dict.fromkeys(problem.hint for problem in found)),
        )


def _checks(report: Report) -> Iterator[Problem]:
    for finding in report.found():
        if finding.severity == "error":
            what = f"Check {finding.check} fails for {finding.count:,} of {finding.of:,} rows of {finding.table}."
            repair = f"add the curation step `{finding.repair}` and build again" if finding.repair else None
            yield Problem(what, repair or "mend the rows or the recipe and build again")


def _licence(manifest: Manifest) -> Iterator[Problem]:
    if manifest.recipe.card.license_override:
        return
    best = effective(manifest)
    fit = f"a licence that fits is {best}" if best else "no licence fits"
    for conflict in conflicts(manifest):
        yield Problem(
            conflict, f"correct license, card.sources or card.terms ({fit}), or say in card.license_override why not"
        )
