from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pluriset.builders.teachers.embedded import Embedded


@contextmanager
def bundled(_: pytest.FixtureRequest) -> Iterator[Embedded]:
    yield Embedded(context=1024)


CASES = [pytest.param(bundled, id="embedded", marks=pytest.mark.slow)]
