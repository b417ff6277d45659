"""What OpenAI's chat completions look like on the wire, for everything that speaks them over HTTP or in batch files.

https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import BaseModel, Field, NonNegativeInt, ValidationError
from pydantic_core import from_json

from ...schemas.request import Completion, Finish

REQUEST_ERRORS = {400, 413, 422}
"""Statuses that are about one request: too long, filtered, of a shape the model does not take."""


class Message(BaseModel):
    """What the model says."""

    content: str | None = None
    refusal: str | None = None


class TokenLogprob(BaseModel):
    """A token, with the natural logarithm of its probability."""

    token: str
    logprob: float


class PositionLogprobs(TokenLogprob):
    """What was said in a place, and what was likeliest there."""

    top_logprobs: list[TokenLogprob] = []


class Logprobs(BaseModel):
    """The tokens of an answer."""

    content: list[PositionLogprobs] | None = None


class Choice(BaseModel):
    """One answer; endpoints leave out what they like."""

    message: Message | None = None
    finish_reason: str | None = None
    logprobs: Any = None

    def answer(self) -> tuple[str, Finish]:
        """The text, and how it ended."""
        message = self.message or Message()
        if message.refusal:
            return message.refusal, "refusal"
        if self.finish_reason == "content_filter":
            return message.content or "stopped by the endpoint's content filter", "refusal"
        return message.content or "", "length" if self.finish_reason == "length" else "stop"

    def likely(self) -> list[list[tuple[str, float]]] | None:
        """The tokens with their logarithms; null where they are missing, or of another shape: they are an extra."""
        try:
            places = Logprobs.model_validate(self.logprobs).content
        except ValidationError:
            return None
        return (
            None
            if places is None
            else [[(t.token, t.logprob) for t in (place, *place.top_logprobs)] for place in places]
        )


class Usage(BaseModel):
    """Tokens, as the endpoint counts them."""

    prompt_tokens: NonNegativeInt | None = None
    completion_tokens: NonNegativeInt | None = None


class Reply(BaseModel):
    """A chat completion; a body without an answer, such as an error that came with status 200, is none."""

    choices: list[Choice] = Field(min_length=1)
    usage: Any = None
    model: str | None = None

    def completion(self, model: str) -> Completion:
        """The first answer; `model` is named where the endpoint names none."""
        choice, usage = self.choices[0], self.used()
        text, finish = choice.answer()
        tokens = usage.prompt_tokens or 0, usage.completion_tokens or 0
        return Completion(text, finish, *tokens, self.model or model, choice.likely())

    def used(self) -> Usage:
        """The tokens; unknown where they are missing, or of another shape: the answer was paid for all the same."""
        try:
            return Usage.model_validate(self.usage or {})
        except ValidationError:
            return Usage()


def response_format(schema: Mapping[str, Any], strict: bool) -> dict[str, Any]:
    """The option that holds an answer to a schema; its name has only the characters that OpenAI allows."""
    name = re.sub(r"[^a-zA-Z0-9_-]", "_", str(schema.get("title") or "answer"))[:64]
    return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": strict}}


def parse_body(content: bytes) -> object:
    """The JSON of a body, or its text where it is none."""
    try:
        return from_json(content)
    except ValueError:
        return content.decode(errors="replace")


def error_message(body: object) -> str:
    """The message in an error body; endpoints disagree on its shape."""
    while isinstance(body, dict):
        body = next((body[name] for name in ("error", "message", "detail") if body.get(name)), str(body))
    return str(body)


def retry_after_seconds(retry_after: str | None) -> float | None:
    """What `Retry-After` asks for, in seconds or as an HTTP date (RFC 9110, 10.2.3); null if it says nothing usable."""
    if retry_after is None:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d+)?", retry_after.strip()):
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
