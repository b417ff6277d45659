import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from huggingface_hub import HfApi

import pluriset
from pluriset.builders.assembly.benchmark_questions import questions
from pluriset.builders.curation.split import Split
from pluriset.builders.families.values import Values
from pluriset.schemas.manifest import File
from pluriset.schemas.rows.question import Question
from pluriset.schemas.rows.shared import Annotation
from pluriset.tests.builders.curation.bench import Bench, consideration, situation
from pluriset.tests.servers.hub import WRITE, Hub
from pluriset.validators.tables.sql import connect

Ask = Callable[..., list[File]]

EVALUATE = """
import json, sys
from inspect_ai import eval
from inspect_ai.model import ModelOutput, ModelUsage, get_model

def answer(*_):
    output = ModelOutput.from_content("mockllm", "ANSWER: A")
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)  # else it counts, and needs a network
    return output

model = get_model("mockllm/model", custom_outputs=answer)
logs = eval("hf/" + sys.argv[1], model=model, log_dir=sys.argv[2], display="none")
scores = [[log.results.total_samples, log.results.scores[0].metrics["accuracy"].value] for log in logs]
print(json.dumps(scores))
"""


def judged(item: str, *labels: str, aspect: str = "valence", sample: int = 0) -> list[Annotation]:
    options = ["supports", "opposes", "either", "abstain"]
    return [
        Annotation(
            item_table="considerations", item_id=item, annotator_id=f"a{i}", aspect=aspect, label=label,
            options=options, sample=sample,
        )
        for i, label in enumerate(labels)
    ]  # fmt: skip


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    with connect() as connection:

        def run(*rows: Any, **split: float) -> list[File]:
            bench = Bench(connection, rows)
            bench.run(*([Split(**split)] if split else []))
            bench.curation.place()
            return [*questions(Values().aspects(), bench.curation, tmp_path)]

        yield run


def read(root: Path, files: list[File]) -> list[Question]:
    return [Question.model_validate(row) for file in files for row in pq.read_table(root / file.path).to_pylist()]


def test_the_label_that_most_gave_is_the_answer(ask: Ask, tmp_path: Path) -> None:
    files = ask(
        situation("s", "Lying"),
        consideration("c", kind="right", text="Right to truth"),
        *judged("c", "opposes", "opposes", "either", "abstain"),
        *judged("c", "supports", "supports", "supports", sample=1),
        *judged("c", "yes", aspect="relevance"),
    )
    assert [file.path for file in files] == [
        "benchmark/relevance/train-00000-of-00001.parquet", "benchmark/valence/train-00000-of-00001.parquet"
    ]  # fmt: skip
    relevance, valence = read(tmp_path, files)
    assert (relevance.choices, relevance.target) == (["yes", "no"], "A")
    assert (valence.choices, valence.target, valence.n) == (["supports", "opposes", "either"], "B", 3)
    assert [(share.label, share.share) for share in valence.distribution] == [
        ("opposes", 0.666667),
        ("either", 0.333333),
    ]
    assert valence.input == (
        "Situation: Lying\nright: Right to truth\n"
        "Does it support doing what the situation says, oppose it, or could it be either?"
    )


def test_without_a_label_that_most_gave_there_is_no_question(ask: Ask) -> None:
    tie, nobody = judged("tie", "supports", "opposes"), judged("nobody", "abstain")
    assert ask(situation("s"), consideration("tie"), consideration("nobody"), *tie, *nobody) == []


def test_questions_are_in_the_split_of_their_situation(ask: Ask, tmp_path: Path) -> None:
    rows = [(situation(f"s{i}"), consideration(f"c{i}", f"s{i}"), *judged(f"c{i}", "either")) for i in range(40)]
    files = ask(*(row for each in rows for row in each), test=0.5)
    assert [file.path.split("/")[2].partition("-")[0] for file in files] == ["test", "train"]
    assert sum(file.rows or 0 for file in files) == len(read(tmp_path, files)) == 40


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # huggingface_hub uploads in an old way
def test_inspect_runs_what_was_published(
    tmp_path: Path, recipe: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real Inspect, real `datasets`, over HTTP from a Hub on loopback; only the model is none."""
    pytest.importorskip("inspect_ai", reason="inspect-ai is not installed")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    run = tmp_path / "run"
    pluriset.build(pluriset.recipe(recipe(["Lying to a friend", "Reading a diary"])), run)
    with Hub() as hub:
        api = HfApi(endpoint=hub.url, token=WRITE)
        api.create_repo("me/asked", repo_type="dataset")
        api.upload_folder(repo_id="me/asked", repo_type="dataset", folder_path=run, ignore_patterns=[".*"])
        ours = {"HF_ENDPOINT": hub.url, "HF_TOKEN": WRITE, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1"}
        done = subprocess.run(
            [sys.executable, "-c", EVALUATE, "me/asked", str(tmp_path / "logs")],
            env=os.environ | ours, capture_output=True, text=True, cwd=tmp_path,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    scores: list[list[float]] = json.loads(done.stdout.splitlines()[-1])
    assert scores == [[6, 1.0], [6, 1.0]]
