"""Connections to an endpoint: a thin client for chat completions, and the SDK's for everything else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from ...schemas import bounds
from ...schemas.errors import PlurisetError, TeacherBusy, TeacherError, TeacherTimeout, TeacherUnavailable
from .address import Address
from .http_status import refusal, retry_after

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from openai import AsyncOpenAI

CHUNK = 2**16
"""Bytes of an answer that are unpacked at once."""


class Connection:
    """Sends requests to one address; every failure is a `TeacherError`."""

    def __init__(self, address: Address, timeout: float) -> None:
        self.address, self.timeout = address, timeout

    async def post(self, path: str, body: bytes) -> tuple[int, str | None, bytes]:
        """Status, Retry-After and content of what the endpoint sends back."""
        import aiohttp

        address = self.address
        try:
            async with self._session.post(
                f"{address.url}/{path}", params=address.query, data=body, proxy=address.proxy, allow_redirects=False
            ) as response:
                return response.status, retry_after(response.headers), await self._content(response)
        except TimeoutError:
            raise self._timed_out() from None
        except aiohttp.ClientConnectorError as error:
            raise address.error(TeacherBusy, "no answer", str(error)) from None
        except aiohttp.ClientError as error:
            raise address.error(TeacherUnavailable, "no answer", str(error) or type(error).__name__) from None

    async def _content(self, response: ClientResponse) -> bytes:
        """The body, unpacked. Raises `TeacherUnavailable` for an endless or far too long one, read no further."""
        longest, content = bounds.current().answer_bytes, bytearray()
        async for chunk in response.content.iter_chunked(CHUNK):
            content += chunk
            if len(content) > longest:
                response.close()
                got = f"over {longest:,} bytes"
                raise self.address.error(TeacherUnavailable, "the answer is too large", got, "--bound answer_bytes=N")
        return bytes(content)

    @asynccontextmanager
    async def sdk(self, max_retries: int = 2) -> AsyncIterator[AsyncOpenAI]:
        """The SDK's client, for all but chat completions."""
        from openai import (
            APIConnectionError,
            APIStatusError,
            APITimeoutError,
            AsyncOpenAI,
            DefaultAsyncHttpxClient,
        )

        from .bounded_response import bounded_response

        address = self.address
        try:
            async with AsyncOpenAI(
                api_key=address.key() or "none",  # the SDK sends no request without one
                base_url=address.url,
                timeout=self.timeout,
                max_retries=max_retries,
                default_headers=address.headers(),
                default_query=address.query,
                http_client=DefaultAsyncHttpxClient(
                    follow_redirects=False,  # a key goes to no other address
                    headers={"Accept-Encoding": "identity"},
                    event_hooks={"response": [bounded_response]},
                ),
            ) as client:
                yield client
        except APIStatusError as error:
            response = error.response
            raise refusal(address, error.status_code, retry_after(response.headers), response.content) from None
        except APITimeoutError:
            raise self._timed_out() from None
        except APIConnectionError as error:
            raise address.error(TeacherBusy, "no answer", str(error.__cause__ or error)) from None
        except PlurisetError:
            raise
        except Exception as error:  # noqa: BLE001 (the SDK takes answers for what they should be)
            raise address.error(TeacherError, "the endpoint has no batch API that we know", str(error)) from None

    async def close(self) -> None:
        """Close what is open; the next request opens it again."""
        if (session := self.__dict__.pop("_session", None)) is not None:
            await session.close()

    @cached_property
    def _session(self) -> ClientSession:
        """Connections as many as requests in flight; a thin client costs a tenth of the SDK's CPU time."""
        from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

        headers = {"Content-Type": "application/json", "User-Agent": "pluriset"}
        if key := self.address.key():
            headers["Authorization"] = f"Bearer {key}"
        return ClientSession(
            connector=TCPConnector(limit=0),
            headers=headers | self.address.headers(),
            timeout=ClientTimeout(total=self.timeout, sock_connect=None),
            cookie_jar=DummyCookieJar(),
        )

    def _timed_out(self) -> TeacherTimeout:
        return self.address.error(TeacherTimeout, "no answer in time", f"none within {self.timeout:g} s")
