"""Answers that the SDK's client reads, in bounded memory: it reads a body to its end, however long."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from httpx2 import AsyncByteStream, Response

from ...schemas import bounds


async def bounded_response(response: Response) -> None:
    """A hook of httpx: refuse a packed body, which nobody asked for, and end one that is too long with `ValueError`."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise ValueError("a compressed answer that was not asked for")
    response.stream = _Bounded(response.stream, bounds.current().batch_bytes)


class _Bounded(AsyncByteStream):
    """A stream of bytes that ends with an error once it is too long."""

    def __init__(self, stream: Any, longest: int) -> None:
        self._stream, self._left = stream, longest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise ValueError("the answer is too large: raise the bound batch_bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
