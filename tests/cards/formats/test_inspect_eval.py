from __future__ import annotations

from collections.abc import Callable

import yaml

from pluriset.cards.formats.inspect_eval import eval_yaml
from pluriset.cards.readme.front_matter import front_matter_problems
from pluriset.cards.readme.metadata import metadata
from pluriset.schemas.manifest import File, Manifest

Make = Callable[..., Manifest]


def file(aspect: str, split: str, rows: int) -> File:
    return File(path=f"benchmark/{aspect}/{split}-00000-of-00001.parquet", sha256="", bytes=9, rows=rows)


def test_each_aspect_is_a_task_over_its_test_split(make_manifest: Make) -> None:
    files = [file("relevance", "train", 3), file("valence", "test", 2), file("valence", "train", 8)]
    text = eval_yaml(make_manifest(files=files))
    assert text is not None
    said = yaml.safe_load(text)
    assert said["evaluation_framework"] == "inspect-ai"
    assert [(task["id"], task["config"], task["split"]) for task in said["tasks"]] == [
        ("relevance", "benchmark_relevance", "train"), ("valence", "benchmark_valence", "test")
    ]  # fmt: skip
    front = metadata(make_manifest(files=files))
    assert front_matter_problems(front) == []
    configs = {one["config_name"]: one["data_files"] for one in front["configs"]}
    assert configs["benchmark_valence"][0] == {"split": "test", "path": "benchmark/valence/test-*.parquet"}


def test_a_run_without_questions_has_no_benchmark(make_manifest: Make) -> None:
    assert eval_yaml(make_manifest()) is None
