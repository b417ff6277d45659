"""A chat completion that comes as a stream of server-sent events, put together.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json, to_json

TEXTS = ("content", "reasoning_content", "reasoning", "refusal")


def is_stream(content: bytes) -> bool:
    """Whether a body is a stream of events and no JSON."""
    return content.lstrip()[:5] in (b"data:", b"event") or content.lstrip()[:1] == b":"


def joined(content: bytes) -> bytes:
    """The completion that the events of a body make up; an error among them, or the body itself where it was cut."""
    message: dict[str, Any] = {}
    choice: dict[str, Any] = {"message": message, "finish_reason": None}
    whole: dict[str, Any] = {}
    for event in _events(content):
        if event.get("error"):
            return to_json({"error": event["error"]})
        whole |= {name: event[name] for name in ("model", "usage") if event.get(name)}
        for part in _objects(event.get("choices")):
            if part.get("index", 0) == 0:
                _add(message, _object(part.get("delta")))
                choice["finish_reason"] = part.get("finish_reason") or choice["finish_reason"]
    if not choice["finish_reason"]:
        return to_json({"error": "the stream ended before the answer did"})
    return to_json({**whole, "choices": [choice]})


def _events(content: bytes) -> list[dict[str, Any]]:
    lines = (line[5:].strip() for line in content.splitlines() if line.startswith(b"data:"))
    events = []
    for line in lines:
        try:
            event = from_json(line)
        except ValueError:
            continue  # the mark of the end, or a line that was cut off
        events += [event] if isinstance(event, dict) else []
    return events


def _add(message: dict[str, Any], delta: dict[str, Any]) -> None:
    for name in TEXTS:
        if isinstance(delta.get(name), str):
            message[name] = message.get(name, "") + delta[name]
    for call in _objects(delta.get("tool_calls")):
        calls = message.setdefault("tool_calls", [{"function": {"arguments": ""}}])
        if call.get("index", 0) == 0:
            arguments = _object(call.get("function")).get("arguments")
            calls[0]["function"]["arguments"] += arguments if isinstance(arguments, str) else ""


def _object(value: Any) -> dict[str, Any]:
    """An object of an event; empty where something else stands."""
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list of an event."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
