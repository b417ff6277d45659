"""Exports for TRL in TRL itself, in an environment of its own whose Python is PLURISET_TRL_PYTHON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.tests.builders.families.finished import recipe

PYTHON = os.environ.get("PLURISET_TRL_PYTHON", sys.executable)
SHAPES = ("trl_explicit", "trl_explicit_chat", "trl_implicit", "trl_implicit_chat", "trl_margin", "trl_unpaired")
SEEDS = [
    {"id": f"p{n}", "text": f"Should rule {n} hold?", "responses": [f"Yes, rule {n} is fair.", f"No, rule {n} is not."]}
    for n in range(4)
]
SCORES = [("Response: Yes", {"good": 4}), ("Response: No", {"good": 1})]


@pytest.fixture(scope="module")
def trl() -> str:
    """A Python that has `trl` and `torch`."""
    look = "import importlib.util as u, sys; sys.exit(not (u.find_spec('trl') and u.find_spec('torch')))"
    if subprocess.run([PYTHON, "-c", look]).returncode:
        pytest.skip(f"trl and torch are not installed for {PYTHON}; name a Python that has them: PLURISET_TRL_PYTHON")
    return PYTHON


@pytest.mark.slow
def test_trl_opens_its_exports_and_trains_a_step_on_them(trl: str, tmp_path: Path) -> None:
    options = {"attributes": [{"name": "good", "question": "Is it good?"}]}
    pluriset.build(recipe(tmp_path, "preferences", SCORES, SEEDS, options=options, curation=[]), tmp_path / "run")
    folders = {shape: str(tmp_path / shape) for shape in SHAPES}
    for shape, folder in folders.items():
        pluriset.export(tmp_path / "run", shape, Path(folder))
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub"), "CUDA_VISIBLE_DEVICES": ""}
    script = Path(__file__).with_name("trl_step.py")
    command = [trl, str(script), json.dumps(folders)]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr[-3000:]
    found: dict[str, dict[str, Any]] = json.loads(ran.stdout.splitlines()[-1])
    assert {shape: each["conversational"] for shape, each in found.items()} == {
        shape: shape.endswith("_chat") or shape == "trl_margin" for shape in SHAPES
    }
    assert {shape: each["rows"] for shape, each in found.items()} == dict.fromkeys(SHAPES, 4) | {"trl_unpaired": 8}
    assert found["trl_implicit"]["prompt"].startswith("Should rule 0 hold?")
    assert found["trl_implicit_chat"]["prompt"] == [{"role": "user", "content": "Should rule 0 hold?"}]
    assert found["trl_explicit_chat"]["templated"] == ["chosen", "prompt", "rejected"]
    for shape in ("trl_explicit", "trl_explicit_chat"):
        assert found[shape]["unpaired"] == 8 and 0 < found[shape]["loss"] < 10
