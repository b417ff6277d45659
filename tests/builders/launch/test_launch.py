"""The files for schedulers, read by the real tools where these are installed."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import pluriset
from pluriset.builders.launch import schedulers
from pluriset.schemas.errors import RecipeError

Write = Callable[..., Path]


def printed(scheduler: str, recipe: Path, tmp_path: Path) -> Path:
    file = tmp_path / scheduler
    file.write_text(pluriset.launch(scheduler, recipe, tmp_path / "a run", 8, 4))
    return file


def test_the_job_of_kubernetes_fits_the_schema_of_the_api(recipe: Write, tmp_path: Path) -> None:
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    job = yaml.safe_load(printed("k8s", recipe(["Lying"]), tmp_path).read_text())
    kubernetes_validate.validate(job, kubernetes_validate.latest_version(), strict=True)
    assert (job["spec"]["completions"], job["spec"]["parallelism"]) == (8, 4)
    arguments = job["spec"]["template"]["spec"]["containers"][0]["args"]
    assert arguments[-3:] == ["8", "--shard", "$(JOB_COMPLETION_INDEX)"]


@pytest.mark.parametrize(("scheduler", "key"), [("slurm", None), ("sky", "setup"), ("sky", "run")])
def test_scripts_are_what_a_shell_reads(recipe: Write, tmp_path: Path, scheduler: str, key: str | None) -> None:
    script = printed(scheduler, recipe(["Lying"]), tmp_path).read_text()
    script = script if key is None else yaml.safe_load(script)[key]
    assert subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True).stderr == ""


def test_the_array_of_slurm_builds_its_shard_and_queues_itself_again_when_it_fails(
    recipe: Write, tmp_path: Path
) -> None:
    script = printed("slurm", recipe(["Lying"]), tmp_path)
    (tmp_path / "pluriset").write_text('#!/bin/sh\necho "$@"\nexit 3\n')
    (tmp_path / "scontrol").write_text('#!/bin/sh\necho "scontrol $@"\n')
    for name in ("pluriset", "scontrol"):
        (tmp_path / name).chmod(0o755)
    array = {"SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_JOB_ID": "70", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", str(script)], env={**os.environ, **array}, capture_output=True, text=True)
    assert done.returncode == 3
    assert done.stdout.splitlines() == [
        f"build {tmp_path}/recipe.yaml --out {tmp_path}/a run --shards 8 --shard 5",
        "scontrol requeue 70_5",
    ]


@pytest.mark.skipif(not shutil.which("sbatch"), reason="Slurm is not installed")
def test_sbatch_reads_the_options_of_the_array(recipe: Write, tmp_path: Path) -> None:
    script = printed("slurm", recipe(["Lying"]), tmp_path)
    done = subprocess.run(["sbatch", "--test-only", str(script)], capture_output=True, text=True)
    assert "unrecognized option" not in done.stderr and "Invalid" not in done.stderr


def test_gpus_of_the_teachers_are_requested(recipe: Write, tmp_path: Path) -> None:
    teacher = {"vllm": {"path": str(tmp_path), "tensor_parallel": 2}}
    path = recipe(["Lying"], teachers={"main": teacher})
    assert "#SBATCH --gpus-per-task=2\n" in printed("slurm", path, tmp_path).read_text()
    assert "nvidia.com/gpu: 2\n" in printed("k8s", path, tmp_path).read_text()
    assert 'accelerators: "H100:2"\n' in printed("sky", path, tmp_path).read_text()


def test_what_cannot_be_built_in_shards_gets_no_file(recipe: Write, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot share a budget"):
        printed("slurm", recipe(["Lying"], budget={"tokens": 10}), tmp_path)
    with pytest.raises(RecipeError, match="no template"):
        printed("nomad", recipe(["Lying"]), tmp_path)
    assert schedulers() == ["k8s", "sky", "slurm"]
