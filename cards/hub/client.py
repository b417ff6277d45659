"""The Hub as we see it: a repository, one commit, a tag, a snapshot; its errors in our words, and never a token.

Large files go the way that the client takes: by Xet where `hf_xet` is installed, by git LFS where HF_HUB_DISABLE_XET is
set or it is not. Either way one commit makes them visible. The tests use git LFS: Xet needs a server of chunks.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.errors import PlurisetError, PublishError
from .target import Change, Content, StoredFile, TargetState
from .threads import run_in_threads

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, HfApi, HfFileSystem

KIND = "dataset"
ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
"""Id of a repository: its owner and its name."""
SIGN_IN = "`hf auth login`, or a token that may write here in HF_TOKEN"
REFUSALS = {
    401: ("the Hub does not take this token", SIGN_IN),
    403: ("the token may not do this", SIGN_IN),
    404: ("no such dataset on the Hub", "one that is private is seen with a token of its owners only"),
    412: ("the repository was changed meanwhile", "look at the difference again with --dry-run, then publish"),
    413: ("too large for the Hub", None),
    429: ("the Hub asks us to wait", "try again later"),
}
"""Status -> what it means, and what to do."""
CODES = {"RevisionNotFound": "no such revision", "EntryNotFound": "no such file"}
"""The Hub's code of an error -> what it means, where the status does not say it."""


class Hub:
    """One dataset repository, at HF_ENDPOINT, with the token of HF_TOKEN or `hf auth login`."""

    def __init__(self, name: str, *, private: bool = False, pull_request: bool = False) -> None:
        self.name, self.private, self.pull_request = name, private, pull_request

    @cached_property
    def api(self) -> HfApi:
        """The client."""
        from huggingface_hub import HfApi

        return HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None, library_name="pluriset")

    @cached_property
    def files(self) -> HfFileSystem:
        """The files of the Hub, read by ranges."""
        from huggingface_hub import HfFileSystem

        return HfFileSystem(endpoint=self.api.endpoint)

    def path(self, path: str, there: TargetState) -> str:
        """Where a file of what is there is among `files`."""
        return f"datasets/{self.name}@{there.head}/{path}"

    def there(self, revision: str | None = None) -> TargetState | None:
        """What is there, with the tags; None if there is no such repository, or none that the token may see."""
        from huggingface_hub.errors import RepositoryNotFoundError

        with self._errors():
            try:
                info = self.api.repo_info(self.name, repo_type=KIND, revision=revision)
            except RepositoryNotFoundError as error:
                if error.response.status_code == 401 and _token():
                    raise
                return None
            tree = self.api.list_repo_tree(self.name, repo_type=KIND, recursive=True, revision=info.sha)
            files = {entry.path: _stored(entry) for entry in tree if hasattr(entry, "blob_id")}
            tags = {tag.name: tag.target_commit for tag in self.api.list_repo_refs(self.name, repo_type=KIND).tags}
            return TargetState(files, str(info.sha), bool(info.private), tags)

    def read(self, path: str, there: TargetState, most: int) -> bytes:
        """A small file of what is there. Raises `PublishError` for one of more than so many bytes."""
        if (size := there.files[path].size) > most:
            where, got = f"{self.name}: {path}", f"{size:,} bytes"
            raise PublishError("too large to be read", where=where, got=got, expected=f"at most {most:,} bytes")
        with self._errors(path):
            found = self.api.hf_hub_download(self.name, path, repo_type=KIND, revision=there.head)
            return Path(found).read_bytes()

    def put(
        self, files: Mapping[str, Content], changes: list[Change], there: TargetState | None, message: str
    ) -> str | None:
        """One commit on top of what was there; a repository that is not there is made first."""
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        operations = [
            CommitOperationDelete(change.path)
            if change.kind == "deleted"
            else CommitOperationAdd(change.path, _payload(files[change.path]))
            for change in changes
        ]
        with self._errors():
            if there is None:
                self.api.create_repo(self.name, repo_type=KIND, private=self.private)
            parent = there.head if there else self.api.repo_info(self.name, repo_type=KIND).sha
            self._upload([each for each in operations if isinstance(each, CommitOperationAdd)])
            done = self.api.create_commit(
                self.name,
                repo_type=KIND,
                operations=operations,
                commit_message=message,
                parent_commit=parent,
                create_pr=self.pull_request,
            )
        return str(done.pr_url if self.pull_request else done.oid)

    def _upload(self, additions: list[CommitOperationAdd]) -> None:
        """Send the contents of large files, of which nothing is to be seen before the commit.

        By git LFS a file at a time, since the client's own pool of threads would keep Ctrl-C waiting for a Hub that
        has stalled; by Xet, which has no such pool, all at once.
        """
        from huggingface_hub import constants

        by_xet = find_spec("hf_xet") is not None and not constants.HF_HUB_DISABLE_XET
        groups = [additions] if by_xet else [[each] for each in additions]
        send = partial(self.api.preupload_lfs_files, self.name, repo_type=KIND, create_pr=self.pull_request)
        run_in_threads([partial(send, group) for group in groups])

    def tag(self, name: str, commit: str) -> None:
        """Name a commit."""
        with self._errors():
            self.api.create_tag(self.name, repo_type=KIND, tag=name, revision=commit)

    def snapshot(self, paths: Sequence[str], commit: str) -> Path:
        """A folder of the cache with these files as they were at a commit."""
        with self._errors():
            wanted = list(paths)
            return Path(self.api.snapshot_download(self.name, repo_type=KIND, revision=commit, allow_patterns=wanted))

    @contextmanager
    def _errors(self, path: str | None = None) -> Iterator[None]:
        """Whatever the client raises, as an error of ours; its progress bars only on a terminal."""
        try:
            with _quiet():
                yield
        except PlurisetError:
            raise
        except Exception as error:  # noqa: BLE001 (the client raises whatever a server's answer leads it to)
            raise _refusal(error, f"{self.name}: {path}" if path else self.name) from None


