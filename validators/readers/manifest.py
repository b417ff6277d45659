"""The manifest of a run, and whether the files on disk are the ones it lists: read and verified in one place."""

from __future__ import annotations

import hashlib
import shlex
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import from_json

from ...schemas import bounds
from ...schemas.errors import DataError, from_validation
from ...schemas.manifest import File, Manifest
from ...schemas.run_layout import MANIFEST, MANIFEST_ASIDE, RECIPE


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a finished run. Raises `DataError` if the run is unfinished or the manifest is unreadable."""
    path = folder / MANIFEST
    if not folder.is_dir():
        raise DataError("no such folder", got=str(folder), expected="the folder of a run")
    try:
        return parse_manifest(manifest_bytes(path), str(path))
    except FileNotFoundError:
        raise _unfinished(folder) from None
    except OSError as error:
        raise DataError("cannot read the manifest", where=str(path), got=error.strerror) from None


def manifest_bytes(path: Path) -> bytes:
    """The bytes of a manifest. Raises `DataError` for one that is too large or no plain file, and `OSError`."""
    if (size := path.stat().st_size) > bounds.current().metadata_bytes:
        raise bounds.exceeded("metadata_bytes", str(path), size)
    if not path.is_file():
        raise DataError("not a plain file", where=str(path))
    return path.read_bytes()


def parse_manifest(raw: bytes, where: str) -> Manifest:
    """A manifest from its JSON. Raises `DataError`; one of a newer format names the version that wrote it."""
    try:
        return Manifest.model_validate_json(raw)
    except ValidationError as error:
        if newer := _newer_format(raw):
            raise DataError("written by a newer pluriset", where=where, **newer) from None
        raise from_validation(error, DataError, where) from None


class Mismatch(NamedTuple):
    """How a file on disk differs from its entry in the manifest."""

    what: str
    got: str | None = None
    expected: str | None = None


def mismatch(folder: Path, file: File, *, digest: bool = True) -> Mismatch | None:
    """Compare a file on disk with its entry in the manifest; `digest` compares the sha256 too, reading all of it."""
    path = folder / file.path
    if not path.is_file():
        return Mismatch("a file is missing")
    if (size := path.stat().st_size) != file.bytes:
        return Mismatch("a file has another size", f"{size:,} bytes", f"{file.bytes:,} bytes")
    if digest and (got := sha256(path)) != file.sha256:
        return Mismatch("a file has another sha256", got, file.sha256)
    return None


def sha256(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def finish_command(folder: Path) -> str:
    """The command that finishes an unfinished run."""
    return shlex.join(["pluriset", "build", str(folder / RECIPE), "--out", str(folder)])


def _unfinished(folder: Path) -> DataError:
    if (folder / MANIFEST_ASIDE).is_file():
        hint = f"finish it: {shlex.join(['pluriset', 'validate', str(folder), '--save'])}"
        return DataError("the report of this run was not saved to the end", where=str(folder), hint=hint)
    if not (folder / RECIPE).is_file():
        return DataError(f"no {MANIFEST} here", where=str(folder), expected="the folder of a run")
    return DataError("this run is not complete", where=str(folder), hint=f"finish it: {finish_command(folder)}")


def _newer_format(raw: bytes) -> dict[str, str] | None:
    """What to report of a manifest whose format is newer than ours; None for any other."""
    ours = Manifest.model_fields["format"].default
    try:
        content = from_json(raw)
    except ValueError:
        return None
    written = content.get("format") if isinstance(content, dict) else None
    if type(written) is not int or written <= ours:
        return None
    versions = content.get("versions")
    version = versions.get("pluriset", "") if isinstance(versions, dict) else ""
    hint = f"install pluriset {version} or later" if version else "install a newer pluriset"
    return {"got": f"format {written}", "expected": f"format {ours}", "hint": hint}
