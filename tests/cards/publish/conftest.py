from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pluriset
import pytest
import yaml
from huggingface_hub import constants
from pluriset.tests.servers.hub import WRITE, Hub

SITUATIONS = ["Telling a joke at a funeral", "Lying to a friend", "Skipping work to help a neighbour"]
LISTING = {
    "answer": {
        "values": [{"text": "Honesty", "explanation": "Friends count on the truth."}],
        "rights": [{"text": "Right to privacy", "explanation": "What was said in confidence stays there."}],
        "duties": [{"text": "Duty to help", "explanation": "Who can help is asked to."}],
    }
}
JUDGED = {"relevance": "yes", "valence": "supports"}


def built(folder: Path, situations: list[str]) -> Path:
    """Builds a run with a scripted teacher."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "seeds.jsonl").write_text("".join(json.dumps({"situation": s}) + "\n" for s in situations))
    script = [{"match": "valence: ", "answer": JUDGED}, {"answer": LISTING}]
    (folder / "answers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in script))
    said: dict[str, Any] = {
        "name": "small",
        "license": "cc-by-4.0",
        "source": {"file": {"path": "seeds.jsonl", "text": "situation"}},
        "teachers": {"main": {"scripted": {"path": "answers.jsonl"}}},
        "family": "values",
        "curation": ["exact_duplicates"],
        "card": {"language": ["en"], "sources": [{"name": "Situations of our own", "license": "cc0-1.0"}]},
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(said))
    pluriset.build(pluriset.recipe(folder / "recipe.yaml"), folder / "run")
    return folder / "run"


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two builds of one dataset: `one`, and `two` with a row more. Not to be changed."""
    room = tmp_path_factory.mktemp("runs")
    more = [*SITUATIONS, "Reading a diary that was left open"]
    return {"one": built(room / "one", SITUATIONS), "two": built(room / "two", more)}


@pytest.fixture
def copy(runs: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a run that may be changed."""
    return lambda name="one": shutil.copytree(runs[name], tmp_path / f"copy-{name}")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A Hub on loopback, which this process uses with a token that may write."""
    with Hub() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_TOKEN", WRITE)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        yield server
