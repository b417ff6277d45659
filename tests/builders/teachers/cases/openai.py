from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pluriset.builders.teachers.openai import OpenAI
from pluriset.tests.servers.scripted_openai import Body, Reply, ScriptedServer, answer, failure


def small_model(body: Body) -> Reply:
    """What a real server does with short, cut off and too long requests."""
    if sum(len(message["content"]) for message in body["messages"]) > 10_000:
        return failure(400, "the request exceeds the available context size")
    text = '{"stance": "either", "reason": "It depends."}'
    return answer(text) if body["max_tokens"] > 1 else answer(text[:1], "length")


@contextmanager
def scripted_server(_: pytest.FixtureRequest) -> Iterator[OpenAI]:
    with ScriptedServer(small_model) as server:
        yield OpenAI(model="small", base_url=server.url)


@contextmanager
def real_server(request: pytest.FixtureRequest) -> Iterator[OpenAI]:
    yield OpenAI(model="SmolLM2-135M-Instruct.Q4_1", base_url=request.getfixturevalue("real_url"), temperature=0.6)


CASES = [
    pytest.param(scripted_server, id="openai-scripted"),
    pytest.param(real_server, id="openai-real", marks=pytest.mark.slow),
]
