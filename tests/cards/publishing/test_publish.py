from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

import pluriset
from pluriset.cards.hub.client import Hub as Client
from pluriset.cards.publishing.publish import Publication
from pluriset.cli import main
from pluriset.schemas.errors import ChecksFailed, PublishError, RecipeError
from pluriset.tests.cards.conftest import recipe_of, small_tables
from pluriset.tests.cards.publishing.conftest import made
from pluriset.tests.servers.hub import READ, WRITE, Fault, Hub

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")  # of the client, about itself

Copy = Callable[..., Path]
ID = "org/small"


def published(folder: Path) -> dict[str, bytes]:
    """The files of a run that are published."""
    left_out = ("journal/", ".")
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith(left_out)}


def files(hub: Hub) -> dict[str, bytes]:
    found = dict(hub.repositories[ID].files)
    found.pop(".gitattributes")
    return found


def kinds(done: Publication) -> dict[str, str]:
    return {change.path: change.kind for change in done.changes}


def test_a_run_is_published_byte_for_byte_in_one_commit_with_a_tag(hub: Hub, runs: dict[str, Path]) -> None:
    done = pluriset.publish(runs["one"], ID)
    assert files(hub) == published(runs["one"])
    assert len(hub.repositories[ID].commits) == 2  # the Hub's own first commit, and ours
    assert hub.repositories[ID].tags == {"v1.0.0": hub.repositories[ID].head}
    assert (done.commit, done.tag, done.tagged) == (hub.repositories[ID].head, "v1.0.0", True)
    assert set(kinds(done).values()) == {"added"}


def test_an_identical_tree_only_gets_a_missing_tag(hub: Hub, runs: dict[str, Path]) -> None:
    pluriset.publish(runs["one"], ID)
    head = hub.repositories[ID].head
    again = pluriset.publish(runs["one"], ID)
    assert (again.changes, again.tag, again.tagged) == ([], "v1.0.0", False)
    named = pluriset.publish(runs["one"], ID, version="1.0.1")
    assert (named.changes, named.tag, named.tagged) == ([], "v1.0.1", True)
    assert hub.repositories[ID].head == head
    assert hub.repositories[ID].tags == {"v1.0.0": head, "v1.0.1": head}
    del hub.repositories[ID].refs["refs/tags/v1.0.0"], hub.repositories[ID].refs["refs/tags/v1.0.1"]
    assert pluriset.publish(runs["one"], ID).tagged


def test_only_changed_files_are_sent_under_the_next_version(hub: Hub, runs: dict[str, Path]) -> None:
    pluriset.publish(runs["one"], ID)
    done = pluriset.publish(runs["two"], ID)
    assert done.tag == "v1.1.0" and "situations: 1 row added" in done.reasons
    assert files(hub) == published(runs["two"])
    assert kinds(done)["data/situations/test-00000-of-00001.parquet"] == "changed"
    assert "data/annotators/train-00000-of-00001.parquet" not in kinds(done)


def test_removed_rows_bump_the_major_version_and_card_edits_the_patch(
    hub: Hub, runs: dict[str, Path], copy: Copy
) -> None:
    pluriset.publish(runs["two"], ID)
    done = pluriset.publish(runs["one"], ID)
    assert done.tag == "v2.0.0" and "situations: 1 row removed" in done.reasons
    folder = copy()
    (folder / "README.md").write_text((folder / "README.md").read_text() + "\n## Thanks\n\nTo all.\n")
    assert pluriset.publish(folder, ID).tag == "v2.0.1"


def test_without_a_comparison_the_version_must_be_given(hub: Hub, runs: dict[str, Path]) -> None:
    pluriset.publish(runs["one"], ID)
    gone = [CommitOperationDelete("report.json")]
    HfApi(endpoint=hub.url, token=WRITE).create_commit(ID, gone, commit_message="a", repo_type="dataset")
    with pytest.raises(PublishError, match="cannot compare"):
        pluriset.publish(runs["two"], ID)
    assert pluriset.publish(runs["two"], ID, version="v1.1.0").tag == "v1.1.0"


