"""What the teacher `vllm` does on a GPU, in under ten minutes. `python benchmarks/gpu.py [MODEL]`

Not run on a GPU so far. Needs an environment with vLLM and the small model beside it, as `.ci/vllm` makes one, but with
the GPU build of vLLM. MODEL is a folder with another model for the build of 100 seeds. Three steps, each with a limit
of its own: the conformance tests of teachers, a build of the family `values` inside the worker of a shard, and tokens
a second of ours beside the bare engine's.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

SEEDS, REQUESTS = 100, 500
ROOT = Path(__file__).parent.parent
SMALL = Path(sys.prefix) / "smollm2"


def step(what: str, seconds: int, *command: object) -> bool:
    """Run a command for so many seconds at most, and print how it ended."""
    start = time.monotonic()
    try:
        code = subprocess.run([sys.executable, *map(str, command)], cwd=ROOT, timeout=seconds, check=False).returncode
    except subprocess.TimeoutExpired:
        code = 124
    print(f"== {what}: exit code {code} after {time.monotonic() - start:.0f} s", flush=True)
    return code in (0, 1)  # 1: checks found something in the answers of a small model


def recipe(folder: Path, model: Path) -> Path:
    """A recipe over the first situations of the sample."""
    shipped = yaml.safe_load((ROOT / "builders/recipes/values.yaml").read_text(encoding="utf-8"))
    situations = (ROOT / "builders/sources/samples/situations.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "situations.jsonl").write_text("\n".join(situations[:SEEDS]) + "\n", encoding="utf-8")
    keys = {
        "n": SEEDS,
        "source": {"file": {"path": "situations.jsonl", "text": "situation", "id": "id"}},
        "teachers": {"main": {"vllm": {"path": str(model)}}},
    }
    (path := folder / "recipe.yaml").write_text(yaml.safe_dump({**shipped, **keys}), encoding="utf-8")
    return path


def main(model: Path) -> None:
    """Run all steps; the exit code is that of the worst."""
    subprocess.run(["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"], check=False)
    session = "asyncio_default_{}_loop_scope=session"
    options = [part for name in ("fixture", "test") for part in ("-o", session.format(name))]
    tests = [
        "-m",
        "pytest",
        "-n",
        "0",
        "-m",
        "slow",
        "-k",
        "vllm",
        "tests/builders/teachers",
        "-o",
        "filterwarnings=ignore",
    ]
    passed = [step("conformance", 200, *tests, *options)]
    with tempfile.TemporaryDirectory() as folder:
        build = ["-m", "pluriset.cli", "build", recipe(Path(folder), model), "--out", Path(folder) / "run"]
        passed.append(step(f"{SEEDS} seeds, one shard", 200, *build, "--shards", 1))
        passed.append(step("tables", 60, *build))
    passed.append(step("tokens a second", 120, ROOT / "benchmarks/real_teachers.py", "vllm", REQUESTS))
    raise SystemExit(0 if all(passed) else 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else SMALL)
