import asyncio
import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pluriset.builders.teachers.embedded import Embedded
from pluriset.schemas.errors import TeacherError
from pluriset.schemas.request import Message, Request
from pluriset.tests.builders.teachers.verdict import Verdict, ask

WRITES_LONG = """
import asyncio, sys
from pluriset.builders.teachers.embedded import Embedded
from pluriset.schemas.request import Message, Request

SCHEMA = {"type": "object", "properties": {"story": {"type": "string"}}, "required": ["story"]}

async def main():
    teacher = Embedded(concurrency=2, context=512)
    try:
        asks = [Request((Message("user", "Write a story."),), SCHEMA, 30, seed) for seed in range(20)]
        tasks = [asyncio.create_task(teacher.complete(one)) for one in asks]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        print("answering", flush=True)
        await asyncio.gather(*tasks)
        print("all answered")
    finally:
        await teacher.close()
        print("closed", flush=True)

asyncio.run(main())
"""


def test_the_file_is_the_model(tmp_path: Path) -> None:
    path = tmp_path / "small-model.Q4.gguf"
    path.write_bytes(b"weights")
    teacher = Embedded(path=path)
    assert teacher.model_name() == "small-model.Q4" and teacher.notice() is None
    assert teacher.revision() == "sha256:" + hashlib.sha256(b"weights").hexdigest()
    path.write_bytes(b"other weights")
    assert teacher.revision() == "sha256:" + hashlib.sha256(b"other weights").hexdigest()


def test_says_that_the_bundled_model_is_small() -> None:
    assert "not fit to publish" in (Embedded().notice() or "")


async def test_says_which_file_is_missing(tmp_path: Path) -> None:
    teacher = Embedded(path=tmp_path / "none.gguf")
    with pytest.raises(TeacherError, match="no such model file") as caught:
        await teacher.complete(ask())
    assert caught.value.got == str(tmp_path / "none.gguf")
    await teacher.close()


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"not a model" * 100])
async def test_says_which_file_is_no_model(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.gguf").write_bytes(content)
    teacher = Embedded(path=tmp_path / "bad.gguf")
    for error in await asyncio.gather(*(teacher.complete(ask()) for _ in range(3)), return_exceptions=True):
        assert isinstance(error, TeacherError) and "bad.gguf" in str(error) and str(tmp_path) not in str(error)
    await teacher.close()


@pytest.mark.slow
async def test_the_loop_runs_while_the_engine_starts() -> None:
    teacher, ticks = Embedded(context=512), 0
    asking = asyncio.create_task(teacher.complete(ask()))
    while not asking.done():
        await asyncio.sleep(0.01)
        ticks += 1
    await teacher.close()
    Verdict.model_validate_json(asking.result().text)
    assert ticks > 5


@pytest.mark.slow
async def test_white_space_is_not_free_and_patterns_bind() -> None:
    fruit = {"type": "string", "pattern": r"^\S{3} (apple|pear)s$"}
    schema = {"type": "object", "properties": {"fruit": fruit}, "required": ["fruit"], "additionalProperties": False}
    teacher = Embedded(context=512, temperature=2, concurrency=2)
    asks = [Request((Message("user", "Write about cars."),), schema, 40, seed) for seed in range(4)]
    texts = [completion.text for completion in await asyncio.gather(*map(teacher.complete, asks))]
    await teacher.close()
    assert all(text.startswith('{"fruit":"') and text.endswith(('apples"}', 'pears"}')) for text in texts), texts


@pytest.mark.slow
async def test_a_schema_that_cannot_bind_is_an_error() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(?=x)y$"}}, "required": ["a"]}
    teacher = Embedded(context=512, concurrency=1)
    with pytest.raises(TeacherError, match="hold its answers to this schema"):
        await teacher.complete(Request((Message("user", "hello"),), schema, 20, 1))
    Verdict.model_validate_json((await teacher.complete(ask())).text)
    await teacher.close()


@pytest.mark.slow
def test_ctrl_c_ends_it_soon_and_the_engine_is_silent() -> None:
    command = [sys.executable, "-c", WRITES_LONG]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == "answering\n"
        os.kill(process.pid, signal.SIGINT)
        assert process.stdout.read() == "closed\n"
        noise = process.stderr.read()
    assert noise.startswith("Traceback") and noise.rstrip().endswith("KeyboardInterrupt") and "llama" not in noise
