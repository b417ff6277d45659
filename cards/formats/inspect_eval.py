"""`eval.yaml`: the questions of a run as a benchmark for the Hub and Inspect (`inspect eval hf/<id>`).

https://huggingface.co/docs/hub/eval-results and https://inspect.aisi.org.uk
"""

from __future__ import annotations

import re

from ...schemas.manifest import File, Manifest
from ...schemas.run_layout import GOLD
from ...schemas.yaml_text import dump_yaml
from ..facts.manifest_facts import total_rows

SHARD = re.compile(r"benchmark/(\w+)/(\w+(?:\.\w+)*)-\d{5}-of-\d{5}\.parquet")
"""Path of the questions of an aspect and a split."""
PREFERRED = ("test", "validation")
"""The splits to evaluate on, by preference; without them, the first split."""


def benchmarks(manifest: Manifest) -> dict[str, dict[str, list[File]]]:
    """Aspect -> split -> the files with its questions."""
    found: dict[str, dict[str, list[File]]] = {}
    for file in manifest.files:
        if shard := SHARD.fullmatch(file.path):
            found.setdefault(shard[1], {}).setdefault(shard[2], []).append(file)
    return found


def config_name(aspect: str) -> str:
    """The name of the config of an aspect."""
    return f"benchmark_{aspect}"


def benchmark_split(splits: dict[str, list[File]]) -> str:
    """The split that a benchmark evaluates on."""
    return next((split for split in PREFERRED if split in splits), next(iter(splits)))


def eval_yaml(manifest: Manifest) -> str | None:
    """The text of `eval.yaml`; None if the run has no questions."""
    found = benchmarks(manifest)
    name = manifest.recipe.card.pretty_name or manifest.name
    document = {
        "name": name,
        "description": f"Does a model choose the majority label of the annotators of {name}? Items without a majority "
        "are left out; the shares of all labels are in the column `distribution`."
        + (f" Tasks named {GOLD}... have the answers of the dataset instead." if any(map(_is_gold, found)) else ""),
        "evaluation_framework": "inspect-ai",
        "tasks": [
            {
                "id": aspect,
                "config": config_name(aspect),
                "split": benchmark_split(splits),
                "field_spec": {
                    "input": "input",
                    "target": "target",
                    "choices": "choices",
                    "metadata": ["item_id", "distribution", "n"],
                },
                "solvers": [{"name": "multiple_choice"}],
                "scorers": [{"name": "choice"}],
            }
            for aspect, splits in found.items()
        ],
    }
    return dump_yaml(document) if found else None


def _is_gold(task: str) -> bool:
    return task.startswith(GOLD)


def question_count(splits: dict[str, list[File]]) -> int:
    """Number of questions of a benchmark."""
    return total_rows(splits[benchmark_split(splits)])
