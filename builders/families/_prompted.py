"""Prompts and responses, as several families have them."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Annotated, Any

from pydantic import Field

from ...schemas.request import Prompt
from ...schemas.rows import preferences as rows
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer
from ..asking.declinable import Bounds, declinable_prompt
from ..asking.few_shot import Example
from ..sources import Seed

RESPONSE_TOKENS = 400
"""Tokens at which a response is cut off."""


class WrittenText(AnswerModel):
    """A response, or a text made of one."""

    text: Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]


def prompt_values(seed: Seed) -> dict[str, Any]:
    """The columns of a `Prompt` row, from the seed and the fields `topic` and `language` of its source."""
    optional = {name: value for name in ("topic", "language") if isinstance(value := seed.fields.get(name), str)}
    return {"prompt_id": seed.id, "text": seed.text, "source": seed.origin, **optional}


def seed_of(prompt: rows.Prompt, **fields: Any) -> Seed:
    """The seed of a prompt, with the fields that a family reads beside topic and language."""
    return Seed(
        prompt.prompt_id, prompt.text, prompt.source, {"topic": prompt.topic, "language": prompt.language, **fields}
    )


def given_texts(seed: Seed, field: str) -> list[str]:
    """The texts that came with the source in a list column; empty where there are none."""
    value = seed.fields.get(field)
    return [text for text in value if isinstance(text, str) and text.strip()] if isinstance(value, list) else []


def response(prompt_id: str, place: int, text: str, answer: Answer[Any] | None = None, **columns: Any) -> rows.Response:
    """A response at its place among those to its prompt; one that came with the source has no answer."""
    row = {"response_id": f"{prompt_id}/{place}", "prompt_id": prompt_id, "place": place, "text": text}
    if answer:
        row |= {
            "writer_id": answer.annotator_id,
            "model": answer.model or answer.annotator.model,
            "temperature": answer.temperature,
            "sample": answer.sample,
            "digest": answer.digest,
        }
    return rows.Response(**{**row, **columns})


def writing(system: str, examples: Iterable[Example], user: str) -> Prompt:
    """A prompt for a response that may be declined."""
    return declinable_prompt(system, examples, user, RESPONSE_TOKENS)


def digest_id(*parts: object) -> str:
    """A short id of a row that has no natural one."""
    return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).hexdigest()


def matching(pattern: str | None) -> Bounds:
    """The bounds of a `WrittenText` that must match a pattern, if there is one."""
    return Bounds(patterns={"text": pattern}) if pattern else Bounds()
