"""Rows of the family `preferences` from seeds and answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from ...schemas.rows import preferences as rows
from ..asking.ask import Answer
from ..asking.journal_reader import AskFailed
from ..sources import Seed
from ._prompted import digest_id, prompt_values, response


def prompt_row(seed: Seed) -> rows.JudgedPrompt:
    """The prompt, and the responses that came with the source: `first` and `second`, or the list `responses`.

    Their models are in `first_model` and `second_model`, or in the list `models`. `context`, which many files keep in a
    column of its own, is the last line of the text. Raises `AskFailed` where a response is blank.
    """
    text = "\n".join(filter(None, (seed.text, seed.fields.get("context"))))
    values = {**prompt_values(seed), "text": text, "turns": seed.fields.get("turns") or []}
    return rows.JudgedPrompt(**values, responses=_given(seed.fields))


def _given(fields: Mapping[str, Any]) -> list[rows.GivenResponse]:
    if not {"first", "second", "responses"} & {*fields}:
        return []
    texts = fields.get("responses") or [fields.get("first"), fields.get("second")]
    models = fields.get("models") or [fields.get("first_model"), fields.get("second_model")]
    if len(texts) < 2 or not all(isinstance(text, str) and text.strip() for text in texts):
        raise AskFailed("a response is missing or blank", f"{len(texts)} responses", b"")
    models = [*models, *[None] * len(texts)]
    return [rows.GivenResponse(text=text, model=model) for text, model in zip(texts, models, strict=False)]


def given_responses(prompt: rows.JudgedPrompt) -> list[rows.Response]:
    """The responses that came with the source."""
    return [
        response(prompt.prompt_id, place, given.text, response_id=digest_id(prompt.prompt_id, place), model=given.model)
        for place, given in enumerate(prompt.responses)
    ]


def written_response(prompt: rows.Prompt, place: int, answer: Answer[Any]) -> rows.Response:
    """A response that a writer gave."""
    response_id = digest_id(prompt.prompt_id, place)
    return response(prompt.prompt_id, place, answer.value.answer.text, answer, response_id=response_id)


def comparison_rows(responses: Sequence[rows.Response]) -> list[rows.Comparison]:
    """Every two responses with different texts."""
    return [
        rows.Comparison(
            comparison_id=digest_id(one.response_id, other.response_id),
            prompt_id=one.prompt_id,
            first_id=one.response_id,
            second_id=other.response_id,
        )
        for one, other in combinations(responses, 2)
        if one.text != other.text
    ]


def conversation(prompt: rows.Prompt) -> str:
    """The prompt with what came before it, as a judge reads it."""
    return "\n".join([*(f"{turn.role}: {turn.content}" for turn in prompt.turns), f"Prompt: {prompt.text}"])
