"""Any endpoint that speaks OpenAI's chat completions: `vllm serve`, a llama.cpp server, a hosted API.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from pydantic import Field, JsonValue, NonNegativeInt, PositiveFloat, PositiveInt, ValidationError, field_validator
from pydantic_core import PydanticSerializationError, to_json

from ...schemas.component import IfSet, Transport
from ...schemas.errors import BadCompletion, RecipeError, TeacherBusy, TeacherError, TeacherTimeout, TeacherUnavailable
from ...schemas.json_text import without_lone_surrogates
from ...schemas.request import Completion, Request
from ..openai_api import batches, chat
from ..openai_api.answer_format import IN_PROMPT, AnswerFormat, format_fields, with_schema
from ..openai_api.failures import embedded_status, kind_of_failure
from ..openai_api.probe import changes_to_try, probe_endpoint
from ..openai_api.stream import is_stream, joined
from . import Teacher

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from openai import AsyncOpenAI

E = TypeVar("E", bound=TeacherError)

OWN, AZURE = "api.openai.com", ".openai.azure.com"
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
    base_url: Annotated[str | list[str], Transport()] = f"https://{OWN}/v1"
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
    """How the endpoint is told the schema: `json_schema`, `json_object` or `text` with the schema in the prompt, or as
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
        if not urls or not all(map(_is_plain, urls)):
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
        status, wait, content = await self._exchange("chat/completions", self.body(request))
        if status >= 300:
            raise self._refused(status, wait, content)
        return self.read(content)

    async def submit(self, file: Path) -> str:
        """Send a batch file to the endpoint's batch API."""
        async with self._sdk() as client:
            return await batches.submit(client, file)

    async def fetch(self, batch: str) -> bytes | None:
        """The lines that answer a batch, once the endpoint has ended it."""
        async with self._sdk() as client:
            return await batches.fetch(client, batch)

    def head_room(self) -> int:
        """Tokens for thinking."""
        return self.thinking_tokens

    def alternatives(self, failure: str) -> Sequence[tuple[str, Self]]:
        """The options that endpoints differ in, each changed alone, likeliest first."""
        own = self.model_dump(by_alias=True, exclude_unset=True)
        changes = changes_to_try(failure, own)
        return [(f"{name}: {to_json(value).decode()}", self._with(own, name, value)) for name, value in changes]

    def _with(self, own: dict[str, Any], name: str, value: Any) -> Self:
        return self.model_validate({**own, name: value})

    async def probe(self) -> dict[str, str]:
        """What this endpoint lists and supports: five small requests."""
        async with self._sdk(max_retries=0) as client:
            own = {**self.extra_body, **({"stream_options": {"include_usage": True}} if self.stream else {})}
            return await probe_endpoint(client, self.model, self._max_tokens_field, own)

    async def _exchange(self, path: str, body: bytes) -> tuple[int, str | None, bytes]:
        """Status, Retry-After and content of what the endpoint sends back."""
        import aiohttp

        url = f"{self._url}/{path}"
        try:
            async with self._session.post(
                url, params=self._query, data=body, proxy=self._proxy, allow_redirects=False
            ) as response:
                return response.status, chat.retry_after(response.headers), await response.read()
        except TimeoutError:
            raise self._error(TeacherTimeout, "no answer in time", f"none within {self.timeout:g} s") from None
        except aiohttp.ClientConnectorError as error:
            raise self._error(TeacherBusy, "no answer", str(error)) from None
        except aiohttp.ClientError as error:
            raise self._error(TeacherUnavailable, "no answer", str(error) or type(error).__name__) from None

    @asynccontextmanager
    async def _sdk(self, max_retries: int = 2) -> AsyncIterator[AsyncOpenAI]:
        """The SDK's client, for all but chat completions; its errors become ours. Raises every `TeacherError`."""
        from openai import (
            APIConnectionError,
            APIError,
            APIStatusError,
            APITimeoutError,
            AsyncOpenAI,
            DefaultAsyncHttpxClient,
        )

        key = self._key() or "none"  # the SDK sends no request without one
        try:
            async with AsyncOpenAI(
                api_key=key,
                base_url=self._url,
                timeout=self.timeout,
                max_retries=max_retries,
                default_headers=self._from_environment(self.headers),
                default_query=self._from_environment(self.query),
                http_client=DefaultAsyncHttpxClient(follow_redirects=False),  # a key goes to no other address
            ) as client:
                yield client
        except APIStatusError as error:
            response = error.response
            raise self._refused(error.status_code, chat.retry_after(response.headers), response.content) from None
        except APITimeoutError:
            raise self._error(TeacherTimeout, "no answer in time", f"none within {self.timeout:g} s") from None
        except APIConnectionError as error:
            raise self._error(TeacherBusy, "no answer", str(error.__cause__ or error)) from None
        except (APIError, ValueError) as error:
            raise self._error(TeacherError, "the endpoint has no batch API that we know", str(error)) from None

    def body(self, request: Request) -> bytes:
        """A request as JSON, as it is sent or stands in a batch file."""
        in_prompt = self.answer_format in IN_PROMPT
        messages = with_schema(request.messages, request.schema) if in_prompt else request.messages
        seed = {"seed": request.seed} if self.send_seed else {}
        try:
            own = to_json({"messages": messages, self._max_tokens_field: request.max_tokens, **seed})
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
            raise self._error(TeacherUnavailable, "what the endpoint sent is no chat completion", got) from None
        raise self._refused(status, None, content) from None

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
        if self.declared_revision or all(one._is_openai for one in self.endpoints()):
            return None
        return f"Nothing tells the model {self.model} from another of this name: its teacher declares no `revision`."

    async def close(self) -> None:
        """Close the connections."""
        if (session := self.__dict__.pop("_session", None)) is not None:
            await session.close()

    @property
    def _url(self) -> str:
        declared = _listed(self.base_url)[0]
        if "base_url" in self.model_fields_set:
            return declared.rstrip("/")
        return (os.environ.get("OPENAI_BASE_URL", "").strip() or declared).rstrip("/")

    @cached_property
    def _is_openai(self) -> bool:
        host = urlsplit(self._url).hostname or ""
        return host == OWN or host.endswith("." + OWN)

    @cached_property
    def _is_azure(self) -> bool:
        return (urlsplit(self._url).hostname or "").endswith(AZURE)

    @cached_property
    def _max_tokens_field(self) -> str:
        """Name of the limit of an answer: OpenAI's newer models refuse the one that all others understand."""
        default = "max_completion_tokens" if self._is_openai or self._is_azure else "max_tokens"
        return self.max_tokens_field or default

    @cached_property
    def _query(self) -> dict[str, str]:
        return self._from_environment(self.query)

    def _from_environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """Headers or a query with the variables that they name. Raises `RecipeError` for one that is not set."""
        values = {name: os.environ.get(value[1:], "") if value[:1] == "$" else value for name, value in given.items()}
        if unset := [name for name, value in values.items() if not value.strip()]:
            hint = f"export {given[unset[0]].removeprefix('$')}=..."
            raise RecipeError("the environment variable is not set", where=self._where, got=unset[0], hint=hint)
        return {name: value.strip() for name, value in values.items()}

    @cached_property
    def _proxy(self) -> str | None:
        """The proxy that the environment names for this address."""
        url = urlsplit(self._url)
        return None if proxy_bypass(url.hostname or "") else getproxies().get(url.scheme)

    @cached_property
    def _session(self) -> ClientSession:
        """Connections as many as requests in flight; a thin client costs a tenth of the SDK's CPU time."""
        from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

        headers = {"Content-Type": "application/json", "User-Agent": "pluriset"}
        if key := self._key():
            headers["Authorization"] = f"Bearer {key}"
        headers |= self._from_environment(self.headers)
        timeout = ClientTimeout(total=self.timeout, sock_connect=None)
        return ClientSession(
            connector=TCPConnector(limit=0), headers=headers, timeout=timeout, cookie_jar=DummyCookieJar()
        )

    @property
    def _key_env(self) -> str:
        """Where the key is; a key of OpenAI's is never sent to another endpoint unless somebody says so."""
        if self.api_key_env:
            return self.api_key_env
        if self._is_azure:
            return "AZURE_OPENAI_API_KEY"
        trusted = self._is_openai or "base_url" not in self.model_fields_set
        return "OPENAI_API_KEY" if trusted else ""

    def _key(self) -> str:
        key = os.environ.get(self._key_env, "").strip()
        if not key and self._is_openai:
            raise TeacherError("no API key", where=self._where, hint=f"export {self._key_env}=...")
        if not (key.isascii() and key.isprintable()):
            raise TeacherError(f"what {self._key_env} holds is no API key", expected="ASCII characters on one line")
        return key

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

    def _refused(self, status: int, wait: str | None, content: bytes) -> TeacherError:
        """What a status means for the ask, for the run, and for the user."""
        body = chat.parse_body(content)
        got = f"HTTP {status}{f', Retry-After {wait}' if wait else ''}: {chat.error_message(body)}"
        kind, what = kind_of_failure(status, body)
        if kind is not TeacherError:
            error = self._error(kind, what, got)
            if isinstance(error, TeacherBusy):
                error.retry_after = chat.retry_after_seconds(wait)
            return error
        named = f"environment variable {self._key_env}" if self._key_env else "option `api_key_env`"
        key = f"does the {named} lead to a key that may use this model?"
        address = f"does the endpoint know the model {self.model}, and is `base_url` all of its address (often .../v1)?"
        hint = {401: key, 403: key, 404: address, 410: "is the model still offered?"}.get(
            status, address if status < 400 else None
        )
        return self._error(TeacherError, what, got, hint)

    def _error(self, kind: type[E], what: str, got: str, hint: str | None = None) -> E:
        """An error with what others said, but without keys: some endpoints quote them."""
        variables = [value[1:] for value in (*self.headers.values(), *self.query.values()) if value[:1] == "$"]
        for variable in (self._key_env, *variables):
            if key := os.environ.get(variable, "").strip():
                got = got.replace(key, "[key]")
        return kind(what, where=self._where, got=got, hint=hint)

    @property
    def _where(self) -> str:
        return f"{self.model} at {self._url}"


def _is_plain(url: str) -> bool:
    """Whether this is an address of HTTP that can be connected to, with no key in it."""
    try:
        said = urlsplit(url)
        host, port = (said.hostname or "").encode("idna"), said.port
    except ValueError:
        return False
    return said.scheme in ("http", "https") and bool(host) and port != 0 and "@" not in said.netloc and not said.query


def _listed(urls: str | list[str]) -> list[str]:
    return [urls] if isinstance(urls, str) else urls
