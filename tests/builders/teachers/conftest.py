from collections.abc import Iterator

import pytest

from pluriset.builders.teachers.vllm import VLLM
from pluriset.tests.builders.teachers.smollm2 import OPTIONS, needs_vllm
from pluriset.tests.servers.real_openai import real_server


@pytest.fixture(scope="session")
def real_url() -> Iterator[str]:
    """The embedded model behind a real HTTP server."""
    with real_server() as url:
        yield url


@pytest.fixture(scope="session")
def vllm_holder() -> VLLM:
    """Holds the engine between tests, for it takes long to start; they must run in one event loop then."""
    needs_vllm()
    return VLLM(**OPTIONS)
