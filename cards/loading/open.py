"""Opening a dataset by path or by id on the Hub: downloaded, or read from there as needed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ...schemas import bounds
from ...schemas.errors import DataError, PublishError
from ...schemas.manifest import File, Manifest
from ...schemas.run_layout import CARD, JOURNAL, MANIFEST
from ...validators.readers.manifest import parse_manifest
from ...validators.readers.run_folder import is_run
from ..facts.manifest_facts import row_types
from ..hub.client import ID, Hub
from ..hub.target import TargetState
from .dataset import Dataset, check_path, load
from .published import ExternalDataset, open_external
from .stream import Stream
from .verify import verify_run

RUNS = "runs"
"""The default folder of builds; never taken for an owner on the Hub."""


class Repository(NamedTuple):
    """A dataset repository on the Hub at one commit."""

    hub: Hub
    state: TargetState


def open_run(
    path: str | Path, revision: str | None = None, verify: bool = False, stream: bool = False, journal: bool = False
) -> Dataset:
    """A finished run, by folder or by its id on the Hub, `owner/name` or `owner/name@revision`.

    An existing folder is never looked up on the Hub. The journal, by far the largest part, is downloaded only on
    request. Raises `DataError` if it is no run or differs from its manifest, and `PublishError` if the Hub refuses.
    """
    return _open_run(path, _repository(path, revision, stream), verify, stream, journal)


def open_dataset(
    path: str | Path, revision: str | None = None, as_: str | None = None, verify: bool = False, stream: bool = False
) -> Dataset | ExternalDataset:
    """A finished run, or a dataset from elsewhere whose columns are recognised, by path or id."""
    if (repository := _repository(path, revision, stream)) is None:
        is_external = as_ or Path(path).is_file() or (Path(path).is_dir() and not is_run(Path(path)))
        return open_external(path, as_, verify) if is_external else _open_run(path, None, verify, stream)
    hub, state = repository
    if not as_ and MANIFEST in state.files:
        return _open_run(path, repository, verify, stream)
    if stream:
        hint = f'`datasets.load_dataset("{hub.name}", streaming=True)` may stream it'
        raise DataError(f"no {MANIFEST}: only runs published by pluriset can be streamed", where=hub.name, hint=hint)
    return open_external(f"{hub.name}@{state.head}", as_, verify)


def _open_run(
    path: str | Path, repository: Repository | None, verify: bool, stream: bool, journal: bool = False
) -> Dataset:
    if stream and verify:
        raise DataError("a stream cannot be verified", hint="without stream the files are downloaded and verified")
    if repository is None:
        dataset = load(Path(path), verify)
    else:
        hub, state = repository
        manifest = _remote_manifest(repository)
        if stream:
            return Stream(Path(hub.name), manifest, row_types(manifest), hub, state)
        paths = [MANIFEST, *(file.path for file in manifest.everything()), *({CARD} & set(state.files))]
        segments = [path for path in state.files if journal and path.startswith(f"{JOURNAL}/")]
        dataset = load(hub.snapshot([*paths, *segments], state.head), verify)
    return verify_run(dataset) if verify else dataset


def _repository(path: str | Path, revision: str | None, stream: bool) -> Repository | None:
    """The repository that an id names; None for a path.

    Without a revision, a name whose parent folder exists is a path. Raises `DataError` if there is neither.
    """
    name, _, at = str(path).partition("@")
    if Path(path).exists() or not ID.fullmatch(name):
        if revision or stream:
            raise DataError("only datasets on the Hub have revisions and can be streamed", where=str(path))
        return None
    if not (revision or at) and (Path(name).parent.is_dir() or name.startswith(f"{RUNS}/")):
        raise DataError("no such folder", where=name, hint=f"a dataset of this name on the Hub is `{name}@main`")
    hub = Hub(name)
    try:
        state = hub.state(revision or at or None)
    except PublishError as error:
        error.hint = error.hint or f"there is no folder {name} here, so it is looked up on the Hub"
        raise
    if state is None:
        hint = "a private dataset is visible only with a token of its owners"
        raise DataError("no folder of this name, and no dataset on the Hub", got=name, hint=hint)
    return Repository(hub, state)


def _remote_manifest(repository: Repository) -> Manifest:
    """The manifest of a repository, all of whose files are there in the right size."""
    hub, state = repository
    if MANIFEST not in state.files:
        hint = f'`datasets.load_dataset("{hub.name}")` may open it'
        raise DataError(f"no {MANIFEST}: this dataset was not published by pluriset", where=hub.name, hint=hint)
    raw = hub.read(MANIFEST, state, bounds.current().metadata_bytes)
    manifest = parse_manifest(raw, f"{hub.name}: {MANIFEST}")
    row_types(manifest)
    for file in manifest.everything():
        _check_stored(repository, file)
    return manifest


def _check_stored(repository: Repository, file: File) -> None:
    """Raises `DataError` for a file that differs from its entry in the manifest."""
    hub, state = repository
    check_path(file.path, f"{hub.name}: {MANIFEST}")
    stored, where = state.files.get(file.path), f"{hub.name}: {file.path}"
    if stored is None:
        raise DataError("a file is missing", where=where)
    if stored.size != file.bytes:
        raise DataError("a file has another size", where=where, got=f"{stored.size:,}", expected=f"{file.bytes:,}")
    if stored.sha256 not in (None, file.sha256):
        raise DataError("a file has another sha256", where=where, got=stored.sha256, expected=file.sha256)
