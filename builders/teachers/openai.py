"""Any endpoint that speaks OpenAI's chat completions: `vllm serve`, a llama.cpp server, a hosted API.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, JsonValue, NonNegativeInt, PositiveFloat, PositiveInt, ValidationError, field_validator
from pydantic_core import PydanticSerializationError, to_json

from ...schemas.component import IfSet, Transport
from ...schemas.errors import BadCompletion, RecipeError, TeacherUnavailable
from ...schemas.json_text import without_lone_surrogates
from ...schemas.request import Completion, Request
from ..openai_api import batches, chat
from ..openai_api.address import OPENAI, Address, is_plain_url
from ..openai_api.answer_format import IN_PROMPT, AnswerFormat, format_fields, with_schema
from ..openai_api.connection import Connection
from ..openai_api.http_status import embedded_status, refusal
from ..openai_api.probe import changes_to_try, probe_endpoint
from ..openai_api.stream import is_stream, joined
from . import Teacher, Tokenizer
from ._tokenizer_file import TokenizerFile, tokenizer_of

OURS = {
    "model",
    "messages",
    "response_format",
    "max_tokens",
    "max_completion_tokens",
    "seed",
    "stream",
    "temperature",
    "tool_choice",
    "tools",
    "top_p",
    "n",
}
"""What a request says by the teacher's other options, or must not say."""
MAX_HEADS = 64
"""Schemas whose part of a request is kept serialised."""


