"""Bounds on what the Hub sends: its client itself reads on for as long as bytes come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from ...schemas import bounds
from ...schemas.errors import DataError

if TYPE_CHECKING:
    from httpx2 import Request, Response
    from huggingface_hub.utils.tqdm import tqdm

SLACK = 2**20
"""Bytes over what was announced that are let pass, as bars of several files learn of sizes one after another."""


@cache
def bounded_progress() -> type[tqdm]:
    """A class of progress bars that ends a download of more bytes than were announced, with `DataError`."""
    from huggingface_hub.utils.tqdm import tqdm

    class Bounded(tqdm):
        received = 0

        def update(self, n: float | None = 1) -> Any:
            self.received += int(n or 0)
            if self.total and self.received > self.total + SLACK:
                raise DataError("the Hub sends more than it announced", expected=f"{self.total:,.0f} bytes")
            return super().update(n)

    return Bounded


@contextmanager
def bounded_api() -> Iterator[None]:
    """Bound the answers of the Hub's API for a `with` block; files are bounded by `bounded_progress`."""
    from huggingface_hub import get_session

    session = get_session()
    hooks = session.event_hooks
    session.event_hooks = {
        "request": [*hooks["request"], _ask_for_plain],
        "response": [*hooks["response"], _bound],
    }
    try:
        yield
    finally:
        session.event_hooks = hooks


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _ask_for_plain(request: Request) -> None:
    if _is_api(request):
        request.headers["Accept-Encoding"] = "identity"


def _bound(response: Response) -> None:
    from httpx2 import SyncByteStream

    class Bounded(SyncByteStream):
        def __init__(self, stream: Any) -> None:
            self.stream = stream

        def __iter__(self) -> Iterator[bytes]:
            left = bounds.current().metadata_bytes
            for chunk in self.stream:
                left -= len(chunk)
                if left < 0:
                    raise bounds.exceeded("metadata_bytes", str(response.request.url))
                yield chunk

        def close(self) -> None:
            self.stream.close()

    if _is_api(response.request):
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise DataError("a compressed answer that was not asked for", where=str(response.request.url))
        response.stream = Bounded(response.stream)
