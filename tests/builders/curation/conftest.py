from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from pluriset.tests.builders.curation.bench import Bench
from pluriset.validators.tables.sql import connect


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    with ExitStack() as stack:
        yield lambda *rows: Bench(stack.enter_context(connect()), rows)
