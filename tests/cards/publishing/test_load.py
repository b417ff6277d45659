from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import HfApi

import pluriset
from pluriset.cards.loading.open import open_run
from pluriset.schemas.errors import DataError, PublishError
from pluriset.schemas.published.pandalm import PandaLM
from pluriset.tests.cards.conftest import small_tables
from pluriset.tests.cards.publishing.conftest import made
from pluriset.tests.servers.hub import WRITE, Hub

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")  # of the client, about itself

Copy = Callable[..., Path]
ID = "org/small"
ELSEWHERE = """
import datasets, json, pluriset, sys
one, two = pluriset.load("org/small", "v1.0.0"), pluriset.load("org/small")
stream = pluriset.load("org/small", "v1.0.0", stream=True)
foreign = pluriset.load("org/foreign")
opened = datasets.load_dataset("org/small", "annotations", revision="v1.0.0")
streamed = datasets.load_dataset("org/small", "considerations", split="test", streaming=True)
print(json.dumps({
    "rows": [len(list(each.rows("situations"))) for each in (one, two, stream)],
    "first": [next(each.rows("situations")).text for each in (one, stream)],
    "polars": [each.polars("annotations").collect().height for each in (one, stream)],
    "duckdb": [len(each.duckdb("aggregates", "test").fetchall()) for each in (one, stream)],
    "arrow": [each.arrow("considerations", "train").num_rows for each in (one, stream)],
    "ours": len(list(stream.datasets("situations")["train"])),
    "datasets": {split: part.num_rows for split, part in opened.items()},
    "streamed": len(list(streamed)),
    "report": stream.report == one.report,
    "foreign": [foreign.profile, len(list(foreign.rows("testset")))],
    "findings": [finding.check for finding in pluriset.validate("org/small@v1.0.0").findings],
    "view": stream.connection.sql("FROM situations").fetchall() == one.connection.sql("FROM situations").fetchall(),
}))
"""


def test_a_second_process_with_an_empty_cache_opens_every_view(hub: Hub, runs: dict[str, Path], tmp_path: Path) -> None:
    pluriset.publish(runs["one"], ID)
    pluriset.publish(runs["two"], ID)
    api = HfApi(endpoint=hub.url, token=WRITE)
    api.create_repo("org/foreign", repo_type="dataset")
    rows = json.dumps(PandaLM.example["testset"]).encode()
    api.upload_file(path_or_fileobj=rows, path_in_repo="testset.json", repo_id="org/foreign", repo_type="dataset")
    environment = os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1"}
    command = [sys.executable, "-c", ELSEWHERE]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "rows": [3, 4, 3],
        "first": ["Telling a joke, 0"] * 2,
        "polars": [6, 6],
        "duckdb": [1, 1],
        "arrow": [2, 2],
        "ours": 2,
        "datasets": {"train": 4, "test": 2},
        "streamed": 2,
        "report": True,
        "foreign": ["pandalm", 6],
        "findings": [finding.check for finding in pluriset.validate(runs["one"]).findings],
        "view": True,
    }


def test_downloads_are_byte_for_byte_what_was_published(hub: Hub, runs: dict[str, Path]) -> None:
    pluriset.publish(runs["one"], ID, journal=True)
    folder = open_run(ID).folder
    for file in open_run(runs["one"]).manifest.everything():
        assert (folder / file.path).read_bytes() == (runs["one"] / file.path).read_bytes()
    assert not (folder / "journal").exists(), "only who asks for the journal waits for it"
    assert (open_run(ID, journal=True).folder / "journal" / "00001.jsonl").is_file()
    assert open_run(f"{ID}@v1.0.0").manifest == open_run(runs["one"]).manifest


def test_a_stream_reads_only_what_it_needs(hub: Hub, runs: dict[str, Path]) -> None:
    pluriset.publish(runs["one"], ID)
    hub.files.sent.clear()
    hub.called.clear()
    dataset = pluriset.load(ID, stream=True)
    assert next(iter(dataset.rows("situations", "test")))
    assert hub.called.count("download") == 1
    with pytest.raises(DataError, match="no such table"):
        dataset.datasets("nothing")
    with pytest.raises(DataError, match="a stream cannot be verified"):
        pluriset.load(ID, stream=True, verify=True)


def test_missing_datasets_and_revisions_are_errors(
    hub: Hub, runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match="no folder of this name, and no dataset on the Hub"):
        pluriset.load(ID)
    pluriset.publish(runs["one"], ID, private=True)
    with pytest.raises(PublishError, match="no such revision"):
        pluriset.load(ID, "v9.0.0")
    monkeypatch.setenv("HF_TOKEN", "")
    with pytest.raises(DataError, match="a token of its owners"):
        pluriset.load(ID)
    with pytest.raises(DataError, match="only datasets on the Hub have revisions"):
        pluriset.load(runs["one"], "v1.0.0")


def test_an_unreachable_hub_is_one_clear_error(runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    for act in (lambda: pluriset.load(ID), lambda: pluriset.publish(runs["one"], ID)):
        with pytest.raises(PublishError, match="cannot reach the Hub"):
            act()
    with pytest.raises(PublishError, match=f"there is no folder {ID} here"):
        pluriset.load(ID)


def test_a_mistyped_run_path_is_not_looked_up_on_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    for place in ("runs/tiny", "mine/tiny"):
        with pytest.raises(DataError, match=f"{place}: no such folder\n  hint: .*{place}@main"):
            pluriset.load(place)
    with pytest.raises(PublishError, match="cannot reach the Hub"):
        pluriset.load("mine/tiny@main")


@pytest.mark.slow
def test_verify_repeats_the_checks(tmp_path: Path) -> None:
    folder = made(tmp_path / "run", small_tables(), checked=True)
    pluriset.load(folder, verify=True)
    facts, report = json.loads((folder / "manifest.json").read_text()), json.loads((folder / "report.json").read_text())
    next(found for found in report["findings"] if found["check"] == "few_considerations")["count"] = 0
    (folder / "report.json").write_text(json.dumps(report))
    facts["files"] = facts["files"][:1]
    (folder / "manifest.json").write_text(json.dumps(facts))
    with pytest.raises(DataError, match="the result of check few_considerations differs"):
        pluriset.load(folder, verify=True)
