"""Who judged, against whom the recipe wants: "who is missing"."""

from __future__ import annotations

from typing import NamedTuple

from ...schemas.manifest import Manifest
from ...schemas.report import Report

MEASURE = "annotator_coverage"


class TargetShare(NamedTuple):
    """One value of an attribute that the recipe wants annotators to have, and how many have it."""

    attribute: str
    value: str
    wanted: float
    """Share that the recipe wants, 0 to 1."""
    share: float | None
    """Share of the annotators that have it, 0 to 1; null where none declares the attribute."""
    n: int
    """Annotators."""

    @property
    def missing(self) -> bool:
        """Whether there are too few, by one annotator at least: fewer than one cannot be missing."""
        return self.share is None or self.n * (self.wanted - self.share) >= 1


def target_coverage(manifest: Manifest, report: Report) -> list[TargetShare]:
    """Every value that the recipe wants; empty where it wants none, or where nobody counted annotators."""
    figures = [figure for figure in report.figures if figure.measure == MEASURE]
    known = {(f.group.get("attribute"), f.group.get("value")): f.value or 0.0 for f in figures}
    declared = {attribute for attribute, _ in known}
    n = max((figure.n for figure in figures), default=0)
    return [
        TargetShare(
            attribute.replace("_", " "),
            value,
            share,
            known.get((attribute, value), 0.0) if attribute in declared else None,
            n,
        )
        for attribute, shares in manifest.recipe.card.target.items()
        for value, share in shares.items()
        if figures
    ]
