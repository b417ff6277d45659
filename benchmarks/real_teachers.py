"""Real models, many structured asks: schema-valid answers, and tokens per second beside the bare engine.

`python benchmarks/real_teachers.py [embedded|openai|vllm] [ASKS] [THREADS]`; vllm needs the environment of `.ci/vllm`.
Ours is the durable ask, with digest, pace, journal and parsing. Bare is the engine alone, called as its own
documentation says, with the same prompts, the same grammar and as many requests at once. Each takes its turn first on
one half of the prompts, because an engine remembers what it has read.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal

from aiohttp import ClientSession
from pydantic import BaseModel, ConfigDict, Field

from pluriset.builders.asking.ask import Ask
from pluriset.builders.asking.engine import Engine
from pluriset.builders.asking.question import Answerer
from pluriset.builders.storage.journal import Journal
from pluriset.builders.teachers import Teacher
from pluriset.builders.teachers import vllm as vllm_module
from pluriset.builders.teachers.embedded import GUIDANCE, Embedded, _grammar
from pluriset.builders.teachers.openai import OpenAI
from pluriset.builders.teachers.vllm import VLLM
from pluriset.schemas.request import Message, Prompt
from pluriset.schemas.rows.shared import Annotator
from pluriset.tests.servers.real_openai import real_server

AT_ONCE = 8
WARM = 16
LONGEST = 120
SAMPLING: dict[str, Any] = {"temperature": 0.6, "top_p": 0.9}
SYSTEM = Message("system", "You judge whether people should do something, and say why in one sentence.")


class Verdict(BaseModel):
    """What is asked for."""

    model_config = ConfigDict(extra="forbid")

    stance: Literal["supports", "opposes", "either", "abstain"]
    reason: str = Field(min_length=1, max_length=80)


Bare = Callable[[int], Awaitable[int]]
SCHEMA = Verdict.model_json_schema()


def prompt(number: int) -> Prompt:
    """One of many prompts that begin alike."""
    asked = Message("user", f"Is it fine to come {number} minutes late to a friend's dinner?")
    return Prompt((SYSTEM, asked), LONGEST)


def told(number: int) -> list[dict[str, str]]:
    """The same prompt for the bare engine."""
    return [{"role": message.role, "content": message.content} for message in prompt(number).messages]


@asynccontextmanager
async def teacher(kind: str, threads: int) -> AsyncIterator[tuple[Teacher, Bare]]:
    """A teacher of the small model and its engine without us, closed after they were used."""
    with real_server(threads) if kind == "openai" else nullcontext("") as url:
        one, way = KINDS[kind](url, threads)
        try:
            async with way(one) as bare:
                yield one, bare
        finally:
            await one.close()


@asynccontextmanager
async def bare_llama(one: Embedded) -> AsyncIterator[Bare]:
    """xllamacpp in threads, as its README calls it."""
    engine = await one._starting
    schema = json.dumps({**SCHEMA, **GUIDANCE})
    fixed = {"max_tokens": LONGEST, **SAMPLING, "grammar": _grammar("answer", schema)}

    def answer(number: int) -> int:
        body = {**fixed, "messages": told(number), "seed": number}
        return int(engine.server.handle_chat_completions(body)["usage"]["completion_tokens"])

    with ThreadPoolExecutor(AT_ONCE) as threads:

        async def bare(number: int) -> int:
            return await asyncio.get_running_loop().run_in_executor(threads, answer, number)

        yield bare


@asynccontextmanager
async def bare_http(one: OpenAI) -> AsyncIterator[Bare]:
    """A loop over aiohttp."""
    format_ = {"type": "json_schema", "json_schema": {"name": "Verdict", "schema": SCHEMA, "strict": one.strict}}
    fixed = {"model": "smollm2", "max_tokens": LONGEST, **SAMPLING, "response_format": format_}
    async with ClientSession() as session:

        async def bare(number: int) -> int:
            body = {**fixed, "messages": told(number), "seed": number}
            async with session.post(f"{one.base_url}/chat/completions", json=body) as reply:
                return int((await reply.json())["usage"]["completion_tokens"])

        yield bare


@asynccontextmanager
async def bare_vllm(one: VLLM) -> AsyncIterator[Bare]:
    """The `generate` of vLLM's engine."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

    engine = await one.engine().starting
    tokenizer = engine.get_tokenizer()

    async def bare(number: int) -> int:
        ids = tokenizer.apply_chat_template(told(number), add_generation_prompt=True, return_dict=False)
        params = SamplingParams(
            **SAMPLING,
            seed=number,
            max_tokens=LONGEST,
            structured_outputs=StructuredOutputsParams(json={**SCHEMA, **vllm_module.GUIDANCE}),
            output_kind=RequestOutputKind.FINAL_ONLY,
        )
        async for output in engine.generate({"prompt_token_ids": ids}, params, f"bare-{number}"):
            said = output
        return len(said.outputs[0].token_ids)

    yield bare


