"""How an endpoint is told the schema of an answer: as a response format, as a tool, or in the prompt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic_core import to_json

from ...schemas.request import Message

AnswerFormat = Literal["json_schema", "json_object", "tool", "text"]
IN_PROMPT = ("json_object", "text")
"""Formats under which the prompt has to name the schema."""
INSTRUCTION = "Answer with one JSON object under this JSON Schema and with nothing else:"


def format_fields(answer_format: AnswerFormat, schema: Mapping[str, Any], strict: bool) -> dict[str, Any]:
    """The fields of a request that hold its answer to a schema; names have only characters that OpenAI allows."""
    name = re.sub(r"[^a-zA-Z0-9_-]", "_", str(schema.get("title") or "answer"))[:64]
    if answer_format == "json_schema":
        json_schema = {"name": name, "schema": schema, "strict": strict}
        return {"response_format": {"type": "json_schema", "json_schema": json_schema}}
    if answer_format == "tool":
        strictness = {"strict": True} if strict else {}
        function = {"name": name, "description": "Gives the answer.", "parameters": schema, **strictness}
        choice = {"type": "function", "function": {"name": name}}
        return {"tools": [{"type": "function", "function": function}], "tool_choice": choice}
    return {"response_format": {"type": "json_object"}} if answer_format == "json_object" else {}


def with_schema(messages: Sequence[Message], schema: Mapping[str, Any]) -> list[Message]:
    """The messages, the last of which names the schema."""
    *before, last = messages
    return [*before, Message(last.role, f"{last.content}\n\n{INSTRUCTION} {to_json(schema).decode()}")]
