from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from pluriset.schemas.bounds import bounds

# The tests share the machine with each other: how long one example takes says nothing.
settings.register_profile("pluriset", deadline=None)
settings.load_profile("pluriset")


@pytest.fixture
def within() -> Iterator[Callable[..., object]]:
    """Other bounds for the rest of a test."""
    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(bounds(**changes))
