from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pluriset.builders.teachers.scripted import Scripted
from pluriset.schemas.errors import BadCompletion
from pluriset.schemas.request import Completion, Request

TEXT = '{"stance": "either", "reason": "It depends."}'


def small_model(request: Request) -> Completion:
    """What a real model does with short, cut off and too long requests."""
    if sum(len(message.content) for message in request.messages) > 10_000:
        raise BadCompletion("the request exceeds the available context size")
    return Completion(TEXT) if request.max_tokens > 1 else Completion(TEXT[:1], "length")


@contextmanager
def function(_: pytest.FixtureRequest) -> Iterator[Scripted]:
    yield Scripted(answer=small_model)


CASES = [pytest.param(function, id="scripted")]
