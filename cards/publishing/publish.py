"""Publishing a finished run to the Hub or to a folder: one commit, as a whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ...schemas import bounds
from ...schemas.difference import Bump
from ...schemas.errors import DataError, Interrupted, PublishError, RecipeError
from ...schemas.manifest import Manifest
from ...schemas.run_layout import CARD, LOCK, MANIFEST
from ...validators.readers.manifest import parse_manifest
from ..hub.client import ID, Hub, contains_token
from ..hub.target import Change, Content, Target, TargetState, changes
from ..loading.dataset import Dataset, load
from ..loading.diff import diff
from ..loading.open import open_run
from ..readme import card_file
from ..readme.merge import merge_cards
from . import gate
from .files import managed_paths, published_files
from .folder_target import FolderTarget
from .version import FIRST, bumped, latest_version, parse_version, tag_of

FOLDER = re.compile(r"(\.{0,2}|~[^/]*)/|\.{1,2}\Z")
"""How a folder is written, so that it cannot be taken for an id: /name, ./name, ../name or ~/name."""


@dataclass(frozen=True)
class Publication:
    """What publishing did, or would do."""

    target: str
    changes: list[Change]
    commit: str | None = None
    """Commit that holds the dataset, or URL of the pull request; None for a folder and in a dry run."""
    tag: str | None = None
    """Version of the dataset in the target."""
    tagged: bool = False
    """Whether the tag is new."""
    reasons: Sequence[str] = ()
    """Why this part of the version was bumped."""
    dry_run: bool = False
    warnings: Sequence[str] = ()
    """What would keep it from being published on the Hub."""

    def as_json(self) -> dict[str, Any]:
        """The same facts for `--json`."""
        return asdict(self) | {"changes": [change._asdict() for change in self.changes]}


def publish(
    folder: Path,
    to: str | Path,
    *,
    journal: bool = False,
    dry_run: bool = False,
    version: str | None = None,
    private: bool = False,
    pull_request: bool = False,
) -> Publication:
    """Publish a run to an id of the Hub or to a folder; `version`, `private` and `pull_request` are for the Hub only.

    Raises `ChecksFailed` if a check, a licence or privacy forbids it, `RecipeError` for options that do not fit, and
    `PublishError` if the target cannot be written.
    """
    dataset = load(folder, verify=True)
    target = _target(folder, to, version, private, pull_request)
    on_hub = isinstance(target, Hub)
    gate.enforce(dataset.manifest, dataset.report, journal, on_hub)
    files: dict[str, Content] = {**published_files(dataset, journal)}
    card = card_file.checked_card(folder / CARD, dataset.manifest)
    state = target.state()
    previous = _previous_manifest(target, state)
    _check_compatible(target, state, previous, dataset.manifest)
    if state and CARD in state.files:
        old = card_file.decode_card(target.read(CARD, state, bounds.current().card_bytes))
        files[CARD] = merge_cards(card, old, generated=previous is not None).encode()
    _check_for_token(files)
    managed = managed_paths(previous, state.files, journal) if previous and state else set()
    warnings = [] if on_hub else [problem.what for problem in gate.unfit_teachers(dataset.manifest)]
    plan = Publication(target.name, changes(files, state, managed), dry_run=dry_run, warnings=warnings)
    if isinstance(target, Hub) and not pull_request:
        plan = _with_tag(plan, state, previous, dataset, version)
    return plan if dry_run else _carry_out(plan, target, files, state)


def _target(run: Path, to: str | Path, version: str | None, private: bool, pull_request: bool) -> Target:
    """A repository by its id, or a folder by its path. Raises `RecipeError` for options that do not fit it."""
    if isinstance(to, str) and ID.fullmatch(to) and not FOLDER.match(to):
        if pull_request and version:
            raise RecipeError(
                "a pull request has no version", where="--version", hint="publish again once it is merged"
            )
        return Hub(to, private=private, pull_request=pull_request)
    if isinstance(to, str) and not FOLDER.match(to):
        expected = "an id of the Hub such as org/name, or a folder such as ./name"
        raise RecipeError("not a target to publish to", got=to, expected=expected)
    if version or private or pull_request:
        raise RecipeError("only a repository on the Hub has versions, visibility and pull requests", where=str(to))
    path = Path(to).expanduser()
    if path.resolve().is_relative_to(run.resolve()) or (path / LOCK).exists():
        raise PublishError("the folder of a run, with paid responses", where=str(path), expected="another folder")
    return FolderTarget(path)


def _check_compatible(target: Target, state: TargetState | None, previous: Manifest | None, new: Manifest) -> None:
    """Raises `PublishError` if the target holds another dataset, or is public where it should be private."""
    if previous and (previous.name, previous.family) != (new.name, new.family):
        got, expected = (f"{each.name} ({each.family})" for each in (new, previous))
        raise PublishError("the target holds another dataset", where=target.name, got=got, expected=expected)
    if isinstance(target, Hub) and target.private and state and not state.private:
        hint = "make it private in its settings first; its files are public already"
        raise PublishError("the repository is public", where=target.name, hint=hint)


def _previous_manifest(target: Target, state: TargetState | None) -> Manifest | None:
    """The manifest of what is published; None where there is none that can be read."""
    if state is None or MANIFEST not in state.files:
        return None
    raw = target.read(MANIFEST, state, bounds.current().metadata_bytes)
    try:
        return parse_manifest(raw, f"{target.name}: {MANIFEST}")
    except DataError:
        return None


def _check_for_token(files: dict[str, Content]) -> None:
    """The token that is used for sending is in no text that is sent; tables and images are not searched."""
    for path, content in files.items():
        if path.endswith((".json", ".jsonl", ".yaml", ".md", ".html")) and contains_token(_lines(content)):
            raise PublishError("the file contains your token of the Hub", where=path, hint="remove it and build again")


def _lines(content: Content) -> Iterator[bytes]:
    """Line by line, since a journal may not fit into memory."""
    if isinstance(content, bytes):
        yield content
    else:
        with content.open("rb") as file:
            yield from file


def _with_tag(
    plan: Publication, state: TargetState | None, previous: Manifest | None, dataset: Dataset, version: str | None
) -> Publication:
    """The plan with its tag: the given version, or the suggested bump; identical files keep the tag they have."""
    tags, head = (state.tags, state.head) if state else ({}, "")
    latest = latest_version(tags)
    if version:
        tag = tag_of(parse_version(version))
        if tag in tags and (plan.changes or tags[tag] != head):
            expected = f"higher than {tag_of(latest)}" if latest else None
            raise PublishError("this version is already published", where=plan.target, got=tag, expected=expected)
        return replace(plan, tag=tag, tagged=tag not in tags)
    if not plan.changes and (current := latest_version(tag for tag in tags if tags[tag] == head)):
        return replace(plan, tag=tag_of(current))
    if latest is None:
        return replace(plan, tag=tag_of(FIRST), tagged=True)
    bump, reasons = _suggested_bump(plan.target, state, dataset) if state and previous else ("major", [])
    return replace(plan, tag=tag_of(bumped(latest, bump)), tagged=True, reasons=reasons)


def _suggested_bump(name: str, state: TargetState, dataset: Dataset) -> tuple[Bump, list[str]]:
    """The semver bump from what is published, which is downloaded for that, and the reasons."""
    try:
        difference = diff(open_run(f"{name}@{state.head}"), dataset)
    except DataError as error:
        raise PublishError(
            "cannot compare with what is published, so the semver bump is unknown",
            where=name,
            got=error.brief,
            hint="give the version: --version",
        ) from None
    return difference.bump, difference.reasons


def _carry_out(plan: Publication, target: Target, files: dict[str, Content], state: TargetState | None) -> Publication:
    commit = state.head if state else None
    if plan.changes:
        commit = _commit(plan, target, files, state)
    if isinstance(target, Hub) and plan.tag and plan.tagged and commit:
        target.tag(plan.tag, commit)
    return replace(plan, commit=commit or None)


def _commit(plan: Publication, target: Target, files: dict[str, Content], state: TargetState | None) -> str | None:
    """Make the commit; if it fails, the error says what the target holds now."""
    message = "Publish " + (plan.tag or "a new version")
    try:
        return target.commit(files, plan.changes, state, message)
    except PublishError as error:
        now = _state_or_none(target)
        if now and not changes(files, now, set()) and isinstance(target, Hub):
            return now.head  # the commit was made, only the response was lost
        raise PublishError(
            f"not published: {error.what}",
            where=error.where,
            got=error.got,
            expected=error.expected,
            hint="; ".join(filter(None, [_aftermath(state, now), error.hint])),
        ) from None
    except KeyboardInterrupt:
        hint = _aftermath(state, _state_or_none(target))
        raise Interrupted("not published", where=target.name, hint=hint) from None


def _state_or_none(target: Target) -> TargetState | None:
    try:
        return target.state()
    except PublishError:
        return None


def _aftermath(before: TargetState | None, now: TargetState | None) -> str:
    """What a failed push left behind."""
    if now is None:
        return "the target was not changed" if before is None else "the target cannot be read now"
    if before is None:
        return "an empty repository was created"
    return "the target is unchanged" if now == before else "the target was changed meanwhile, by someone else"
