"""The address of an endpoint: its URL, the key and other secrets that it gets, and errors that show none of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from ...schemas.errors import RecipeError, TeacherError

E = TypeVar("E", bound=TeacherError)

OPENAI, AZURE = "api.openai.com", ".openai.azure.com"


@dataclass(frozen=True)
class Address:
    """Where a model is served and how it is reached; secrets are read from the environment when they are needed."""

    model: str
    url: str
    default_url: bool
    """Whether the recipe names no URL, so that the environment may: it is trusted with OpenAI's key."""
    api_key_env: str | None
    declared_headers: Mapping[str, str]
    """Headers; a value like `$NAME` is an environment variable."""
    declared_query: Mapping[str, str]
    """Query of every request; a value like `$NAME` is an environment variable."""

    def __str__(self) -> str:
        return f"{self.model} at {self.url}"

    @cached_property
    def _parts(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def is_openai(self) -> bool:
        """Whether OpenAI itself is behind the URL."""
        host = self._parts.hostname or ""
        return host == OPENAI or host.endswith("." + OPENAI)

    @property
    def is_azure(self) -> bool:
        """Whether Azure OpenAI is behind the URL."""
        return (self._parts.hostname or "").endswith(AZURE)

    @property
    def max_tokens_field(self) -> str:
        """Name of the limit of an answer: OpenAI's newer models refuse the one that all others understand."""
        return "max_completion_tokens" if self.is_openai or self.is_azure else "max_tokens"

    @property
    def key_env(self) -> str:
        """Variable of the key, or "": a key of OpenAI's is sent to another endpoint only if `api_key_env` names it."""
        if self.api_key_env:
            return self.api_key_env
        if self.is_azure:
            return "AZURE_OPENAI_API_KEY"
        return "OPENAI_API_KEY" if self.is_openai or self.default_url else ""

    def key(self) -> str:
        """The key, "" where none is needed. Raises `TeacherError` for a missing or malformed one."""
        key = os.environ.get(self.key_env, "").strip()
        if not key and self.is_openai:
            raise TeacherError("no API key", where=str(self), hint=f"export {self.key_env}=...")
        if not (key.isascii() and key.isprintable()):
            raise TeacherError(f"what {self.key_env} holds is no API key", expected="ASCII characters on one line")
        return key

    def headers(self) -> dict[str, str]:
        """The declared headers. Raises `RecipeError` for a variable that is not set."""
        return self._from_environment(self.declared_headers)

    @cached_property
    def query(self) -> dict[str, str]:
        """The declared query. Raises `RecipeError` for a variable that is not set."""
        return self._from_environment(self.declared_query)

    @cached_property
    def proxy(self) -> str | None:
        """The proxy that the environment names for this address."""
        return None if proxy_bypass(self._parts.hostname or "") else getproxies().get(self._parts.scheme)

    def error(self, kind: type[E], what: str, got: str, hint: str | None = None) -> E:
        """An error with the endpoint's own words, but without keys: some endpoints quote them."""
        declared = (*self.declared_headers.values(), *self.declared_query.values())
        for variable in (self.key_env, *(value[1:] for value in declared if value[:1] == "$")):
            if key := os.environ.get(variable, "").strip():
                got = got.replace(key, "[key]")
        return kind(what, where=str(self), got=got, hint=hint)

    def _from_environment(self, declared: Mapping[str, str]) -> dict[str, str]:
        values = {
            name: os.environ.get(value[1:], "") if value[:1] == "$" else value for name, value in declared.items()
        }
        if unset := [name for name, value in values.items() if not value.strip()]:
            hint = f"export {declared[unset[0]].removeprefix('$')}=..."
            raise RecipeError("the environment variable is not set", where=str(self), got=unset[0], hint=hint)
        return {name: value.strip() for name, value in values.items()}


def is_plain_url(url: str) -> bool:
    """Whether this is an address of HTTP that can be connected to, with no key in it."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna"), parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https") and bool(host) and port != 0 and "@" not in parts.netloc and not parts.query
    )
