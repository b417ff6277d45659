"""A dataset repository of the Hub: commits, references, files small and large, and what it refuses to take."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml

from pluriset.schemas.licences import HUB_LICENCES

LARGE = 10 * 2**20
"""Bytes from which a file must be stored as a large one."""
ATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n*.png filter=lfs diff=lfs merge=lfs -text\n"
SHA = re.compile(r"[0-9a-f]{40}")
Entry = dict[str, Any]


class Refused(Exception):
    """What the Hub answers instead: a status, a message, and the code by which clients know it."""

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


@dataclass(frozen=True)
class Blob:
    """A file of a tree; a large one is kept by its sha256 and a pointer stands in the tree."""

    data: bytes
    large: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def oid(self) -> str:
        data = pointer(self.sha256, len(self.data)) if self.large else self.data
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def pointer(sha256: str, size: int) -> bytes:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


@dataclass(frozen=True)
class Commit:
    tree: dict[str, Blob]
    parent: str | None
    title: str
    message: str

    @property
    def id(self) -> str:
        facts = [self.parent, self.title, self.message, sorted((p, b.oid, b.large) for p, b in self.tree.items())]
        return hashlib.sha1(json.dumps(facts).encode()).hexdigest()


@dataclass
class Repository:
    """One dataset; made with a first commit, as the Hub does."""

    id: str
    private: bool = False
    commits: dict[str, Commit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    """Full name of a reference -> commit."""

    def __post_init__(self) -> None:
        self._add("refs/heads/main", Commit({".gitattributes": Blob(ATTRIBUTES)}, None, "initial commit", ""))

    @property
    def head(self) -> str:
        return self.refs["refs/heads/main"]

    @property
    def files(self) -> dict[str, bytes]:
        """The files at the head of main, by path."""
        return {path: blob.data for path, blob in self.commits[self.head].tree.items()}

    @property
    def tags(self) -> dict[str, str]:
        return {name.removeprefix("refs/tags/"): at for name, at in self.refs.items() if name.startswith("refs/tags/")}

    def resolve(self, revision: str) -> str:
        """The commit of a branch, a tag, a pull request or a commit's own id."""
        for name in (f"refs/heads/{revision}", f"refs/tags/{revision}", revision):
            if name in self.refs:
                return self.refs[name]
        if SHA.fullmatch(revision) and revision in self.commits:
            return revision
        raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")

    def tree(self, revision: str) -> dict[str, Blob]:
        return self.commits[self.resolve(revision)].tree

    def file(self, revision: str, path: str) -> Blob:
        if path not in (tree := self.tree(revision)):
            raise Refused(404, "Entry not found", "EntryNotFound")
        return tree[path]

    def entries(self, revision: str, under: str, recursive: bool) -> list[Entry]:
        """Files and folders, as `tree` lists them."""
        tree, prefix = self.tree(revision), f"{under}/" if under else ""
        inside = sorted(path for path in tree if path.startswith(prefix))
        if under and not inside:
            raise Refused(404, f"{under} does not exist on {revision}", "EntryNotFound")
        folders = {str(parent) for path in inside for parent in PurePosixPath(path).parents}
        found = [*(f for f in sorted(folders) if f.startswith(prefix) and f != "."), *inside]
        return [self.entry(tree, p) for p in found if recursive or "/" not in p[len(prefix) :]]

    def entry(self, tree: dict[str, Blob], path: str) -> Entry:
        if (blob := tree.get(path)) is None:
            return {"type": "directory", "oid": hashlib.sha1(path.encode()).hexdigest(), "size": 0, "path": path}
        found: Entry = {"type": "file", "oid": blob.oid, "size": len(blob.data), "path": path}
        if blob.large:
            size = len(pointer(blob.sha256, len(blob.data)))
            found["lfs"] = {"oid": blob.sha256, "size": len(blob.data), "pointerSize": size}
        return found

    def history(self, revision: str) -> Iterator[tuple[str, Commit]]:
        at: str | None = self.resolve(revision)
        while at is not None:
            yield at, self.commits[at]
            at = self.commits[at].parent

    def tag(self, revision: str, name: str) -> None:
        if not re.fullmatch(r"[\w.-]+", name):
            raise Refused(400, f"not a tag: {name}")
        if f"refs/tags/{name}" in self.refs:
            raise Refused(409, f"Tag reference exists already: {name}")
        self.refs[f"refs/tags/{name}"] = self.resolve(revision)

    def commit(self, branch: str, lines: Iterable[Entry], large: dict[str, bytes], pull: bool) -> tuple[str, str]:
        """Apply a commit as a whole or not at all; the reference it moved, and its id."""
        header, *operations = lines
        said = self._header(header)
        parent = self.resolve(branch)
        if (stale := said.get("parentCommit")) not in (None, parent):
            raise Refused(412, f"The branch has moved: {stale} is not its head")
        tree = dict(self.commits[parent].tree)
        self._apply(tree, operations, large)
        number = 1 + sum(name.startswith("refs/pr/") for name in self.refs)
        name = f"refs/pr/{number}" if pull else f"refs/heads/{branch}"
        if not pull and name not in self.refs:
            raise Refused(400, "a commit goes to a branch")
        return name, self._add(name, Commit(tree, parent, said["summary"], said.get("description", "")))

    def _header(self, line: Entry) -> Entry:
        if line.get("key") != "header" or not line.get("value", {}).get("summary"):
            raise Refused(400, "the first line must be a header with a summary")
        value: Entry = line["value"]
        return value

    def _apply(self, tree: dict[str, Blob], operations: list[Entry], large: dict[str, bytes]) -> None:
        seen: set[str] = set()
        for operation in operations:
            kind, value = operation["key"], operation["value"]
            path = checked_path(value["path"])
            if path in seen:
                raise Refused(400, f"{path} is said twice")
            seen.add(path)
            if kind == "deletedFolder":
                gone = [each for each in tree if each.startswith(path.rstrip("/") + "/")]
            else:
                gone = [path] if kind == "deletedFile" else []
            if kind.startswith("deleted") and not any(each in tree for each in gone):
                raise Refused(404, f"A file with this name doesn't exist: {path}", "EntryNotFound")
            for each in gone:
                del tree[each]
            if not gone:
                tree[path] = _large(value, large) if kind == "lfsFile" else _regular(kind, value)

    def _add(self, name: str, commit: Commit) -> str:
        self.commits[commit.id] = commit
        self.refs[name] = commit.id
        return commit.id


