"""The batch API that OpenAI and many others offer: a file goes up, and within a day its answers are there.

https://platform.openai.com/docs/api-reference/batch
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from ...schemas.errors import BatchRefused, TeacherError

Call = Callable[..., Coroutine[Any, Any, bytes]]
"""`call(path, body, headers)`: what the endpoint sends back; a GET where there is no body."""

T = TypeVar("T", bound=BaseModel)

GIVEN_UP = {"expired", "cancelling", "cancelled", "failed"}
ENDED = {"completed", *GIVEN_UP} - {"cancelling"}


class _File(BaseModel):
    id: str


class _Batch(BaseModel):
    id: str
    status: str = ""
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: Any = None
    metadata: dict[str, str] | None = None


class _Batches(BaseModel):
    data: list[_Batch]


async def submit(call: Call, file: Path) -> str:
    """Send a batch file, if the endpoint does not have it yet; the id of the batch. Raises every `TeacherError`."""
    from aiohttp import FormData

    with file.open("rb") as content:
        mark = {"pluriset": hashlib.file_digest(content, "sha256").hexdigest()}
    if (known := await _known(call, mark)) is not None:
        return known
    with file.open("rb") as content:
        form = FormData({"purpose": "batch"})
        form.add_field("file", content, filename=file.name, content_type="application/jsonl")
        body = form()
        sent = _read(_File, await call("files", body, body.headers))
    order = {"input_file_id": sent.id, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    return _read(_Batch, await call("batches", to_json({**order, "metadata": mark}))).id


async def _known(call: Call, mark: dict[str, str]) -> str | None:
    """The batch of a file among the newest hundred: a crash may have come between its order and our note of its id."""
    try:
        listed = _read(_Batches, await call("batches?limit=100")).data
    except TeacherError:
        return None  # not every endpoint lists its batches
    return next((one.id for one in listed if one.metadata == mark and one.status not in GIVEN_UP), None)


async def fetch(call: Call, batch: str) -> bytes | None:
    """The lines of answers and of errors, once there will be no more; null until then.

    Raises `BatchRefused` if there are none because the batch as a whole was refused, and every other `TeacherError`.
    """
    found = _read(_Batch, await call(f"batches/{batch}"))
    if found.status not in ENDED:
        return None
    files = [file for file in (found.output_file_id, found.error_file_id) if file]
    if not files and found.status == "failed":
        raise BatchRefused("the endpoint refuses the batch", where=batch, got=str(found.errors))
    contents = [await call(f"files/{file}/content") for file in files]
    return b"".join(content.rstrip(b"\n") + b"\n" for content in contents)


def _read(shape: type[T], content: bytes) -> T:
    try:
        return shape.model_validate_json(content)
    except ValidationError:
        got = content.decode(errors="replace")
        raise TeacherError("the endpoint has no batch API that we know", got=got) from None
