"""A finished run on its way to the Hub, or to a folder: one change of what is there, as a whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ...schemas.difference import Bump
from ...schemas.errors import DataError, Interrupted, PublishError, RecipeError
from ...schemas.manifest import Manifest
from ...schemas.run_layout import CARD, LOCK, MANIFEST
from ...validators.readers.manifest import MAX_MANIFEST_BYTES, parse_manifest
from ..hub.client import ID, Hub, contains_token
from ..hub.target import Change, Content, Target, TargetState, changes
from ..loading.dataset import Dataset, load
from ..loading.diff import diff
from ..loading.open import open_run
from ..readme import card_file
from ..readme.merge import merge_cards
from . import gate, version
from .files import managed_paths, published_files
from .folder_target import FolderTarget

LOCAL = re.compile(r"(\.{0,2}|~[^/]*)/|\.{1,2}\Z")
"""How a folder is written, so that nobody takes it for an id: /name, ./name, ../name or ~/name."""


@dataclass(frozen=True)
class Options:
    """How to publish; `version` and what follows is for the Hub only."""

    journal: bool = False
    dry_run: bool = False
    version: str | None = None
    private: bool = False
    pull_request: bool = False


@dataclass(frozen=True)
class Publication:
    """What publishing did, or would do."""

    place: str
    changes: list[Change]
    commit: str | None = None
    """Commit that holds the dataset, or address of the pull request; None for a folder and in a dry run."""
    tag: str | None = None
    """Version of the dataset there."""
    tagged: bool = False
    """Whether the tag is new."""
    reasons: Sequence[str] = ()
    """Why the version goes on as far as it does."""
    dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same facts for `--json`."""
        return asdict(self) | {"changes": [change._asdict() for change in self.changes]}


def publish(folder: Path, target: str | Path, options: Options) -> Publication:
    """Publish a run. Raises `ChecksFailed` if the gate is shut and `PublishError` if the place refuses."""
    dataset = load(folder, verify=True)
    gate.enforce(dataset.manifest, dataset.report, options.journal)
    files: dict[str, Content] = {**published_files(dataset, options.journal)}
    card = card_file.checked_card(folder / CARD, dataset.manifest)
    place = _place(folder, target, options)
    there = place.there()
    before = _manifest(place, there)
    _may(place, there, before, dataset.manifest, options)
    if there and CARD in there.files:
        old = card_file.decode_card(place.read(CARD, there, card_file.LARGEST))
        files[CARD] = merge_cards(card, old, ours=before is not None).encode()
    _no_token(files)
    todo = changes(files, there, managed_paths(before, there.files, options.journal) if before and there else set())
    plan = Publication(place.name, todo, dry_run=options.dry_run)
    if isinstance(place, Hub) and not options.pull_request:
        plan = _tagged(plan, there, before, dataset, options.version)
    return plan if options.dry_run else _done(plan, place, files, there)


def _place(run: Path, target: str | Path, options: Options) -> Target:
    """A repository by its id, a folder by its path."""
    if isinstance(target, str) and ID.fullmatch(target) and not LOCAL.match(target):
        return Hub(target, private=options.private, pull_request=options.pull_request)
    if isinstance(target, str) and not LOCAL.match(target):
        expected = "an id of the Hub such as org/name, or a folder such as ./name"
        raise RecipeError("not a place to publish to", got=target, expected=expected)
    if options.version or options.private or options.pull_request:
        raise RecipeError("a folder has no versions, owners or pull requests", where=str(target))
    path = Path(target).expanduser()
    if path.resolve().is_relative_to(run.resolve()) or (path / LOCK).exists():
        raise PublishError(
            "the folder of a run, with answers that were paid", where=str(path), expected="another folder"
        )
    return FolderTarget(path)


def _manifest(place: Target, there: TargetState | None) -> Manifest | None:
    """The manifest that is there; one that is none says nothing."""
    if there is None or MANIFEST not in there.files:
        return None
    raw = place.read(MANIFEST, there, MAX_MANIFEST_BYTES)
    try:
        return parse_manifest(raw, f"{place.name}: {MANIFEST}")
    except DataError:
        return None


