"""What endpoints that call themselves OpenAI-compatible do differently, as people report it: one function a quirk.

A quirk takes a request and the answer that a well-behaved endpoint would give, and returns what is sent instead.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from pluriset.tests.servers.scripted_openai import Body, Reply, answer, failure

Quirk = Callable[[Body, str], Reply]
THOUGHTS = "The user wants {JSON}. Let me think."
PROSE = "La honestidad es un valor."
FORMATS = ("json_schema", "text")


def is_judgement(body: Body) -> bool:
    """Whether a judge is asked."""
    return any("valence: " in message["content"] for message in body["messages"])


def refusing(wrong: Callable[[Body], bool], message: str, then: Quirk = lambda _, text: answer(text)) -> Quirk:
    """Refuses requests of a shape with status 400."""
    return lambda body, text: failure(400, message) if wrong(body) else then(body, text)


def json_schema_only_in_prompt(body: Body, text: str) -> Reply:
    """Knows JSON, but no schema."""
    if body.get("response_format", {}).get("type") == "json_schema":
        return failure(400, "response_format.type must be json_object or text")
    return answer(text if "JSON Schema" in body["messages"][-1]["content"] else PROSE)


def lm_studio(body: Body, text: str) -> Reply:
    """Takes the formats `json_schema` and `text` only."""
    kind = body.get("response_format", {}).get("type", "text")
    if kind not in FORMATS:
        return failure(400, "'response_format.type' must be 'json_schema' or 'text'")
    return answer(text)


def tool_calls_only(body: Body, text: str) -> Reply:
    """Knows a schema only as that of a tool, and says something beside its call."""
    if "response_format" in body or not body.get("tools"):
        return failure(400, "response_format is not supported; use tools")
    function = {"name": body["tools"][0]["function"]["name"], "arguments": text}
    return answer("Calling.", "tool_calls", tool_calls=[{"id": "1", "type": "function", "function": function}])


def streaming(body: Body, text: str) -> Reply:
    """Sends answers as a stream and in no other way."""
    if not body.get("stream"):
        return failure(400, "this model supports streaming only: set stream to true")
    chunks: list[Any] = [{"model": "s", "choices": [{"index": 0, "delta": {"content": part}}]} for part in text]
    chunks += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
    chunks += [{"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}]
    events = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return Reply(": ping\n\n" + "".join(events) + "data: [DONE]\n\n")


def thinking(tokens: int, reply: Quirk) -> Quirk:
    """Thinks for so many tokens before it answers."""

    def quirk(body: Body, text: str) -> Reply:
        if body["max_tokens"] < tokens:
            return answer(None, "length", reasoning_content=THOUGHTS)
        return reply(body, text)

    return quirk


def without_usage(body: Body, text: str) -> Reply:
    """Counts no tokens."""
    reply = answer(text)
    del reply.body["usage"]
    return reply


def in_200(error: dict[str, Any]) -> Reply:
    """An error with status 200."""
    return Reply({"error": error})


def in_choice(_: Body, text: str) -> Reply:
    """An error beside half an answer."""
    choice = {"finish_reason": "error", "error": {"message": "provider died"}, "message": {"content": text[:5]}}
    return Reply({"choices": [choice]})


def soon() -> str:
    """The date of this second."""
    return format_datetime(datetime.now(UTC), usegmt=True)


@dataclass
class Once:
    """Answers each request with the quirk the first time and well after that; requests are told apart by their seed."""

    quirk: Quirk
    seen: Counter[int] = field(default_factory=Counter)

    def __call__(self, body: Body, text: str) -> Reply:
        self.seen[body["seed"]] += 1
        return self.quirk(body, text) if self.seen[body["seed"]] == 1 else answer(text)


@dataclass(frozen=True)
class Case:
    """A quirk, the options that a recipe needs for it, and what a build comes to."""

    name: str
    quirk: Quirk
    options: dict[str, Any] = field(default_factory=dict)
    stops: str = ""
    """What the error says that stops the build with exit code 3; empty where it is built."""
    rejects: int = 0
    """Seeds that are rejected."""
    judged: bool = True
    """Whether there are annotations."""


def flagged(reply: Reply) -> Quirk:
    """Says this about one of the seeds."""
    return lambda body, text: reply if "situation number 3" in str(body).lower() else answer(text)


AZURE_FILTER = Reply({"error": {"code": "content_filter", "message": "The response was filtered"}}, 400)
CASES = (
    Case("null content, JSON in reasoning", lambda _, t: answer(None, reasoning_content=t)),
    Case("think tags", lambda _, t: answer(f"<think>\n{THOUGHTS}\n</think>\n\n{t}")),
    Case("code fence", lambda _, t: answer(f"Here it is:\n```json\n{t}\n```")),
    Case("content in parts", lambda _, t: answer([{"type": "text", "text": t[:9]}, {"type": "text", "text": t[9:]}])),  # type: ignore[arg-type]
    Case(
        "max_completion_tokens",
        refusing(lambda b: "max_tokens" in b, "use 'max_completion_tokens' instead of 'max_tokens'"),
        {"max_tokens_field": "max_completion_tokens"},
    ),
    Case("no seed", refusing(lambda b: "seed" in b, "unknown field: seed"), {"send_seed": False}),
    Case(
        "strict schema",
        refusing(lambda b: b["response_format"]["json_schema"]["strict"], "schema: 'required' must list every key"),
        {"strict": False},
    ),
    Case("no json_schema", json_schema_only_in_prompt, {"answer_format": "json_object"}),
    Case("tool calls only", tool_calls_only, {"answer_format": "tool"}),
    Case(
        "no system role",
        refusing(lambda b: b["messages"][0]["role"] == "system", "System role not supported"),
        {"system_role": False},
    ),
    Case("error in 200", Once(lambda _, t: in_200({"message": "upstream timeout", "code": 504}))),
    Case("error in choice", Once(in_choice)),
    Case("HTML 502", Once(lambda _, t: Reply("<html><title>502 Bad Gateway</title></html>", 502))),
    Case("retry-after-ms", Once(lambda _, t: failure(429, "slow down", retry_after_ms="1", Retry_After="3000"))),
    Case("Retry-After date", Once(lambda _, t: failure(429, "slow down", Retry_After=soon()))),
    Case("Azure filter", flagged(AZURE_FILTER), rejects=1),
    Case("moderation 403", flagged(failure(403, "Input was flagged by moderation")), rejects=1),
    Case("stream only", streaming, {"stream": True}),
    Case("usage missing", without_usage),
    Case("thinking eats the limit", thinking(2000, lambda _, t: answer(t)), {"thinking_tokens": 4096}),
    Case(
        "judges cut off",
        lambda b, t: answer(t[:9], "length") if is_judgement(b) else answer(t),
        stops="answer cut off",
    ),
    Case("all rejected", lambda _, t: answer(None, refusal="I cannot help with that."), stops="refused"),
    Case("lone surrogate", lambda _, t: answer(t.replace("friend", "fr\\ud83d").replace("Hon", "Hon\\ud83d"))),
    Case("LM Studio's formats", lm_studio, {"answer_format": "text"}),
    Case("401 in 200", lambda _, t: in_200({"message": "invalid key", "code": 401}), stops="the endpoint refuses us"),
    Case("400 in 200", flagged(in_200({"message": "this prompt is too long", "code": 400})), rejects=1),
    Case("410", lambda _, t: failure(410, "the model was retired"), stops="the endpoint refuses us"),
    Case("schema ignored", lambda _, t: answer(PROSE), stops="answer does not parse"),
)
