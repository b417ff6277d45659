"""The files of a run that are published: those in the manifest, and those that describe them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...schemas.errors import DataError
from ...schemas.manifest import Manifest
from ...schemas.run_layout import CARD, CROISSANT, EVAL, JOURNAL, MANIFEST, PLOTS, REPORT_PAGE
from ..loading.dataset import Dataset

REQUIRED = (CARD, MANIFEST)
DESCRIBING = (*REQUIRED, CROISSANT, EVAL, REPORT_PAGE)
"""What is published beside the rows."""


def published_files(dataset: Dataset, journal: bool) -> dict[str, Path]:
    """Path in the repository -> file. Raises `DataError` if one is missing, or a symlink that leaves the run."""
    folder = dataset.folder
    paths = [file.path for file in dataset.manifest.everything()]
    paths += [name for name in DESCRIBING if name in REQUIRED or (folder / name).exists()]
    paths += [f"{PLOTS}/{path.name}" for path in sorted((folder / PLOTS).glob("*.*"))]
    if journal:
        segments = sorted((folder / JOURNAL).glob("*.jsonl"))
        if not segments:
            raise DataError("no journal to publish", where=str(folder / JOURNAL))
        paths += [f"{JOURNAL}/{path.name}" for path in segments]
    for path in paths:
        _check_file(folder, path)
    return {path: folder / path for path in paths}


def managed_paths(manifest: Manifest, stored: Iterable[str], journal: bool) -> set[str]:
    """Files of a published dataset that may be deleted; of its journal only if another one replaces it."""
    folders = (f"{PLOTS}/", f"{JOURNAL}/") if journal else (f"{PLOTS}/",)
    listed = {file.path for file in manifest.everything()}
    return {*listed, *DESCRIBING, *(path for path in stored if path.startswith(folders))}


def _check_file(folder: Path, path: str) -> None:
    file = folder / path
    if not file.resolve().is_relative_to(folder.resolve()):
        raise DataError("a symlink that leaves the run", where=str(file), expected="a file of the run")
    if not file.is_file():
        hint = "`pluriset card` writes it" if path == CARD else None
        raise DataError("missing file", where=str(file), hint=hint)
