"""What an endpoint of chat completions can do besides answering, found out by asking it: a few tokens each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from .chat import Reply, error_message, parse_body

if TYPE_CHECKING:
    from openai import AsyncOpenAI

CONTEXTS = ("max_model_len", "context_length", "context_window", "n_ctx", "n_ctx_train")
"""Names under which servers report how many tokens fit: vLLM, OpenRouter, Groq, llama.cpp."""
CHANGES: tuple[tuple[str, Any, str], ...] = (
    ("max_tokens_field", "max_completion_tokens", r"max_completion_tokens|max_tokens"),
    ("max_tokens_field", "max_tokens", r"max_completion_tokens"),
    ("send_seed", False, r"\bseed\b"),
    ("system_role", False, r"system|roles must alternate"),
    ("stream", True, r"stream"),
    ("strict", False, r"strict|additionalProperties|'required'|schema"),
    ("thinking_tokens", 4096, r"cut off|thinking"),
    ("answer_format", "json_object", r"response_format|json_schema|schema|not honoured"),
    ("answer_format", "tool", r"response_format|json_schema|schema|tool|not honoured"),
    ("answer_format", "text", r"response_format|json_object|not honoured"),
)
"""Option, value to try, and the failures that it may help against."""


def changes_to_try(failure: str, options: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The options to change after a failure, those first of which the failure speaks."""
    fitting = [(name, value) for name, value, pattern in CHANGES if re.search(pattern, failure)]
    others = [(name, value) for name, value, _ in CHANGES if (name, value) not in fitting]
    return [(name, value) for name, value in [*fitting, *others] if options.get(name) != value]


async def probe_endpoint(
    client: AsyncOpenAI, model: str, max_tokens_field: str, extra_body: Mapping[str, Any]
) -> dict[str, str]:
    """Feature -> what a request for it showed."""

    async def replied(**more: Any) -> Reply | str:
        from openai import APIStatusError

        create: Any = client.chat.completions.with_raw_response.create
        messages = [{"role": "user", "content": "Say one word."}]
        try:
            response = await create(
                messages=messages, extra_body=extra_body or None, **{"model": model, max_tokens_field: 8, **more}
            )
            return Reply.model_validate_json(response.content)
        except APIStatusError as error:
            message = error_message(parse_body(error.response.content))
            return f"refused: HTTP {error.status_code}: {message[:200]}"
        except ValidationError:
            return "no chat completion came back"

    found = await _listed(client, model)
    first, second = await replied(seed=7, temperature=1), await replied(seed=7, temperature=1)
    found["seed"] = first if isinstance(first, str) else _same(first, second)
    logprobs = await replied(logprobs=True, top_logprobs=2)
    given = logprobs if isinstance(logprobs, str) else logprobs.choices[0].logprobs
    found["logprobs"] = logprobs if isinstance(logprobs, str) else "yes" if given else "silently ignored"
    several = await replied(n=2)
    found["n"] = several if isinstance(several, str) else f"{len(several.choices)} of 2 answers came"
    return found


async def _listed(client: AsyncOpenAI, model: str) -> dict[str, str]:
    """Whether the endpoint lists the model, and what it says of its context."""
    from openai import APIStatusError

    try:
        entries = {each.id: each for each in (await client.models.list()).data or []}
    except APIStatusError as error:
        return {"listed": f"unknown: HTTP {error.status_code}", "context": "unknown"}
    except (AttributeError, TypeError):
        return {"listed": "unknown: not a list of models", "context": "unknown"}
    if model not in entries:
        return {"listed": f"no; it lists {', '.join(entries)[:200] or 'nothing'}", "context": "unknown"}
    facts = entries[model].model_dump()
    facts |= meta if isinstance(meta := facts.get("meta"), dict) else {}
    context = next((facts[name] for name in CONTEXTS if isinstance(facts.get(name), int)), None)
    return {"listed": "yes", "context": f"{context:,} tokens" if context else "unknown"}


def _same(first: Reply, second: Reply | str) -> str:
    texts = {reply if isinstance(reply, str) else reply.completion("").text for reply in (first, second)}
    return "accepted; two answers were " + ("the same" if len(texts) == 1 else "different")
