"""Figures that the manifest adds to those of a report: what became of the rows, and who was aimed for."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.manifest import Books, Manifest
from ...schemas.report import Figure, Report
from .coverage import target_coverage

ROWS_KEPT = "rows_kept"
TARGETS = "target_coverage"


def with_manifest_figures(report: Report, manifest: Manifest) -> Report:
    """The report with the flow of rows from seeds to what is published, and annotators beside their target."""
    return report.model_copy(update={"figures": [*flow(manifest.books), *report.figures, *coverage(manifest, report)]})


def flow(books: Books) -> Iterator[Figure]:
    """Seeds, and the rows of each table, after every step that took some away."""
    seeds = books.seeds
    yield _left("seeds", "read", seeds.read, seeds.read)
    yield _left("seeds", "built", seeds.built, seeds.read)
    for table, rows in books.rows.items():
        left = rows.generated
        if rows.removed:
            yield _left(table, "generated", left, rows.generated)
        for step, removed in rows.removed.items():
            left -= removed
            yield _left(table, step, left, rows.generated)


def coverage(manifest: Manifest, report: Report) -> Iterator[Figure]:
    """The share of annotators with each value that the recipe aims for, and the share that it aims for."""
    for one in target_coverage(manifest, report):
        for share, value in (("actual", one.share), ("target", one.target)):
            group = {"attribute": one.attribute, "value": one.value, "share": share}
            yield Figure(measure=TARGETS, group=group, value=value, n=one.n)


def _left(table: str, step: str, value: int, n: int) -> Figure:
    return Figure(measure=ROWS_KEPT, group={"table": table, "step": step}, value=value, n=n)
