"""A dataset repository on the Hub: state, one commit, a tag, a snapshot; errors as ours, and never a token in them.

Large files are sent by Xet where `hf_xet` is installed, and by git LFS where it is not or HF_HUB_DISABLE_XET is set.
One commit makes them visible either way. The tests use git LFS: Xet needs a server of chunks.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ...schemas.errors import PlurisetError, PublishError
from ...validators.readers.hub_bounds import bounded_api, bounded_progress
from .target import Change, Content, StoredFile, TargetState
from .threads import run_in_threads

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from huggingface_hub import CommitOperationAdd, HfApi, HfFileSystem

REPO_TYPE = "dataset"
ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
"""Id of a repository: owner/name."""
SIGN_IN = "`hf auth login`, or set HF_TOKEN to a token with write access"
STATUS_MESSAGES = {
    401: ("the Hub does not accept this token", SIGN_IN),
    403: ("the token lacks permission", SIGN_IN),
    404: ("no such dataset on the Hub", "a private dataset is visible only with a token of its owners"),
    412: ("the repository changed meanwhile", "look at the changes again with --dry-run, then publish"),
    413: ("too large for the Hub", None),
    429: ("rate limited by the Hub", "try again later"),
}
"""HTTP status -> message and hint."""
ERROR_CODES = {"RevisionNotFound": "no such revision", "EntryNotFound": "no such file"}
"""The Hub's error code -> message, where the status alone does not tell."""


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

    def path(self, path: str, state: TargetState) -> str:
        """The path of a file within `files`."""
        return f"datasets/{self.name}@{state.head}/{path}"

    def state(self, revision: str | None = None) -> TargetState | None:
        """Files, commit and tags; None if there is no such repository, or none that the token can see."""
        from huggingface_hub import RepoFile
        from huggingface_hub.errors import RepositoryNotFoundError

        with self._errors():
            try:
                info = self.api.repo_info(self.name, repo_type=REPO_TYPE, revision=revision)
            except RepositoryNotFoundError as error:
                if error.response.status_code == 401 and _token():
                    raise
                return None
            tree = self.api.list_repo_tree(self.name, repo_type=REPO_TYPE, recursive=True, revision=info.sha)
            files = {
                entry.path: StoredFile(entry.size, entry.lfs.sha256 if entry.lfs else None, entry.blob_id)
                for entry in tree
                if isinstance(entry, RepoFile)
            }
            refs = self.api.list_repo_refs(self.name, repo_type=REPO_TYPE)
            tags = {tag.name: tag.target_commit for tag in refs.tags}
            return TargetState(files, str(info.sha), bool(info.private), tags)

    def read(self, path: str, state: TargetState, max_bytes: int) -> bytes:
        """The bytes of a small file. Raises `PublishError` if it is larger than `max_bytes`."""
        if (size := state.files[path].size) > max_bytes:
            where, expected = f"{self.name}: {path}", f"at most {max_bytes:,} bytes"
            raise PublishError("file too large to read", where=where, got=f"{size:,} bytes", expected=expected)
        with self._errors(path):
            local = self.api.hf_hub_download(
                self.name, path, repo_type=REPO_TYPE, revision=state.head, tqdm_class=bounded_progress()
            )
            return Path(local).read_bytes()

    def commit(
        self, files: Mapping[str, Content], changes: list[Change], state: TargetState | None, message: str
    ) -> str | None:
        """One commit on top of `state`; a repository that does not exist is created first."""
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        def addition(path: str) -> CommitOperationAdd:
            content = files[path]
            return CommitOperationAdd(path, content if isinstance(content, bytes) else str(content))

        operations = [
            CommitOperationDelete(change.path) if change.kind == "deleted" else addition(change.path)
            for change in changes
        ]
        with self._errors():
            if state is None:
                self.api.create_repo(self.name, repo_type=REPO_TYPE, private=self.private)
            parent = state.head if state else self.api.repo_info(self.name, repo_type=REPO_TYPE).sha
            self._upload([each for each in operations if isinstance(each, CommitOperationAdd)])
            created = self.api.create_commit(
                self.name,
                repo_type=REPO_TYPE,
                operations=operations,
                commit_message=message,
                parent_commit=parent,
                create_pr=self.pull_request,
            )
        return str(created.pr_url if self.pull_request else created.oid)

    def _upload(self, additions: list[CommitOperationAdd]) -> None:
        """Send the contents of large files, which stay invisible until the commit.

        By git LFS one file at a time, since the client's own thread pool would keep Ctrl-C waiting for a Hub that has
        stalled; by Xet, which has no such pool, all at once.
        """
        from huggingface_hub import constants

        by_xet = find_spec("hf_xet") is not None and not constants.HF_HUB_DISABLE_XET
        groups = [additions] if by_xet else [[each] for each in additions]
        send = partial(self.api.preupload_lfs_files, self.name, repo_type=REPO_TYPE, create_pr=self.pull_request)
        run_in_threads([partial(send, group) for group in groups])

    def tag(self, name: str, commit: str) -> None:
        """Tag a commit."""
        with self._errors():
            self.api.create_tag(self.name, repo_type=REPO_TYPE, tag=name, revision=commit)

    def snapshot(self, paths: Sequence[str], commit: str) -> Path:
        """A folder of the cache that holds these files as of a commit."""
        with self._errors():
            folder = self.api.snapshot_download(
                self.name,
                repo_type=REPO_TYPE,
                revision=commit,
                allow_patterns=[*paths],
                tqdm_class=bounded_progress(),
            )
            return Path(folder)

    @contextmanager
    def _errors(self, path: str | None = None) -> Iterator[None]:
        """Every error of the client as one of ours; its progress bars only on a terminal."""
        try:
            with bounded_api(), nullcontext() if sys.stderr.isatty() else _no_progress_bars():
                yield
        except PlurisetError:
            raise
        except Exception as error:  # noqa: BLE001 (what the client raises depends on the server's response)
            raise _publish_error(error, f"{self.name}: {path}" if path else self.name) from None