def test_stale_managed_files_are_deleted_and_other_files_stay(hub: Hub, runs: dict[str, Path]) -> None:
    pluriset.publish(runs["one"], ID)
    stale = {"plots/old.png": b"png", "images/mine.png": b"png", "LICENSE": b"mine", "data/other/a.parquet": b"x"}
    added = [CommitOperationAdd(path, data) for path, data in stale.items()]
    HfApi(endpoint=hub.url, token=WRITE).create_commit(ID, added, commit_message="more", repo_type="dataset")
    assert kinds(pluriset.publish(runs["one"], ID)) == {"plots/old.png": "deleted"}
    assert {"images/mine.png", "LICENSE", "data/other/a.parquet"} <= set(files(hub))


def test_a_dry_run_shows_the_exact_changes_and_sends_nothing(hub: Hub, runs: dict[str, Path]) -> None:
    said = pluriset.publish(runs["one"], ID, dry_run=True)
    assert hub.repositories == {}
    assert {change.path: change.bytes for change in said.changes} == {
        path: len(data) for path, data in published(runs["one"]).items()
    }
    assert said.changes == pluriset.publish(runs["one"], ID).changes
    hub.called.clear()
    assert kinds(pluriset.publish(runs["two"], ID, dry_run=True))["manifest.json"] == "changed"
    assert not {"create", "preupload", "batch", "put", "commit", "tag"} & set(hub.called)


def test_the_journal_is_published_on_request_only(hub: Hub, runs: dict[str, Path]) -> None:
    pluriset.publish(runs["one"], ID)
    assert not any(path.startswith("journal/") for path in files(hub))
    pluriset.publish(runs["one"], ID, journal=True)
    assert any(path.startswith("journal/") for path in files(hub))


def test_a_pull_request_leaves_main_alone(hub: Hub, runs: dict[str, Path]) -> None:
    pluriset.publish(runs["one"], ID)
    head = hub.repositories[ID].head
    done = pluriset.publish(runs["two"], ID, pull_request=True)
    assert done.commit == f"{hub.url}/datasets/{ID}/discussions/1"
    assert (done.tag, hub.repositories[ID].head, len(hub.repositories[ID].tags)) == (None, head, 1)
    assert "refs/pr/1" in hub.repositories[ID].refs
    with pytest.raises(RecipeError, match="a pull request has no version"):
        pluriset.publish(runs["two"], ID, pull_request=True, version="v2.0.0")


def test_a_private_repository(hub: Hub, runs: dict[str, Path]) -> None:
    pluriset.publish(runs["one"], ID, private=True)
    assert hub.repositories[ID].private
    hub.repositories[ID].private = False
    with pytest.raises(PublishError, match="the repository is public"):
        pluriset.publish(runs["two"], ID, private=True)


