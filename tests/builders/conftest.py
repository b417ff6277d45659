import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

LISTING = {
    "answer": {
        "values": [{"text": "Honesty", "explanation": "Friends count on the truth."}],
        "rights": [{"text": "Right to privacy", "explanation": "What was said in confidence stays there."}],
        "duties": [{"text": "Duty to help", "explanation": "Who can help is asked to."}],
    }
}
JUDGED = {"relevance": "yes", "valence": "supports"}


def written(folder: Path, situations: list[str], *script: dict[str, Any], **changes: Any) -> Path:
    """Write a recipe, its source and its script, and say where the recipe is."""
    (folder / "seeds.jsonl").write_text("".join(json.dumps({"situation": s}) + "\n" for s in situations))
    lines = [*script, {"match": "valence: ", "answer": JUDGED}, {"answer": LISTING}]
    (folder / "answers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    said = {
        "name": "test",
        "license": "cc-by-4.0",
        "source": {"file": {"path": "seeds.jsonl", "text": "situation"}},
        "teachers": {"main": {"scripted": {"path": "answers.jsonl"}}},
        "family": "values",
        "curation": ["exact_duplicates", "kaleido_filter"],
        **changes,
    }
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({key: value for key, value in said.items() if value is not None}))
    return path


@pytest.fixture
def recipe(tmp_path: Path) -> Callable[..., Path]:
    """`written` in the folder of the test."""
    return partial(written, tmp_path)