def _payload(content: Content) -> str | bytes:
    return content if isinstance(content, bytes) else str(content)


def _stored(entry: Any) -> StoredFile:
    return StoredFile(entry.size, entry.lfs.sha256 if entry.lfs else None, entry.blob_id)


def contains_token(lines: Iterable[bytes]) -> bool:
    """Whether a text says the token with which it would be sent."""
    token = _token()
    return token is not None and any(token.encode() in line for line in lines)


def _token() -> str | None:
    from huggingface_hub import get_token

    return get_token()


@contextmanager
def _quiet() -> Iterator[None]:
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    if sys.stderr.isatty() or are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()


def _refusal(error: BaseException, where: str) -> PublishError:
    """What the Hub, or the way to it, said no with."""
    chain = list(_causes(error))
    refused = next((each for each in chain if getattr(each, "response", None) is not None), None)
    if refused is None:
        far = any(isinstance(each, OSError | _transport_error()) for each in chain)
        what = "cannot reach the Hub" if far else "the Hub and its client do not understand each other"
        return PublishError(what, where=where, got=_said(str(chain[-1]) or type(chain[-1]).__name__))
    response = refused.response  # type: ignore[attr-defined]
    code, status = response.headers.get("X-Error-Code"), response.status_code
    what, hint = REFUSALS.get(status, ("the Hub refused", None))
    said = getattr(refused, "server_message", None) or response.headers.get("X-Error-Message") or ""
    return PublishError(CODES.get(code, what), where=where, got=f"{status} {_said(said)}".strip(), hint=hint)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and what it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__


def _transport_error() -> type[Exception]:
    import httpx2

    return httpx2.TransportError


def _said(text: str) -> str:
    """What others said, in a line, without our token: some servers quote it."""
    token = _token()
    said = " ".join((text.replace(token, "[token]") if token else text).split())
    return re.sub(r"\?\S+", "", said)  # the query of a signed address is a key too
