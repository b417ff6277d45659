"""What OpenAI's chat completions look like on the wire, for everything that speaks them over HTTP or in batch files.

https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import re
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError, model_validator
from pydantic_core import from_json, to_json

from ...schemas.request import Completion, Finish

TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)
"""What an HTML page says in short."""


class Message(BaseModel):
    """What the model says; fields of other endpoints are kept."""

    model_config = ConfigDict(extra="allow")

    content: str | list[dict[str, Any]] | None = None
    refusal: str | None = None
    tool_calls: Any = None
    reasoning_content: Any = None
    reasoning: Any = None

    def text(self) -> str:
        """The arguments of the first call of a tool, else the text, its parts joined."""
        if arguments := self._arguments():
            return arguments
        if isinstance(self.content, list):
            texts = (part.get("text") for part in self.content if part.get("type") in ("text", "output_text"))
            return "".join(text for text in texts if isinstance(text, str))
        return self.content or ""

    def thoughts(self) -> str | None:
        """What the model thought, where the endpoint tells it apart."""
        given = (self.reasoning_content, self.reasoning)
        return next((thought for thought in given if thought and isinstance(thought, str)), None)

    def misplaced_answer(self) -> str:
        """JSON among the thoughts, where a server that splits them off took an answer without any for one."""
        thoughts = (self.thoughts() or "").strip()
        return thoughts if thoughts.startswith("{") else ""

    def record(self) -> dict[str, Any] | None:
        """The message as it was sent, where the answer is not its whole content."""
        text = self.text()
        return None if not text or text == self.content else self.model_dump(exclude_unset=True)

    def _arguments(self) -> str:
        try:
            arguments = self.tool_calls[0]["function"]["arguments"]
        except (KeyError, IndexError, TypeError):
            return ""
        return arguments if isinstance(arguments, str) else to_json(arguments).decode()


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
    error: Any = None

    @model_validator(mode="after")
    def _no_failure(self) -> Self:
        if self.error or self.finish_reason == "error":
            raise ValueError("the endpoint failed while it answered")
        return self

    def answer(self) -> tuple[str, Finish]:
        """The text, and how it ended."""
        message = self.message or Message()
        if message.refusal:
            return message.refusal, "refusal"
        if self.finish_reason == "content_filter":
            return message.text() or "stopped by the endpoint's content filter", "refusal"
        if self.finish_reason == "length":
            return message.text(), "length"
        return message.text() or message.misplaced_answer(), "stop"

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
        message = choice.message or Message()
        return Completion(
            text, finish, *tokens, self.model or model, choice.likely(), message.thoughts(), message.record()
        )

    def used(self) -> Usage:
        """The tokens; unknown where they are missing, or of another shape: the answer was paid for all the same."""
        try:
            return Usage.model_validate(self.usage or {})
        except ValidationError:
            return Usage()


def parse_body(content: bytes) -> object:
    """The JSON of a body, or its text where it is none."""
    try:
        return from_json(content)
    except ValueError:
        return content.decode(errors="replace")


def error_message(body: object) -> str:
    """The message in an error body; endpoints disagree on its shape."""
    while isinstance(body, dict):
        choices = body.get("choices")
        if isinstance(choices, list) and choices and isinstance(choices[0], dict) and choices[0].get("error"):
            body = choices[0]
        body = next((body[name] for name in ("error", "message", "detail") if body.get(name)), str(body))
    text = str(body)
    title = TITLE.search(text)
    return title[1].strip() if title else text