class OpenAI(Teacher):
    """A model behind an OpenAI-compatible endpoint."""

    model: str = Field(min_length=1)
    """Name of the model, as the endpoint knows it."""
    base_url: Annotated[str | list[str], Transport()] = f"https://{OPENAI}/v1"
    """Where the endpoint is, or several that serve the same model; most end in /v1. Keys do not belong here.

    Default: OPENAI_BASE_URL, else OpenAI. Azure: https://NAME.openai.azure.com/openai/v1, key AZURE_OPENAI_API_KEY."""
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
    answer_format: Annotated[AnswerFormat, IfSet()] = "json_schema"
    """How the schema is sent: `json_schema`, `json_object` or `text` with the schema in the prompt, or as
    a `tool` that it must call."""
    thinking_tokens: Annotated[NonNegativeInt, IfSet()] = 0
    """Tokens for thinking, beyond the limit of an answer; for models that think first and are cut off."""
    send_seed: Annotated[bool, IfSet()] = True
    """Whether a sampling seed is sent; some endpoints refuse it."""
    stream: Annotated[bool, Transport()] = False
    """Whether answers are sent as a stream, which some endpoints insist on."""
    max_tokens_field: Annotated[Literal["max_tokens", "max_completion_tokens"] | None, Transport()] = None
    """Name of the limit of an answer in a request; default: max_completion_tokens for OpenAI and Azure, else
    max_tokens."""
    headers: Annotated[dict[str, str], Transport()] = {}
    """More headers, as {HTTP-Referer: https://example.org}. A value like $NAME is read from the environment, so that
    keys stay out of the published recipe: {api-key: $AZURE_OPENAI_API_KEY}."""
    query: Annotated[dict[str, str], Transport()] = {}
    """Query of each request, as {api-version: 2024-10-21}; values like $NAME are read from the environment."""
    tokenizer: Annotated[Path | None, Transport()] = None
    """A file tokenizer.json, with which `plan` counts tokens; needs the package tokenizers. Default: that of a model of
    this name in the cache of the Hub, else tokens are estimated."""
    timeout: Annotated[float, Transport()] = Field(default=300, gt=0)
    """Seconds from sending a request to the end of its answer."""
    concurrency: Annotated[PositiveInt, Transport()] = 64
    """The most requests that each address is sent at once; fewer where it says that it has no room."""
    requests_per_minute: Annotated[PositiveFloat | None, Transport()] = None
    """Requests that each address may be sent in a minute; default: no bound."""
    tokens_per_minute: Annotated[PositiveFloat | None, Transport()] = None
    """Tokens of prompts and answers that each address may be sent in a minute; default: no bound."""

    @field_validator("base_url")
    @classmethod
    def _plain_urls(cls, value: str | list[str]) -> str | list[str]:
        urls = _listed(value)
        if not urls or not all(map(is_plain_url, urls)):
            raise ValueError("an address like http://localhost:8000/v1 is needed; keys go into the environment")
        return value

    @field_validator("extra_body")
    @classmethod
    def _not_ours(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if wrong := sorted(OURS & set(value)):
            raise ValueError(f"{', '.join(wrong)}: set by the other options or by the ask, not here")
        return value

    async def complete(self, request: Request) -> Completion:
        """Send one request and read the answer."""
        status, wait, content = await self._connection.post("chat/completions", self.body(request))
        if status >= 300:
            raise refusal(self._address, status, wait, content)
        return self.read(content)

    async def submit(self, file: Path) -> str:
        """Send a batch file to the endpoint's batch API."""
        async with self._connection.sdk() as client:
            return await batches.submit(client, file)

    async def fetch(self, batch: str) -> bytes | None:
        """The lines that answer a batch, once the endpoint has ended it."""
        async with self._connection.sdk() as client:
            return await batches.fetch(client, batch)

    def own_tokenizer(self) -> Tokenizer | None:
        """The given one, else that of a model of this name in the cache of the Hub."""
        if self.tokenizer is None:
            return tokenizer_of(self.model)
        if not self.tokenizer.is_file():
            raise RecipeError("no such tokenizer", got=str(self.tokenizer), expected="a file tokenizer.json")
        return TokenizerFile(self.tokenizer)

    def head_room(self) -> int:
        """Tokens for thinking."""
        return self.thinking_tokens

    def alternatives(self, failure: str) -> Sequence[tuple[str, Self]]:
        """The options that endpoints differ in, each changed alone, likeliest first."""
        own = self.model_dump(by_alias=True, exclude_unset=True)
        return [
            (f"{name}: {to_json(value).decode()}", self.model_validate({**own, name: value}))
            for name, value in changes_to_try(failure, own)
        ]

    async def probe(self) -> dict[str, str]:
        """What this endpoint lists and supports: five small requests."""
        async with self._connection.sdk(max_retries=0) as client:
            own = {**self.extra_body, **({"stream_options": {"include_usage": True}} if self.stream else {})}
            return await probe_endpoint(client, self.model, self._limit_field, own)

    def body(self, request: Request) -> bytes:
        """A request as JSON, as it is sent or stands in a batch file."""
        in_prompt = self.answer_format in IN_PROMPT
        messages = with_schema(request.messages, request.schema) if in_prompt else request.messages
        seed = {"seed": request.seed} if self.send_seed else {}
        try:
            own = to_json({"messages": messages, self._limit_field: request.max_tokens, **seed})
        except PydanticSerializationError:
            raise BadCompletion("the prompt is not Unicode text", got=str(request.messages)) from None
        return self._head(request.schema, request.temperature)[:-1] + b"," + own[1:]

    def read(self, content: bytes) -> Completion:
        """The answer in what an endpoint sent, as one body or as a stream."""
        if is_stream(content):
            content = joined(content)
        try:
            return chat.Reply.model_validate_json(content).completion(self.model)
        except ValidationError:
            return self._repaired(content)

    def _repaired(self, content: bytes) -> Completion:
        """The answer in a body with broken characters. Raises `TeacherUnavailable` for one without an answer."""
        text = content.decode(errors="replace")
        try:
            return chat.Reply.model_validate_json(without_lone_surrogates(text)).completion(self.model)
        except ValidationError:
            body = chat.parse_body(content)
        if (status := embedded_status(body)) == 502:
            got = chat.error_message(body)
            raise self._address.error(TeacherUnavailable, "what the endpoint sent is no chat completion", got) from None
        raise refusal(self._address, status, None, content, "HTTP 200 with error") from None

    def endpoints(self) -> Sequence[Self]:
        """The teacher at each of its addresses."""
        if isinstance(self.base_url, str):
            return [self]
        own = self.model_dump(by_alias=True)
        return [self.model_validate({**own, "base_url": url}) for url in self.base_url]

    def per_minute(self) -> tuple[float | None, float | None]:
        """The declared bounds."""
        return self.requests_per_minute, self.tokens_per_minute

    def model_name(self) -> str:
        """Name of the model, as the endpoint knows it."""
        return self.model

    def revision(self) -> str | None:
        """The declared revision."""
        return self.declared_revision

    def notice(self) -> str | None:
        """A warning, if nothing tells which model is behind the URL."""
        if self.declared_revision or all(one._address.is_openai for one in self.endpoints()):
            return None
        return f"Nothing tells the model {self.model} from another of this name: its teacher declares no `revision`."

    async def close(self) -> None:
        """Close the connections."""
        if "_connection" in self.__dict__:
            await self._connection.close()

    @cached_property
    def _address(self) -> Address:
        default_url = "base_url" not in self.model_fields_set
        declared = _listed(self.base_url)[0]
        url = (default_url and os.environ.get("OPENAI_BASE_URL", "").strip()) or declared
        return Address(self.model, url.rstrip("/"), default_url, self.api_key_env, self.headers, self.query)

    @cached_property
    def _connection(self) -> Connection:
        return Connection(self._address, self.timeout)

    @cached_property
    def _limit_field(self) -> str:
        return self.max_tokens_field or self._address.max_tokens_field

    def _head(self, schema: Mapping[str, Any], temperature: float | None) -> bytes:
        """All that stays the same between requests under one schema and temperature, serialised once."""
        known = self._heads.get(at := (id(schema), temperature))
        if known is None:
            own = self.temperature if temperature is None else temperature
            sampling = {"temperature": own, "top_p": self.top_p}
            if len(self._heads) >= MAX_HEADS:  # schemas that are narrowed for one request do not come again
                self._heads.clear()
            fields = {
                "model": self.model,
                **format_fields(self.answer_format, schema, self.strict),
                **({"stream": True, "stream_options": {"include_usage": True}} if self.stream else {}),
                **{name: value for name, value in sampling.items() if value is not None},
                **self.extra_body,
            }
            known = self._heads[at] = schema, to_json(fields)  # a schema that is held keeps its id
        return known[1]

    @cached_property
    def _heads(self) -> dict[tuple[int, float | None], tuple[Mapping[str, Any], bytes]]:
        return {}


def _listed(urls: str | list[str]) -> list[str]:
    return [urls] if isinstance(urls, str) else urls
