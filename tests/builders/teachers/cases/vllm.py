from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pluriset.builders.teachers.vllm import VLLM
from pluriset.tests.builders.teachers.smollm2 import OPTIONS, needs_vllm


@contextmanager
def small_model(request: pytest.FixtureRequest) -> Iterator[VLLM]:
    needs_vllm()
    request.getfixturevalue("vllm_holder").engine()
    yield VLLM(**OPTIONS)


CASES = [pytest.param(small_model, id="vllm", marks=pytest.mark.slow)]
