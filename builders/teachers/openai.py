"""Any endpoint that speaks OpenAI's chat completions: `vllm serve`, a llama.cpp server, a hosted API.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

import asyncio
import os
import re
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, JsonValue, ValidationError, field_validator

from ...schemas.component import Transport
from ...schemas.errors import BadCompletion, TeacherError, TeacherUnavailable
from ...schemas.request import Completion, Finish, Request
from ..teacher import Teacher

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

OWN = "api.openai.com"
OURS = {
    "model",
    "messages",
    "response_format",
    "max_tokens",
    "max_completion_tokens",
    "seed",
    "temperature",
    "top_p",
    "n",
}
"""What a request says by the teacher's other options, or must not say."""
LATER = {408, 409, 425, 429}
"""Statuses under 500 after which asking again may help."""
THIS_ONE = {400, 413, 422}
"""Statuses that are about one request: too long, filtered, of a shape the model does not take."""


class OpenAI(Teacher):
    """A model behind an OpenAI-compatible endpoint."""

    model: str = Field(min_length=1)
    """Name of the model, as the endpoint knows it."""
    base_url: Annotated[str, Transport()] = f"https://{OWN}/v1"
    """Where the endpoint is; most end in /v1. Keys do not belong here."""
    api_key_env: Annotated[str | None, Transport()] = None
    """Environment variable that holds the key; default: OPENAI_API_KEY for OpenAI itself, no key for anybody else."""
    declared_revision: str | None = Field(default=None, alias="revision")
    """What tells the model from another of the same name: a commit, a date, a hash."""
    temperature: float | None = Field(default=None, ge=0)
    """Sampling temperature; default: the endpoint's own."""
    top_p: float | None = Field(default=None, gt=0, le=1)
    """Nucleus sampling; default: the endpoint's own."""
    strict: bool = True
    """Whether the endpoint must hold its answers to the schema; some take only schemas of a simpler shape then."""
    extra_body: dict[str, JsonValue] = {}
    """More fields of the request, as {reasoning_effort: low}. They are part of the published recipe: no keys here."""
    timeout: Annotated[float, Transport()] = Field(default=300, gt=0)
    """Seconds from sending a request to the end of its answer."""

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query:
            raise ValueError("an address like http://localhost:8000/v1 is needed; keys go into the environment")
        return value

    @field_validator("extra_body")
    @classmethod
    def _not_ours(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if wrong := sorted({*OURS, "stream"} & set(value)):
            raise ValueError(f"{', '.join(wrong)}: set by the other options or by the ask, not here")
        return value

    async def complete(self, request: Request) -> Completion:
        """Send one request and read the answer."""
        import httpx2
        import openai

        client, body = self._client, self._body(request)
        try:
            async with asyncio.timeout(self.timeout):
                # The bare response, read by us: typed answers cost twice the time and believe whatever shape they get.
                response = await client.post("/chat/completions", cast_to=httpx2.Response, body=body)
        except TimeoutError:
            raise self._unavailable("no answer in time", f"none within {self.timeout:g} s") from None
        except openai.APIStatusError as error:
            raise self._refused(error) from None
        except openai.OpenAIError as error:
            raise self._unavailable("no answer", self._safe(str(error.__cause__ or error))) from None
        except UnicodeEncodeError as error:
            raise BadCompletion("the prompt is not Unicode text", got=error.object[error.start : error.end]) from None
        return self._completion(response.content)

    def model_name(self) -> str:
        """Name of the model, as the endpoint knows it."""
        return self.model

    def revision(self) -> str | None:
        """The declared revision."""
        return self.declared_revision

    def notice(self) -> str | None:
        """A warning, if nothing tells which model is behind the URL."""
        if self.declared_revision or self._is_openai:
            return None
        return f"Nothing tells the model {self.model} from another of this name: its teacher declares no `revision`."

    async def close(self) -> None:
        """Close the connections."""
        if (client := self.__dict__.pop("_client", None)) is not None:
            await client.close()

    @property
    def _is_openai(self) -> bool:
        host = urlsplit(self.base_url).hostname or ""
        return host == OWN or host.endswith("." + OWN)

    @cached_property
    def _client(self) -> AsyncOpenAI:
        import httpx2
        from openai import AsyncOpenAI, DefaultAioHttpClient

        # Half the CPU time of the default transport. One connection for each request that may be in flight.
        http = DefaultAioHttpClient(timeout=None, limits=httpx2.Limits(max_connections=self.concurrency))
        return AsyncOpenAI(
            api_key=self._key() or "none", base_url=self.base_url, max_retries=0, timeout=None, http_client=http
        )

    @property
    def _key_env(self) -> str:
        """Where the key is; a key of OpenAI's is never sent to another endpoint unless somebody says so."""
        return self.api_key_env or ("OPENAI_API_KEY" if self._is_openai else "")

    def _key(self) -> str:
        key = os.environ.get(self._key_env, "").strip()
        if not key and self._is_openai:
            raise TeacherError("no API key", where=self._where, hint=f"export {self._key_env}=...")
        if not (key.isascii() and key.isprintable()):
            raise TeacherError(f"what {self._key_env} holds is no API key", expected="ASCII characters on one line")
        return key

    def _body(self, request: Request) -> dict[str, Any]:
        named = {"name": _name(request.schema.get("title")), "schema": request.schema, "strict": self.strict}
        sampling = {"seed": request.seed, "temperature": self.temperature, "top_p": self.top_p}
        return {
            "model": self.model,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
            "response_format": {"type": "json_schema", "json_schema": named},
            # OpenAI's newer models refuse the name that everybody else understands.
            "max_completion_tokens" if self._is_openai else "max_tokens": request.max_tokens,
            **{name: value for name, value in sampling.items() if value is not None},
            **self.extra_body,
        }

    def _completion(self, content: bytes) -> Completion:
        try:
            reply = _Reply.model_validate_json(content)
        except ValidationError:
            got = self._safe(content.decode(errors="replace"))
            raise self._unavailable("what the endpoint sent is no chat completion", got) from None
        if reply.error and not reply.choices:
            raise self._unavailable("the endpoint failed", self._safe(_said(reply.error)))
        choice, usage = reply.choices[0] if reply.choices else _Choice(), reply.usage or _Usage()
        text, finish = choice.answer()
        return Completion(
            text, finish, usage.prompt_tokens or 0, usage.completion_tokens or 0, reply.model or self.model
        )

    def _refused(self, error: APIStatusError) -> TeacherError:
        """What a status means for the ask, for the run, and for the user."""
        status, wait = error.status_code, error.response.headers.get("retry-after")
        got = f"HTTP {status}{f', Retry-After {wait}' if wait else ''}: {self._safe(_said(error.body))}"
        if status in LATER or status >= 500:
            return self._unavailable("the endpoint cannot answer now", got)
        if status in THIS_ONE:
            return BadCompletion("the endpoint refuses this request", where=self._where, got=got)
        named = f"environment variable {self._key_env}" if self._key_env else "option `api_key_env`"
        key = f"does the {named} lead to a key that may use this model?"
        address = f"does the endpoint know the model {self.model}, and is `base_url` all of its address (often .../v1)?"
        hint = {401: key, 403: key, 404: address}.get(status)
        return TeacherError("the endpoint refuses us", where=self._where, got=got, hint=hint)

    def _unavailable(self, what: str, got: str) -> TeacherUnavailable:
        return TeacherUnavailable(what, where=self._where, got=got)

    @property
    def _where(self) -> str:
        return f"{self.model} at {self.base_url}"

    def _safe(self, text: str) -> str:
        """What others said, without the key: some endpoints quote it."""
        key = os.environ.get(self._key_env, "").strip()
        return text.replace(key, "[key]") if key else text


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message | None = None
    finish_reason: str | None = None

    def answer(self) -> tuple[str, Finish]:
        message = self.message or _Message()
        if message.refusal:
            return message.refusal, "refusal"
        if self.finish_reason == "content_filter":
            return message.content or "stopped by the endpoint's content filter", "refusal"
        return message.content or "", "length" if self.finish_reason == "length" else "stop"


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Reply(BaseModel):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    model: str | None = None
    error: Any = None


def _name(title: object) -> str:
    """A name for the schema, of the characters that OpenAI allows."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", str(title or "answer"))[:64]


def _said(body: object) -> str:
    """The message in an error body; endpoints disagree on its shape."""
    while isinstance(body, dict):
        body = next((body[name] for name in ("error", "message", "detail") if body.get(name)), str(body))
    return str(body)
