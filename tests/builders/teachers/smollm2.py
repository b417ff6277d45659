"""The small model as vLLM takes it: `.ci/vllm` makes an environment with vLLM's CPU build and, in it, this folder."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

SMOLLM2 = Path(sys.prefix) / "smollm2"
OPTIONS: dict[str, Any] = {
    "path": SMOLLM2,
    "context": 2048,
    "temperature": 0.6,
    "eager": True,
    "memory": 0.4,
    "lora_rank": 8,
}


def needs_vllm() -> None:
    """Skip where there is no vLLM, and say so."""
    if find_spec("vllm") is None or not SMOLLM2.is_dir():
        pytest.skip("no vLLM in this environment: .ci/vllm makes one that has it")