def test_a_concurrent_commit_is_an_error(hub: Hub, runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    pluriset.publish(runs["one"], ID)
    commit, other = Client.commit, HfApi(endpoint=hub.url, token=WRITE)
    concurrent = [CommitOperationAdd("a.md", b"a")]

    def late(self: Client, *args: Any) -> str | None:
        other.create_commit(ID, concurrent, commit_message="a", repo_type="dataset")
        return commit(self, *args)

    monkeypatch.setattr(Client, "commit", late)
    with pytest.raises(PublishError, match="the repository changed meanwhile") as caught:
        pluriset.publish(runs["two"], ID)
    assert "changed meanwhile, by someone else" in str(caught.value)
    assert files(hub) == published(runs["one"]) | {"a.md": b"a"}


@pytest.mark.parametrize(
    ("route", "fault", "what"),
    [
        ("put", 403, "the token lacks permission"),
        ("put", 400, "the Hub refused the request"),
        ("verify", 422, "the Hub refused the request"),
        ("commit", 413, "too large for the Hub"),
        ("commit", 409, "the Hub refused the request"),
        ("preupload", 403, "the token lacks permission"),
        ("commit", "drop", "cannot reach the Hub"),
        ("validate_yaml", 500, "the Hub"),
    ],
)
def test_a_failed_push_leaves_the_repository_unchanged(
    hub: Hub, runs: dict[str, Path], route: str, fault: Fault, what: str
) -> None:
    pluriset.publish(runs["one"], ID)
    before = files(hub), dict(hub.repositories[ID].refs)
    hub.faults[route] = fault
    with pytest.raises(PublishError, match=what) as caught:
        pluriset.publish(runs["two"], ID)
    assert "the target is unchanged" in str(caught.value)
    assert (files(hub), hub.repositories[ID].refs) == before
    hub.faults.clear()
    assert pluriset.publish(runs["two"], ID).tag == "v1.1.0"


def test_a_commit_whose_response_was_lost_counts(hub: Hub, runs: dict[str, Path]) -> None:
    pluriset.publish(runs["one"], ID)
    hub.faults["commit"] = "deaf"
    done = pluriset.publish(runs["two"], ID)
    assert files(hub) == published(runs["two"])
    assert hub.repositories[ID].tags["v1.1.0"] == done.commit == hub.repositories[ID].head


def test_a_failed_first_push_reports_the_empty_repository(hub: Hub, runs: dict[str, Path]) -> None:
    hub.faults["commit"] = 409
    with pytest.raises(PublishError, match="an empty repository was created"):
        pluriset.publish(runs["one"], ID)
    assert files(hub) == {}


@pytest.mark.parametrize(
    ("token", "what"),
    [
        ("hf_unknown", "the Hub does not accept this token"),
        (READ, "the token lacks permission"),
        ("", "the Hub does not accept"),
    ],
)
def test_a_bad_token_is_an_error(
    hub: Hub, runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch, token: str, what: str
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(PublishError, match=what) as caught:
        pluriset.publish(runs["one"], ID)
    assert hub.repositories == {}
    assert "hf auth login" in str(caught.value)
    assert not token or token not in str(caught.value)


def test_a_namespace_of_another_user_is_an_error(hub: Hub, runs: dict[str, Path]) -> None:
    with pytest.raises(PublishError, match="the token lacks permission") as caught:
        pluriset.publish(runs["one"], "stranger/small")
    assert "rights to create a dataset" in str(caught.value)


@pytest.mark.parametrize("file", ["README.md", "journal/00001.jsonl"])
def test_the_token_is_never_sent_in_a_file(hub: Hub, copy: Copy, file: str) -> None:
    text = (run := copy()) / file
    text.write_text(text.read_text() + f"\n{WRITE}\n")
    with pytest.raises(PublishError, match="the file contains your token") as caught:
        pluriset.publish(run, ID, journal=True)
    assert WRITE not in str(caught.value)
    assert hub.repositories == {}


def test_a_folder_target_holds_what_the_hub_would(hub: Hub, runs: dict[str, Path], tmp_path: Path) -> None:
    pluriset.publish(runs["one"], tmp_path / "out")
    assert published(tmp_path / "out") == published(runs["one"])
    (tmp_path / "out" / "LICENSE").write_text("mine")
    done = pluriset.publish(runs["two"], f"{tmp_path}/out")
    assert kinds(done)["manifest.json"] == "changed"
    assert published(tmp_path / "out") == published(runs["two"]) | {"LICENSE": b"mine"}
    assert hub.called == []
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_what_an_unfit_teacher_wrote_is_published_with_a_reason_that_the_card_shows(hub: Hub, tmp_path: Path) -> None:
    unfit = {"teacher": "embedded", "model": "m", "revision": "r", "options": {}, "notice": "It is weak."}
    teachers = {"main": unfit | {"unpublishable": "its model is too small"}}
    run = made(tmp_path / "run", small_tables(), teachers=teachers)
    with pytest.raises(ChecksFailed, match="Teacher main: its model is too small"):
        pluriset.publish(run, ID)
    assert pluriset.publish(run, tmp_path / "out").warnings == ["Teacher main: its model is too small."]
    printed = CliRunner().invoke(main, ["publish", str(run), str(tmp_path / "out")])
    assert printed.exit_code == 0 and "Teacher main: its model is too small." in printed.stderr
    reason = "It shows how small models fail."
    overridden = recipe_of().model_copy(
        update={"card": recipe_of().card.model_copy(update={"teacher_override": reason})}
    )
    run = made(tmp_path / "again", small_tables(), teachers=teachers, recipe=overridden)
    pluriset.publish(run, ID)
    readme = files(hub)["README.md"].decode()
    assert "**Warning.** It is weak." in readme and f"Published all the same: {reason}" in readme
    assert pluriset.publish(run, tmp_path / "out").warnings == []


def test_a_run_folder_is_not_a_target(runs: dict[str, Path], tmp_path: Path) -> None:
    for target in (runs["one"], runs["one"] / "inside", runs["two"]):
        with pytest.raises(PublishError, match="the folder of a run"):
            pluriset.publish(runs["one"], target)
    with pytest.raises(RecipeError, match="only a repository on the Hub has versions"):
        pluriset.publish(runs["one"], tmp_path / "out", version="v1.0.0")


@pytest.mark.parametrize("target", ["small", "org/small/more", "org/sm all", "https://hub/org/small", "", "org/"])
def test_strings_that_are_not_targets(runs: dict[str, Path], target: str) -> None:
    with pytest.raises(RecipeError, match="not a target to publish to"):
        pluriset.publish(runs["one"], target)


@pytest.mark.parametrize("version", ["1", "v1.2", "01.2.3", "v1.2.3-beta", "latest", "v1.2.3\n"])
def test_strings_that_are_not_versions(hub: Hub, runs: dict[str, Path], version: str) -> None:
    with pytest.raises(RecipeError, match="not a version"):
        pluriset.publish(runs["one"], ID, version=version)
    assert hub.repositories == {}


def test_a_version_is_published_once(hub: Hub, runs: dict[str, Path]) -> None:
    pluriset.publish(runs["one"], ID, version="v2.0.0")
    with pytest.raises(PublishError, match="already published"):
        pluriset.publish(runs["two"], ID, version="v2.0.0")
    assert files(hub) == published(runs["one"])


def test_the_publish_command(hub: Hub, runs: dict[str, Path]) -> None:
    command = ["publish", str(runs["one"]), ID]
    dry = CliRunner().invoke(main, [*command, "--dry-run"])
    assert (dry.exit_code, "manifest.json" in dry.stdout, "v1.0.0, new" in dry.stdout) == (0, True, True)
    done = CliRunner().invoke(main, [*command, "--json"])
    assert json.loads(done.stdout)["commit"] == hub.repositories[ID].head
    hub.faults["info"] = 403
    assert CliRunner().invoke(main, command).exit_code == 3


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("route", ["put", "commit"])
def test_an_interrupted_push_leaves_the_repository_unchanged(
    hub: Hub, runs: dict[str, Path], tmp_path: Path, route: str, signal_: signal.Signals
) -> None:
    pluriset.publish(runs["one"], ID)
    before = files(hub), dict(hub.repositories[ID].refs)
    hub.called.clear()
    hub.faults[route] = "hang"
    environment = os.environ | {"HF_HUB_DISABLE_XET": "1", "HF_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "pluriset.cli", "publish", str(runs["two"]), ID]
    pushing = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        wait = time.monotonic() + 60
        while route not in hub.called and pushing.poll() is None and time.monotonic() < wait:
            time.sleep(0.02)
        pushing.send_signal(signal_)
        said, errors = pushing.communicate(timeout=30)
    finally:
        pushing.kill()
    assert route in hub.called and (files(hub), hub.repositories[ID].refs) == before
    if signal_ is signal.SIGINT:
        assert (pushing.returncode, said) == (130, "")
        assert "not published" in errors and "the target is unchanged" in errors and "Traceback" not in errors
    hub.faults.clear()
    assert pluriset.publish(runs["two"], ID).tag == "v1.1.0"


def test_commands_accept_a_hub_id_with_a_revision(hub: Hub, runs: dict[str, Path]) -> None:
    pluriset.publish(runs["one"], ID)
    pluriset.publish(runs["two"], ID)

    def said(*arguments: str) -> Any:
        done = CliRunner(catch_exceptions=False).invoke(main, [*arguments, "--json"])
        assert done.exit_code in (0, 1), done.output
        return json.loads(done.stdout)

    first = ["--revision", "v1.0.0"]
    assert [len(said("show", ID, "situations", "-n", "9", *at)) for at in ([], first, [*first, "--stream"])] == [
        4,
        3,
        3,
    ]
    assert said("why", ID, "situations", "s0", *first)["subject"]["key"] == "s0"
    assert said("diff", f"{ID}@v1.0.0", ID)["bump"] == "minor"
    refused = CliRunner().invoke(main, ["show", str(runs["one"]), *first])
    assert refused.exit_code == 2 and "only datasets on the Hub have revisions" in refused.stderr
