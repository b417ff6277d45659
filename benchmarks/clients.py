"""One client in a process of its own: `clients.py CLIENT URL ASKS AT_ONCE FOLDER`, for benchmarks/teacher.py.

Prints when it was done and its CPU seconds until then: the loops with the last parsed answer, a build with the last
parquet file, before its checks and its card.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

Call = Callable[[int], Awaitable[str]]


def text(number: int) -> str:
    """The text of a seed."""
    return f"Situation number {number}: lying to a friend about a present"


def body(number: int) -> dict[str, Any]:
    """The request that every loop sends."""
    from pluriset.benchmarks.judged import SCHEMA, prompt

    asked, schema = prompt(text(number)), {"name": "Judgement", "schema": SCHEMA, "strict": True}
    return {
        "model": "simulated",
        "messages": [{"role": message.role, "content": message.content} for message in asked.messages],
        "max_tokens": asked.max_tokens,
        "seed": number,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }


async def spread(call: Call, asks: int, at_once: int) -> None:
    """Call for every number, so many at once, and parse what comes back."""
    from pluriset.builders.families.values import Judgement

    numbers = iter(range(asks))

    async def work() -> None:
        for number in numbers:
            Judgement.model_validate_json(await call(number))

    await asyncio.gather(*(work() for _ in range(at_once)))


async def bare_aiohttp(url: str, asks: int, at_once: int) -> None:
    """The least that a client can do."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def call(number: int) -> str:
            async with session.post(f"{url}/chat/completions", json=body(number)) as response:
                content: str = (await response.json())["choices"][0]["message"]["content"]
                return content

        await spread(call, asks, at_once)


async def sdk(url: str, asks: int, at_once: int, transport: str = "default") -> None:
    """The `openai` package as its documentation shows it, or with its aiohttp transport."""
    import openai

    http = openai.DefaultAioHttpClient() if transport == "aiohttp" else None
    async with openai.AsyncOpenAI(api_key="none", base_url=url, http_client=http) as client:

        async def call(number: int) -> str:
            reply = await client.chat.completions.create(**body(number))
            return str(reply.choices[0].message.content)

        await spread(call, asks, at_once)


async def sdk_aiohttp(url: str, asks: int, at_once: int) -> None:
    """The `openai` package with its aiohttp transport."""
    await sdk(url, asks, at_once, "aiohttp")


def build(recipe: str, out: str) -> None:
    """The command line, with a stamp where the parquet files are written and the checks begin."""
    import pluriset
    from pluriset import cli

    checks = pluriset.validate

    def stamped(*arguments: Any, **options: Any) -> Any:
        done()
        return checks(*arguments, **options)

    pluriset.validate = stamped
    cli.main(["build", recipe, "--out", out])


def done() -> None:
    """Say that all asks are answered and kept."""
    print(json.dumps({"done": time.time(), "cpu": time.process_time()}), flush=True)


def main(client: str, *arguments: str) -> None:
    """Be one client."""
    if client == "pluriset":
        return build(*arguments)
    url, asks, at_once = arguments
    loop = {"bare aiohttp": bare_aiohttp, "openai SDK": sdk, "openai SDK over aiohttp": sdk_aiohttp}[client]
    asyncio.run(loop(url, int(asks), int(at_once)))
    return done()


if __name__ == "__main__":
    main(*sys.argv[1:])
