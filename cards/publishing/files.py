"""The files of a run that are published: those that the manifest names, and those that describe them; nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...schemas.errors import DataError
from ...schemas.manifest import Manifest
from ...schemas.run_layout import CARD, CROISSANT, EVAL, JOURNAL, MANIFEST, PLOTS, REPORT_PAGE
from ..loading.dataset import Dataset

DESCRIBING = (CARD, MANIFEST, CROISSANT, EVAL, REPORT_PAGE)
"""What stands beside the rows; the card and the manifest must be there."""


def published_files(dataset: Dataset, journal: bool) -> dict[str, Path]:
    """Path in the repository -> file. Raises `DataError` if one is missing, or is a link that leads out of the run."""
    folder = dataset.folder
    found = [*(file.path for file in dataset.manifest.everything()), *_describing(folder, journal)]
    for path in found:
        _inside(folder, path)
    return {path: folder / path for path in found}


def managed_paths(manifest: Manifest, there: Iterable[str], journal: bool) -> set[str]:
    """The files of a published dataset that are ours to delete; of its journal only if another one comes."""
    folders = (f"{PLOTS}/", f"{JOURNAL}/") if journal else (f"{PLOTS}/",)
    named = {file.path for file in manifest.everything()}
    return {*named, *DESCRIBING, *(path for path in there if path.startswith(folders))}


def _describing(folder: Path, journal: bool) -> list[str]:
    plots = [f"{PLOTS}/{path.name}" for path in sorted((folder / PLOTS).glob("*.*"))]
    lines = [f"{JOURNAL}/{path.name}" for path in sorted((folder / JOURNAL).glob("*.jsonl"))] if journal else []
    if journal and not lines:
        raise DataError("no journal to publish", where=str(folder / JOURNAL))
    return [*(name for name in DESCRIBING if name in (CARD, MANIFEST) or (folder / name).exists()), *plots, *lines]


def _inside(folder: Path, path: str) -> None:
    file = folder / path
    if not file.resolve().is_relative_to(folder.resolve()):
        raise DataError("a link that leads out of the run", where=str(file), expected="a file of the run")
    if not file.is_file():
        hint = "`pluriset card` writes it" if path == CARD else None
        raise DataError("a file is missing", where=str(file), hint=hint)
