"""What an endpoint of chat completions can do besides answering, found out by asking it: a few tokens each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError

from .chat import Reply, error_message

Exchange = Callable[[str, dict[str, Any] | None], Awaitable[tuple[int, Any]]]
"""Path and body, null for a GET -> status and parsed answer."""

CONTEXTS = ("max_model_len", "context_length", "context_window", "n_ctx", "n_ctx_train")
"""Names under which servers tell how many tokens fit: vLLM, OpenRouter, Groq, llama.cpp."""


async def probe_endpoint(exchange: Exchange, model: str, longest: str) -> dict[str, str]:
    """What was asked -> what was found."""
    base = {"model": model, "messages": [{"role": "user", "content": "Say one word."}], longest: 8}

    async def replied(**more: Any) -> Reply | str:
        return _reply(*await exchange("chat/completions", {**base, **more}))

    found = _listed(*await exchange("models", None), model)
    first, second = await replied(seed=7, temperature=1), await replied(seed=7, temperature=1)
    found["seed"] = first if isinstance(first, str) else _same(first, second)
    logprobs = await replied(logprobs=True, top_logprobs=2)
    found["logprobs"] = logprobs if isinstance(logprobs, str) else _given(_first(logprobs, "logprobs"))
    several = await replied(n=2)
    found["n"] = several if isinstance(several, str) else f"{len(several.choices)} of 2 answers came"
    return found


def _reply(status: int, body: Any) -> Reply | str:
    if status >= 300:
        return f"refused: HTTP {status}: {error_message(body)[:200]}"
    try:
        return Reply.model_validate(body)
    except ValidationError:
        return "no chat completion came back"


def _listed(status: int, body: Any, model: str) -> dict[str, str]:
    """Whether `/models` knows the model, and what it says of its context."""
    known = body.get("data") if status < 300 and isinstance(body, dict) else None
    if not isinstance(known, list):
        return {"listed": f"not told: HTTP {status}", "context": "not told"}
    entries = {str(one.get("id")): one for one in known if isinstance(one, dict)}
    if model not in entries:
        return {"listed": f"no; it lists {', '.join(entries)[:200] or 'nothing'}", "context": "not told"}
    meta = entries[model].get("meta")
    facts = {**(meta if isinstance(meta, dict) else {}), **entries[model]}
    context = next((facts[name] for name in CONTEXTS if isinstance(facts.get(name), int)), None)
    return {"listed": "yes", "context": f"{context:,} tokens" if context else "not told"}


def _same(first: Reply, second: Reply | str) -> str:
    texts = {reply if isinstance(reply, str) else reply.completion("").text for reply in (first, second)}
    return "accepted; two answers were " + ("the same" if len(texts) == 1 else "not the same")


def _first(reply: Reply, name: str) -> Any:
    return getattr(reply.choices[0], name)


def _given(value: Any) -> str:
    return "yes" if value else "left out without a word"
