"""Prompts with worked examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic_core import to_json

from ...schemas.request import Message, Prompt

Example = tuple[str, Mapping[str, object]]
"""A question, and an answer to it as the teacher would give it."""


def few_shot_prompt(
    system: str, examples: Iterable[Example], question: str, max_tokens: int, temperature: float | None = None
) -> Prompt:
    """The instruction, each example as a question and its answer in JSON, and the question."""
    shown = [
        message
        for text, answer in examples
        for message in (Message("user", text), Message("assistant", to_json(answer).decode()))
    ]
    return Prompt((Message("system", system), *shown, Message("user", question)), max_tokens, temperature)
