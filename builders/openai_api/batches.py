"""The batch API of OpenAI and compatible endpoints, through their SDK: a file is uploaded and answered within a day.

https://platform.openai.com/docs/api-reference/batch
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...schemas.errors import BatchRefused, TeacherError
from ...validators.readers.manifest import sha256

if TYPE_CHECKING:
    from openai import AsyncOpenAI

GIVEN_UP = {"expired", "cancelling", "cancelled", "failed"}
"""States of a batch that answers no more requests."""
ENDED = {"completed", *GIVEN_UP} - {"cancelling"}
"""States of a batch whose files are complete."""


async def submit(client: AsyncOpenAI, file: Path) -> str:
    """Submit a batch file unless the endpoint already has it; returns the id of the batch. Raises errors of the SDK."""
    mark = {"pluriset": sha256(file)}
    if (existing := await _existing(client, mark)) is not None:
        return existing
    uploaded = await client.files.create(file=file, purpose="batch")
    batch = await client.batches.create(
        input_file_id=_field(uploaded, "id"),
        endpoint="/v1/chat/completions",
        completion_window="24h",
        metadata=mark,
    )
    return _field(batch, "id")


async def fetch(client: AsyncOpenAI, batch_id: str) -> bytes | None:
    """The lines of answers and of errors once the batch has ended; None until then.

    Raises `BatchRefused` if the batch was refused as a whole, and errors of the SDK.
    """
    batch = await client.batches.retrieve(batch_id)
    if _field(batch, "status") not in ENDED:
        return None
    files = [file for file in (batch.output_file_id, batch.error_file_id) if file]
    if not files and batch.status == "failed":
        messages = [each.message or "" for each in (batch.errors and batch.errors.data) or []]
        raise BatchRefused("the endpoint refuses the batch", where=batch_id, got="; ".join(messages) or None)
    contents = [(await client.files.content(file)).content for file in files]
    return b"".join(content.rstrip(b"\n") + b"\n" for content in contents)


async def _existing(client: AsyncOpenAI, mark: dict[str, str]) -> str | None:
    """The batch of this file among the newest hundred: a crash may have lost its id after it was submitted."""
    from openai import APIError

    try:
        newest = (await client.batches.list(limit=100)).data or []
    except APIError:
        return None  # not every endpoint lists its batches
    return next((each.id for each in newest if each.metadata == mark and each.status not in GIVEN_UP), None)


def _field(reply: object, name: str) -> str:
    """A field of a reply, which the SDK does not validate."""
    value = getattr(reply, name, None)
    if not isinstance(value, str):
        raise TeacherError("the endpoint has no batch API that we know", got=str(reply))
    return value
