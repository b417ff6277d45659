"""What families of prompts and responses share: rows made of seeds, turns of a prompt, drawn orders, ids."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from ...schemas.request import Message, Prompt
from ...schemas.rows import preferences as rows
from ...schemas.rows.shared import Annotation, Annotator
from ..asking.ask import Answer
from ..asking.declinable import Bounds, turns
from ..sources import Seed

RESPONSE_TOKENS = 400
"""Tokens at which a response is cut off."""


class WrittenText(BaseModel):
    """A response, or a text made of one."""

    model_config = ConfigDict(extra="forbid")

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


def response(prompt_id: str, place: int, text: str, answer: Answer[Any] | None = None) -> rows.Response:
    """A response at its place among those to its prompt; one that came with the source has no answer."""
    of_answer = (
        {
            "writer_id": answer.annotator_id,
            "model": answer.model or answer.annotator.model,
            "temperature": answer.temperature,
            "sample": answer.sample,
            "digest": answer.digest,
        }
        if answer
        else {}
    )
    return rows.Response(response_id=f"{prompt_id}/{place}", prompt_id=prompt_id, place=place, text=text, **of_answer)


def writing(system: str, examples: Sequence[tuple[str, Mapping[str, Any]]], user: str) -> Prompt:
    """A prompt for a text that may be declined, with worked examples."""
    return Prompt(turns(system, examples, user), max_tokens=RESPONSE_TOKENS)


def judging(system: str, examples: Iterable[tuple[str, Mapping[str, Any]]], user: str, max_tokens: int) -> Prompt:
    """A prompt for a closed judgement, with worked examples."""
    shown = [
        message
        for text, answer in examples
        for message in (Message("user", text), Message("assistant", to_json(answer).decode()))
    ]
    return Prompt((Message("system", system), *shown, Message("user", user)), max_tokens=max_tokens)


def drawn_order(options: Sequence[str], *of: str) -> list[str]:
    """Options in the order in which they are shown of this item to this annotator: random, and always the same."""
    return random.Random("/".join(of)).sample(options, len(options))


def digest_id(*parts: str) -> str:
    """A short id of a row that has no natural one."""
    return blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()


def matching(pattern: str | None) -> Bounds:
    """The bounds of a `WrittenText` that must match a pattern, if there is one."""
    return Bounds(patterns={"text": pattern}) if pattern else Bounds()


def annotation(item: tuple[str, str], answer: Answer[Any], aspect: str, **given: Any) -> Annotation:
    """What an annotator says of one aspect of a row; `given` has the label or score, and the options as shown."""
    options = given.pop("options", [])
    return Annotation(
        item_table=item[0],
        item_id=item[1],
        annotator_id=answer.annotator_id,
        aspect=aspect,
        options=list(options),
        digest=answer.digest,
        **given,
    )


def sides_shown(first: str, second: str, annotator: Annotator, item_id: str) -> tuple[tuple[str, str], bool]:
    """Two texts in the order in which this annotator sees them, and whether they are swapped; drawn for each item."""
    swapped = drawn_order(["first", "second"], item_id, annotator.annotator_id)[0] == "second"
    return ((second, first) if swapped else (first, second)), swapped


def unswapped(label: str, annotator: Annotator, item_id: str) -> tuple[str, tuple[str, str]]:
    """A verdict in terms of the pair and not of the order in which `sides_shown` showed it, and that order."""
    _, swapped = sides_shown("", "", annotator, item_id)
    shown = ("second", "first") if swapped else ("first", "second")
    return dict(zip(("first", "second"), shown, strict=True)).get(label, label), shown