def _may(place: Target, there: TargetState | None, before: Manifest | None, now: Manifest, options: Options) -> None:
    """Refuse what nobody can have meant."""
    if before and (before.name, before.family) != (now.name, now.family):
        raise PublishError(
            "another dataset is published there",
            where=place.name,
            got=f"{now.name} ({now.family})",
            expected=f"{before.name} ({before.family})",
        )
    if there and options.private and not there.private:
        hint = "make it private in its settings first; everybody can read what it holds already"
        raise PublishError("the repository is public", where=place.name, hint=hint)
    if options.pull_request and options.version:
        raise RecipeError("a pull request has no version", where="--version", hint="publish again once it is merged")


def _no_token(files: dict[str, Content]) -> None:
    """The token with which we send is in no text that is sent; tables and pictures are not looked at."""
    for path, content in files.items():
        if path.endswith((".json", ".jsonl", ".yaml", ".md", ".html")) and contains_token(_lines(content)):
            raise PublishError("the file holds your token of the Hub", where=path, hint="take it out and build again")


def _lines(content: Content) -> Iterator[bytes]:
    """A journal does not have to fit into memory."""
    if isinstance(content, bytes):
        yield content
    else:
        with content.open("rb") as file:
            yield from file


def _tagged(
    plan: Publication, there: TargetState | None, before: Manifest | None, dataset: Dataset, asked: str | None
) -> Publication:
    """Which version it will be. An identical tree only gets the tag that it lacks."""
    tags, head = (there.tags, there.head) if there else ({}, "")
    if asked:
        tag = str(version.parse_version(asked))
        if tag in tags and (plan.changes or tags[tag] != head):
            expected = f"higher than {version.latest_version(tags)}"
            raise PublishError("this version is published already", where=plan.place, got=tag, expected=expected)
        return replace(plan, tag=tag, tagged=tag not in tags)
    last = version.latest_version(tags)
    if not plan.changes and (here := version.latest_version(tag for tag in tags if tags[tag] == head)):
        return replace(plan, tag=str(here))
    if last is None:
        return replace(plan, tag=str(version.FIRST), tagged=True)
    step, reasons = _step(plan.place, there, dataset) if there and before else ("major", [])
    return replace(plan, tag=str(last.next(step)), tagged=True, reasons=reasons)


def _step(name: str, there: TargetState, dataset: Dataset) -> tuple[Bump, list[str]]:
    """How far the version goes on from what is there, which is fetched for that, and why."""
    try:
        found = diff(open_run(f"{name}@{there.head}"), dataset)
    except DataError as error:
        raise PublishError(
            "what is published there cannot be compared, so the step of the version is not known",
            where=name,
            got=error.brief,
            hint="say which version this is: --version",
        ) from None
    return found.bump, found.reasons


def _done(plan: Publication, place: Target, files: dict[str, Content], there: TargetState | None) -> Publication:
    commit = there.head if there else None
    if plan.changes:
        commit = _put(plan, place, files, there)
    if isinstance(place, Hub) and plan.tag and plan.tagged and commit:
        place.tag(plan.tag, commit)
    return replace(plan, commit=commit or None)


def _put(plan: Publication, place: Target, files: dict[str, Content], there: TargetState | None) -> str | None:
    """Make the change; if it fails, say what is there now."""
    message = "Publish " + (plan.tag or "a new version")
    try:
        return place.put(files, plan.changes, there, message)
    except PublishError as error:
        if (now := _now(place)) and not changes(files, now, set()) and isinstance(place, Hub):
            return now.head  # the commit was made, only the answer was lost
        raise PublishError(
            f"not published: {error.what}",
            where=error.where,
            got=error.got,
            expected=error.expected,
            hint="; ".join(filter(None, [_state(there, now), error.hint])),
        ) from None
    except KeyboardInterrupt:
        raise Interrupted("not published", where=place.name, hint=_state(there, _now(place))) from None


def _now(place: Target) -> TargetState | None:
    try:
        return place.there()
    except PublishError:
        return None


def _state(before: TargetState | None, now: TargetState | None) -> str:
    """What a push that failed left behind."""
    if now is None:
        return "the place was not changed" if before is None else "the place cannot be looked at now"
    if before is None:
        return "an empty repository was made there, and nothing is in it"
    return "what is there is as it was" if now == before else "what is there was changed meanwhile, by somebody else"
