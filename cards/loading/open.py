"""A dataset opened by its path, or by its id on the Hub: fetched, or read from there as it is needed."""

from __future__ import annotations

from pathlib import Path

from ...schemas.errors import DataError, PublishError
from ...schemas.manifest import File, Manifest
from ...schemas.run_layout import CARD, JOURNAL, MANIFEST
from ...validators.readers.manifest import MAX_MANIFEST_BYTES, parse_manifest
from ...validators.readers.run_folder import is_run
from ..facts.manifest_facts import row_types
from ..hub.client import ID, Hub
from ..hub.target import TargetState
from .dataset import Dataset, check_path, load
from .published import ExternalDataset, open_external
from .stream import Stream
from .verify import verify_run

RUNS = "runs"
"""The folder in which a build makes runs where nobody says where; no owner on the Hub is meant by it."""


def open_run(
    where: str | Path, revision: str | None = None, verify: bool = False, stream: bool = False, journal: bool = False
) -> Dataset:
    """A finished run, by folder or by its id on the Hub, `owner/name` or `owner/name@revision`.

    What is a folder here is never looked for on the Hub. From there the journal, which is larger than all else, is
    fetched only where it is wanted. Raises `DataError` if it is no run, or not as its manifest
    says, and `PublishError` if the Hub refuses.
    """
    return _run(where, _on_hub(where, revision, stream), verify, stream, journal)


def open_dataset(
    where: str | Path, revision: str | None = None, as_: str | None = None, verify: bool = False, stream: bool = False
) -> Dataset | ExternalDataset:
    """A finished run, or a dataset that somebody else published and that we know, by path or id."""
    if (found := _on_hub(where, revision, stream)) is None:
        theirs = as_ or _is_foreign(Path(where))
        return open_external(where, as_, verify) if theirs else _run(where, None, verify, stream)
    hub, there = found
    if not as_ and MANIFEST in there.files:
        return _run(where, found, verify, stream)
    if stream:
        hint = f'`datasets.load_dataset("{hub.name}", streaming=True)` may stream it'
        raise DataError(f"no {MANIFEST}: only what pluriset published is streamed", where=hub.name, hint=hint)
    return open_external(f"{hub.name}@{there.head}", as_, verify)


def _run(
    where: str | Path, found: tuple[Hub, TargetState] | None, verify: bool, stream: bool, journal: bool = False
) -> Dataset:
    """The run in a folder, or in the repository that was found."""
    if stream and verify:
        raise DataError("a stream cannot be verified", hint="without stream the files are fetched, and can be")
    if found is None:
        dataset = load(Path(where), verify)
    else:
        hub, there = found
        manifest = _manifest(hub, there)
        if stream:
            return Stream(Path(hub.name), manifest, row_types(manifest), hub, there)
        dataset = load(hub.snapshot(_wanted(manifest, there, journal), there.head), verify)
    return verify_run(dataset) if verify else dataset


def _on_hub(where: str | Path, revision: str | None, stream: bool) -> tuple[Hub, TargetState] | None:
    """The repository that an id means; null for a path. Without a revision, a name in a folder that is here is none."""
    name, _, at = str(where).partition("@")
    if Path(where).exists() or not ID.fullmatch(name):
        if revision or stream:
            raise DataError("only what is on the Hub has revisions and can be streamed", where=str(where))
        return None
    if not (revision or at) and (Path(name).parent.is_dir() or name.startswith(f"{RUNS}/")):
        raise DataError("no such folder", where=name, hint=f"a dataset of this name on the Hub is `{name}@main`")
    hub = Hub(name)
    return hub, _there(hub, revision or at or None)


def _there(hub: Hub, revision: str | None) -> TargetState:
    """What is in a repository; where nothing is, neither is a folder of that name."""
    try:
        there = hub.there(revision)
    except PublishError as error:
        error.hint = error.hint or f"there is no folder {hub.name} here, so it is looked for on the Hub"
        raise
    if there is None:
        hint = "one that is private is seen with a token of its owners only"
        raise DataError("no folder of this name, and no dataset on the Hub", got=hub.name, hint=hint)
    return there


def _is_foreign(path: Path) -> bool:
    """Whether this is a file, or a folder with nothing of a run in it."""
    return path.is_file() or (path.is_dir() and not is_run(path))


def _manifest(hub: Hub, there: TargetState) -> Manifest:
    """The manifest of what is on the Hub: every file that it names must be there, in its size."""
    if MANIFEST not in there.files:
        hint = f'`datasets.load_dataset("{hub.name}")` may open it'
        raise DataError(f"no {MANIFEST}: this dataset was not published by pluriset", where=hub.name, hint=hint)
    manifest = parse_manifest(hub.read(MANIFEST, there, MAX_MANIFEST_BYTES), f"{hub.name}: {MANIFEST}")
    row_types(manifest)
    for file in manifest.everything():
        _check(hub.name, file, there)
    return manifest


def _check(name: str, file: File, there: TargetState) -> None:
    check_path(file.path, f"{name}: {MANIFEST}")
    stored, where = there.files.get(file.path), f"{name}: {file.path}"
    if stored is None:
        raise DataError("a file is missing", where=where)
    if stored.size != file.bytes:
        raise DataError("a file has another size", where=where, got=f"{stored.size:,}", expected=f"{file.bytes:,}")
    if stored.sha256 not in (None, file.sha256):
        raise DataError("a file has another sha256", where=where, got=stored.sha256, expected=file.sha256)


def _wanted(manifest: Manifest, there: TargetState, journal: bool) -> list[str]:
    """What is fetched: the files of the manifest, the card, and, where it is wanted, a journal that was published."""
    segments = [path for path in there.files if journal and path.startswith(f"{JOURNAL}/")]
    return [MANIFEST, *(file.path for file in manifest.everything()), *({CARD} & set(there.files)), *segments]