def upload_mode(path: str, size: int, sample: bytes) -> str:
    """How the Hub wants a file: large by name, by size, or because it is no text."""
    by_name = path.endswith((".parquet", ".png"))
    return "lfs" if by_name or size >= LARGE or not _is_text(sample) else "regular"


def checked_path(path: str) -> str:
    parts = path.rstrip("/").split("/")
    if not path or path.startswith("/") or any(part in ("", ".", "..", ".git") for part in parts) or "\\" in path:
        raise Refused(400, f"not a path of a repository: {path!r}")
    return path


def yaml_errors(content: str) -> list[str]:
    """What the Hub says of the front matter of a card."""
    found = re.match(r"\ufeff?---\r?\n(.*?)\r?\n---(\r?\n|\Z)", content, re.DOTALL)
    if found is None:
        return []
    try:
        front = yaml.safe_load(found[1])
    except (yaml.YAMLError, RecursionError) as error:
        return [f"Invalid YAML: {error}"]
    if not isinstance(front, dict):
        return ["metadata must be an object"]
    licences = front.get("license", [])
    unknown = [one for one in ([licences] if isinstance(licences, str) else licences) if one not in HUB_LICENCES]
    return [f'"license" must be one of a list; got {one}' for one in unknown] + _config_errors(front)


def _config_errors(front: Entry) -> list[str]:
    configs = front.get("configs", [])
    if not isinstance(configs, list) or any("config_name" not in config for config in configs):
        return ['"configs" must be a list of objects with a config_name']
    names = [config["config_name"] for config in configs]
    return [f'"configs": {name} is said twice' for name in set(names) if names.count(name) > 1]


def _is_text(sample: bytes) -> bool:
    try:
        return "\0" not in sample[:500].decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" or error.start > len(sample) - 4


def _large(value: Entry, large: dict[str, bytes]) -> Blob:
    data = large.get(value["oid"])
    if value["algo"] != "sha256" or data is None or len(data) != value["size"]:
        raise Refused(400, f"the content of {value['path']} was not uploaded: {value['oid']}")
    return Blob(data, large=True)


def _regular(kind: str, value: Entry) -> Blob:
    if kind != "file" or value.get("encoding") != "base64":
        raise Refused(400, f"not an operation: {kind}")
    try:
        data = base64.b64decode(value["content"], validate=True)
    except binascii.Error as error:
        raise Refused(400, f"{value['path']} is not base64: {error}") from None
    if upload_mode(value["path"], len(data), data) == "lfs":
        raise Refused(400, f"{value['path']} is binary or large: it must be stored as a large file")
    if value["path"] == "README.md" and (errors := yaml_errors(data.decode())):
        raise Refused(400, "; ".join(errors))
    return Blob(data)
