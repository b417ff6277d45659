from collections.abc import Iterator

import pytest
from pluriset.tests.servers.real_openai import real_server


@pytest.fixture(scope="session")
def real_url() -> Iterator[str]:
    """The embedded model behind a real HTTP server."""
    with real_server() as url:
        yield url
