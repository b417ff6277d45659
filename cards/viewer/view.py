"""Opens a dataset, and the version it is compared with, for the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .browser import Browser, Why
from .collection import open_collection


@contextmanager
def open_browser(
    path: str | Path,
    *,
    before: str | Path | None = None,
    as_: str | None = None,
    roles: Mapping[str, str] | None = None,
    why: Why | None = None,
) -> Iterator[Browser]:
    """A dataset as the page asks for it; `why` explains a row of a run. Raises `DataError` if it cannot be read."""
    with ExitStack() as opened:
        now = opened.enter_context(open_collection(path, as_=as_, roles=roles))
        old = opened.enter_context(open_collection(before, as_=as_, roles=roles)) if before else None
        yield Browser(now, why if now.manifest else None, old)
