"""A model of the embedded teacher on the Hub: downloaded once, verified, and every failure one clear error.

Each download runs in a process of its own, as `huggingface_hub` reads its environment when it is imported.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pluriset.builders.teachers.embedded import Embedded
from pluriset.tests.servers.hub import WRITE, Hub

WEIGHTS = b"GGUF\0" + bytes(range(256)) * 100
DIGEST = hashlib.sha256(WEIGHTS).hexdigest()
PROGRAM = """
import json, sys
from pluriset.builders.teachers.embedded import Embedded
from pluriset.schemas.errors import TeacherError
teacher = Embedded(model=sys.argv[1], revision=sys.argv[2])
try:
    print(json.dumps(teacher.identity()))
except TeacherError as error:
    print(json.dumps({"what": error.what, "hint": error.hint}))
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with Hub() as hub:
        quiet = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_TOKEN": WRITE}
        (path := tmp_path / "tiny.Q4.gguf").write_bytes(WEIGHTS)
        upload = f"""
from huggingface_hub import HfApi
api = HfApi()
api.create_repo("me/tiny", repo_type="dataset")
api.upload_file(path_or_fileobj={str(path)!r}, path_in_repo="tiny.Q4.gguf", repo_id="me/tiny", repo_type="dataset")
"""
        environment = {**os.environ, **quiet, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "upload")}
        subprocess.run([sys.executable, "-c", upload], env=environment, check=True, timeout=100)
        yield hub


def fetch(hub: Hub, home: Path, model: str = "me/tiny/tiny.Q4.gguf", **env: str) -> dict[str, Any]:
    """What a new process makes of the model: the identity of the teacher, or its error."""
    quiet = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HOME": str(home)}
    environment = {**os.environ, **quiet, "HF_ENDPOINT": hub.url, "HF_TOKEN": WRITE, **env}
    command = [sys.executable, "-c", PROGRAM, model, hub.repositories["me/tiny"].head]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_a_model_is_downloaded_once_and_identified_like_a_local_file(hub: Hub, tmp_path: Path) -> None:
    identity = fetch(hub, tmp_path / "home")
    assert identity == Embedded(path=tmp_path / "tiny.Q4.gguf").identity()
    assert identity["revision"] == f"sha256:{DIGEST}"
    downloads = len(hub.files.sent)
    assert fetch(hub, tmp_path / "home", HF_HUB_OFFLINE="1") == identity and len(hub.files.sent) == downloads


def test_a_gated_model_says_to_accept_its_terms(hub: Hub, tmp_path: Path) -> None:
    hub.faults["resolve"] = "gated"
    error = fetch(hub, tmp_path / "home")
    assert error["what"] == "the model is gated" and "HF_TOKEN" in error["hint"]


def test_offline_without_a_cached_file_is_one_error(hub: Hub, tmp_path: Path) -> None:
    error = fetch(hub, tmp_path / "home", HF_HUB_OFFLINE="1")
    assert error["what"] == "the model is not in the cache and the Hub cannot be reached"


def test_an_unknown_model_is_one_error(hub: Hub, tmp_path: Path) -> None:
    assert fetch(hub, tmp_path / "home", "me/none/tiny.gguf")["what"] == "no such model on the Hub"


def test_a_damaged_download_is_not_used(hub: Hub, tmp_path: Path) -> None:
    hub.files.kept[DIGEST] = WEIGHTS[::-1]
    assert fetch(hub, tmp_path / "home")["what"] == "the downloaded model is damaged"


def test_a_download_that_is_cut_off_is_one_error_and_succeeds_later(hub: Hub, tmp_path: Path) -> None:
    hub.files.kept[DIGEST] = WEIGHTS[:1000]
    assert fetch(hub, tmp_path / "home")["what"] == "cannot download the model"
    hub.files.kept[DIGEST] = WEIGHTS
    assert fetch(hub, tmp_path / "home")["revision"] == f"sha256:{DIGEST}"


@pytest.mark.parametrize(
    "options",
    [
        {"model": "me/tiny/a.gguf"},
        {"revision": "0" * 40},
        {"model": "me/tiny/a.gguf", "revision": "main"},
        {"model": "a.gguf", "revision": "0" * 40},
        {"model": "me/tiny/a.gguf", "revision": "0" * 40, "path": "a.gguf"},
    ],
)
def test_a_model_on_the_hub_needs_a_commit_and_no_path(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Embedded.model_validate(options)
