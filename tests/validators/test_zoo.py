"""Generated datasets of twenty shapes with planted defects: what is planted is found, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest

from pluriset.schemas.report import Report
from pluriset.tests.validators.zoo.defects import DEFECTS, Defect
from pluriset.tests.validators.zoo.shapes import SHAPES, Dataset, Shape, content
from pluriset.validators.validate import GENERIC, validate_path

AT_ONCE = 3
"""Defects planted in one dataset."""
QUICK = 4
"""Shapes in the small choice."""


def report_on(folder: Path, dataset: Dataset) -> Report:
    folder.mkdir()
    for name, rows in dataset.items():
        (folder / name).write_text(content(name, rows), encoding="utf-8")
    return validate_path(folder, as_=GENERIC)


def serious(report: Report, severity: str) -> list[str]:
    return [f"{f.check}: {f.problem}" for f in report.found() if f.severity == severity]


def is_found(defect: Defect, report: Report) -> bool:
    return not {finding.check for finding in report.found()}.isdisjoint(defect.found_by)


def planted(shape: Shape, seed: int) -> Iterable[tuple[Dataset, list[Defect]]]:
    """Datasets of a shape with a few defects each, until all that it can have were planted."""
    random = Random(seed)
    possible = [defect for defect in DEFECTS if defect.plant(shape(Random(seed)), Random(seed))]
    random.shuffle(possible)
    for start in range(0, len(possible), AT_ONCE):
        dataset, defects = shape(random), possible[start : start + AT_ONCE]
        yield dataset, [defect for defect in defects if defect.plant(dataset, random)]


def missed_by(folder: Path, shapes: Iterable[Shape], seed: int) -> tuple[list[str], int]:
    """Defects that were planted and not found, and how many were planted."""
    missed, count = [], 0
    for shape in shapes:
        for at, (dataset, defects) in enumerate(planted(shape, seed)):
            report = report_on(folder / f"{shape.__name__}-{seed}-{at}", dataset)
            missed += [f"{shape.__name__}: {defect.name}" for defect in defects if not is_found(defect, report)]
            count += len(defects)
    return missed, count


@pytest.mark.parametrize("shape", SHAPES[:QUICK])
def test_nothing_serious_is_reported_where_nothing_is_wrong(shape: Shape, tmp_path: Path) -> None:
    report = report_on(tmp_path / "clean", shape(Random(1)))
    assert serious(report, "error") + serious(report, "warning") == []


def test_planted_defects_are_found(tmp_path: Path) -> None:
    missed, count = missed_by(tmp_path, SHAPES[11:12], 1)
    assert count > 8 and missed == []


@pytest.mark.slow
def test_the_whole_zoo(tmp_path: Path) -> None:
    clean = {
        (s.__name__, seed): report_on(tmp_path / f"{s.__name__}-{seed}", s(Random(seed)))
        for s in SHAPES
        for seed in (1, 2)
    }
    assert {at: errors for at, report in clean.items() if (errors := serious(report, "error"))} == {}
    assert sum(len(serious(report, "warning")) for report in clean.values()) < len(clean)
    missed, count = missed_by(tmp_path, SHAPES, 3)
    assert count >= 200 and len(missed) <= 0.1 * count, missed