Way = Callable[[Any], AbstractAsyncContextManager[Bare]]
KINDS: dict[str, Callable[[str, int], tuple[Teacher, Way]]] = {
    "embedded": lambda _, threads: (Embedded(concurrency=AT_ONCE, threads=threads), bare_llama),
    "openai": lambda url, _: (OpenAI(model="smollm2", base_url=url, concurrency=AT_ONCE, **SAMPLING), bare_http),
    "vllm": lambda *_: (VLLM(path=Path(sys.prefix) / "smollm2", eager=True, memory=0.4, **SAMPLING), bare_vllm),
}


async def spread(ask: Callable[[int], Awaitable[int]], numbers: range) -> tuple[int, float]:
    """Tokens and seconds of all these asks, so many at once."""
    left, tokens, start = iter(numbers), 0, time.perf_counter()

    async def work() -> None:
        nonlocal tokens
        for number in left:
            made = await ask(number)  # before it is added: others add meanwhile
            tokens += made

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return tokens, time.perf_counter() - start


async def compared(kind: str, asks: int, threads: int) -> None:
    """Print what ours and the bare engine reach."""
    async with teacher(kind, threads) as (one, bare):
        with tempfile.TemporaryDirectory() as folder:
            journal, valid = Journal(Path(folder)), 0
            engine = Engine(journal, {"judge": [Answerer(Annotator(annotator_id="main", kind="model"), "main", one)]})

            async def ours(number: int) -> int:
                nonlocal valid
                answer = await Ask(engine, str(number))(prompt(number), Verdict, "judge")
                valid += number >= WARM
                found = journal.answer(bytes.fromhex(answer.digest))
                assert found is not None
                return int(found["output_tokens"])

            for way in (bare, ours):
                await spread(way, range(WARM))
            half = WARM + asks // 2
            first, second = range(WARM, half), range(half, WARM + asks)
            reached = dict.fromkeys((bare, ours), (0, 0.0))
            for way, numbers in ((bare, first), (ours, first), (ours, second), (bare, second)):
                tokens, seconds = await spread(way, numbers)
                reached[way] = (reached[way][0] + tokens, reached[way][1] + seconds)
            journal.close()
    alone, durable = (tokens / seconds for tokens, seconds in reached.values())
    print(
        f"{kind:9} {valid} of {asks} valid, {engine.requests.total - WARM} asked, {threads} threads; "
        f"ours {durable:,.1f} tokens/s, bare {alone:,.1f}: {durable / alone:.2f} of it",
        flush=True,
    )


def main(kind: str = "", asks: int = 500, threads: int = 1) -> None:
    """One backend, or the two that every environment has."""
    for one in [kind] if kind else ["embedded", "openai"]:
        asyncio.run(compared(one, asks, threads))


if __name__ == "__main__":
    first, *numbers = sys.argv[1:] or [""]
    main(first, *map(int, numbers))
