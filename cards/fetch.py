"""A dataset opened by its folder, or by its id on the Hub: fetched, or read from there as it is needed."""

from __future__ import annotations

from pathlib import Path

from ..schemas.errors import DataError
from ..schemas.manifest import File, Manifest
from .card import CARD
from .facts import MANIFEST, types
from .hub import ID, Hub
from .load import LARGEST, Dataset, check_path, load, read_manifest
from .place import There
from .shipment import JOURNAL
from .stream import Stream
from .verify import verified


def opened(where: str | Path, revision: str | None = None, verify: bool = False, stream: bool = False) -> Dataset:
    """A finished run, by folder or id; what is a folder here is never looked for on the Hub.

    Raises `DataError` if it is none, or not as its manifest says, and `PublishError` if the Hub refuses.
    """
    if stream and verify:
        raise DataError("a stream cannot be verified", hint="without stream the files are fetched, and can be")
    if Path(where).is_dir() or not ID.fullmatch(str(where)):
        if revision or stream:
            raise DataError("only what is on the Hub has revisions and can be streamed", where=str(where))
        dataset = load(Path(where), verify)
    else:
        hub = Hub(str(where))
        there, manifest = _found(hub, revision)
        if stream:
            return Stream(Path(hub.name), manifest, types(manifest), hub, there)
        dataset = load(hub.snapshot([*_wanted(manifest, there)], there.head), verify)
    return verified(dataset) if verify else dataset


def _found(hub: Hub, revision: str | None) -> tuple[There, Manifest]:
    """What is on the Hub, and its manifest: every file that it names must be there, in its size."""
    if (there := hub.there(revision)) is None:
        hint = "one that is private is seen with a token of its owners only"
        raise DataError("no folder of this name, and no dataset on the Hub", got=hub.name, hint=hint)
    if MANIFEST not in there.files:
        hint = f'`datasets.load_dataset("{hub.name}")` may open it'
        raise DataError(f"no {MANIFEST}: this dataset was not published by pluriset", where=hub.name, hint=hint)
    manifest = read_manifest(hub.read(MANIFEST, there, LARGEST), f"{hub.name}: {MANIFEST}")
    types(manifest)
    for file in manifest.everything():
        _check(hub.name, file, there)
    return there, manifest


def _check(name: str, file: File, there: There) -> None:
    check_path(file.path, f"{name}: {MANIFEST}")
    stored, where = there.files.get(file.path), f"{name}: {file.path}"
    if stored is None:
        raise DataError("a file is missing", where=where)
    if stored.size != file.bytes:
        raise DataError("a file has another size", where=where, got=f"{stored.size:,}", expected=f"{file.bytes:,}")
    if stored.sha256 not in (None, file.sha256):
        raise DataError("a file has another sha256", where=where, got=stored.sha256, expected=file.sha256)


def _wanted(manifest: Manifest, there: There) -> list[str]:
    """What is fetched: the files of the manifest, the card, and the journal, if it was published."""
    journal = [path for path in there.files if path.startswith(f"{JOURNAL}/")]
    return [MANIFEST, *(file.path for file in manifest.everything()), *({CARD} & set(there.files)), *journal]
