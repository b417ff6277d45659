"""Any endpoint that speaks OpenAI's chat completions: `vllm serve`, a llama.cpp server, a hosted API.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from pydantic import Field, JsonValue, PositiveFloat, PositiveInt, ValidationError, field_validator
from pydantic_core import PydanticSerializationError, to_json

from ...schemas.component import Transport
from ...schemas.errors import BadCompletion, TeacherBusy, TeacherError, TeacherTimeout, TeacherUnavailable
from ...schemas.request import Completion, Request
from ..openai_api import batches, chat
from ..openai_api.probe import probe_endpoint
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
    "temperature",
    "top_p",
    "n",
}
"""What a request says by the teacher's other options, or must not say."""
NO_ROOM = {429, 503, 529}
"""Statuses that tell of load."""
MOST_HEADS = 64
"""Schemas whose part of a request is kept serialised."""
LATER = {408, 409, 425}
"""Other statuses under 500 after which asking again may help."""


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
        if wrong := sorted({*OURS, "stream"} & set(value)):
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

    async def probe(self) -> dict[str, str]:
        """What this endpoint lists and supports: six small requests."""

        async def exchange(path: str, body: dict[str, Any] | None) -> tuple[int, Any]:
            status, _, content = await self._exchange(path, to_json({**body, **self.extra_body}) if body else None)
            return status, chat.parse_body(content)

        return await probe_endpoint(exchange, self.model, self._longest)

    async def _exchange(self, path: str, body: bytes | None) -> tuple[int, str | None, bytes]:
        """Status, Retry-After and content of what the endpoint sends back; a GET where there is no body."""
        import aiohttp

        url, method = f"{self._url}/{path}", "GET" if body is None else "POST"
        try:
            async with self._session.request(
                method, url, data=body, proxy=self._proxy, allow_redirects=False
            ) as response:
                return response.status, response.headers.get("Retry-After"), await response.read()
        except TimeoutError:
            raise self._error(TeacherTimeout, "no answer in time", f"none within {self.timeout:g} s") from None
        except aiohttp.ClientConnectorError as error:
            raise self._error(TeacherBusy, "no answer", str(error)) from None
        except aiohttp.ClientError as error:
            raise self._error(TeacherUnavailable, "no answer", str(error) or type(error).__name__) from None

    @asynccontextmanager
    async def _sdk(self) -> AsyncIterator[AsyncOpenAI]:
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
                http_client=DefaultAsyncHttpxClient(follow_redirects=False),  # a key goes to no other address
            ) as client:
                yield client
        except APIStatusError as error:
            response = error.response
            raise self._refused(error.status_code, response.headers.get("Retry-After"), response.content) from None
        except APITimeoutError:
            raise self._error(TeacherTimeout, "no answer in time", f"none within {self.timeout:g} s") from None
        except APIConnectionError as error:
            raise self._error(TeacherBusy, "no answer", str(error.__cause__ or error)) from None
        except (APIError, ValueError) as error:
            raise self._error(TeacherError, "the endpoint has no batch API that we know", str(error)) from None

    def body(self, request: Request) -> bytes:
        """A request as JSON, as it is sent or stands in a batch file."""
        try:
            own = to_json({"messages": request.messages, self._longest: request.max_tokens, "seed": request.seed})
        except PydanticSerializationError:
            raise BadCompletion("the prompt is not Unicode text", got=str(request.messages)) from None
        return self._head(request.schema, request.temperature)[:-1] + b"," + own[1:]

    def read(self, content: bytes) -> Completion:
        """The answer in what an endpoint sent."""
        try:
            return chat.Reply.model_validate_json(content).completion(self.model)
        except ValidationError:
            got = chat.error_message(chat.parse_body(content))
            raise self._error(TeacherUnavailable, "what the endpoint sent is no chat completion", got) from None

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
    def _longest(self) -> str:
        """Name of the bound of an answer: OpenAI's newer models refuse the one that everybody else understands."""
        return "max_completion_tokens" if self._is_openai or self._is_azure else "max_tokens"

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
            if len(self._heads) >= MOST_HEADS:  # schemas that are narrowed for one request do not come again
                self._heads.clear()
            fields = {
                "model": self.model,
                "response_format": chat.response_format(schema, self.strict),
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
        if status in NO_ROOM and "insufficient_quota" not in str(body):
            busy = self._error(TeacherBusy, "the endpoint has no room now", got)
            busy.retry_after = chat.retry_after_seconds(wait)
            return busy
        if status in LATER or status >= 500:
            return self._error(TeacherUnavailable, "the endpoint cannot answer now", got)
        if status in chat.REQUEST_ERRORS:
            return self._error(BadCompletion, "the endpoint refuses this request", got)
        named = f"environment variable {self._key_env}" if self._key_env else "option `api_key_env`"
        key = f"does the {named} lead to a key that may use this model?"
        address = f"does the endpoint know the model {self.model}, and is `base_url` all of its address (often .../v1)?"
        hint = {401: key, 403: key, 404: address}.get(status, address if status < 400 else None)
        return self._error(TeacherError, "the endpoint refuses us", got, hint)

    def _error(self, kind: type[E], what: str, got: str, hint: str | None = None) -> E:
        """An error with what others said, but without the key: some endpoints quote it."""
        key = os.environ.get(self._key_env, "").strip()
        return kind(what, where=self._where, got=got.replace(key, "[key]") if key else got, hint=hint)

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
