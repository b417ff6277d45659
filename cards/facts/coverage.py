"""Which annotators there are, compared with those that the recipe aims for."""

from __future__ import annotations

from typing import NamedTuple

from ...schemas.manifest import Manifest
from ...schemas.report import Report

MEASURE = "annotator_coverage"


class TargetShare(NamedTuple):
    """One value of an attribute that the recipe aims for, and how many annotators have it."""

    attribute: str
    value: str
    target: float
    """Share that the recipe aims for, 0 to 1."""
    share: float | None
    """Share of the annotators that have it, 0 to 1; null where none declares the attribute."""
    n: int
    """Annotators."""

    @property
    def too_few(self) -> bool:
        """Whether at least one annotator is missing; a fraction of one cannot be."""
        return self.share is None or self.n * (self.target - self.share) >= 1


def target_coverage(manifest: Manifest, report: Report) -> list[TargetShare]:
    """Every value that the recipe aims for; empty where there is no target or annotators were not counted."""
    figures = [figure for figure in report.figures if figure.measure == MEASURE]
    shares = {(f.group.get("attribute"), f.group.get("value")): f.value or 0.0 for f in figures}
    declared = {attribute for attribute, _ in shares}
    n = max((figure.n for figure in figures), default=0)
    return [
        TargetShare(
            attribute.replace("_", " "),
            value,
            target,
            shares.get((attribute, value), 0.0) if attribute in declared else None,
            n,
        )
        for attribute, targets in manifest.recipe.target.items()
        for value, target in targets.items()
        if figures
    ]