def contains_token(lines: Iterable[bytes]) -> bool:
    """Whether a text contains the token that would be used to send it."""
    token = _token()
    return token is not None and any(token.encode() in line for line in lines)


def _token() -> str | None:
    from huggingface_hub import get_token

    return get_token()


def _no_progress_bars() -> AbstractContextManager[None]:
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    @contextmanager
    def disabled() -> Iterator[None]:
        disable_progress_bars()
        try:
            yield
        finally:
            enable_progress_bars()

    return nullcontext() if are_progress_bars_disabled() else disabled()


def _publish_error(error: BaseException, where: str) -> PublishError:
    """The response of the Hub, or the reason why there is none, as our error."""
    import httpx2

    causes = [error]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    refused = next((each for each in causes if getattr(each, "response", None) is not None), None)
    if refused is None:
        unreachable = any(isinstance(each, OSError | httpx2.TransportError) for each in causes)
        what = "cannot reach the Hub" if unreachable else "unexpected response from the Hub"
        return PublishError(what, where=where, got=_redacted(str(causes[-1]) or type(causes[-1]).__name__))
    response = refused.response  # type: ignore[attr-defined]
    code, status = response.headers.get("X-Error-Code"), response.status_code
    what, hint = STATUS_MESSAGES.get(status, ("the Hub refused the request", None))
    message = getattr(refused, "server_message", None) or response.headers.get("X-Error-Message") or ""
    return PublishError(
        ERROR_CODES.get(code, what), where=where, got=f"{status} {_redacted(message)}".strip(), hint=hint
    )


def _redacted(text: str) -> str:
    """A message of a server in one line, without our token, which some servers quote."""
    token = _token()
    line = " ".join((text.replace(token, "[token]") if token else text).split())
    return re.sub(r"\?\S+", "", line)  # the query of a signed URL is a key too
