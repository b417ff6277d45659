"""Conversational preferences with explicit prompt of TRL: https://huggingface.co/docs/trl/dataset_formats."""

from __future__ import annotations

from typing import ClassVar

from ..pairs_sql import DECIDED, answer
from ..published_dataset import Config, Translation
from ._pair_format import About, Message, PairFormat


class Example(About):
    """A conversation with two answers."""

    prompt: list[Message]
    """The conversation, which ends with the user."""
    chosen: list[Message]
    """The preferred answer."""
    rejected: list[Message]
    """The other."""


class TrlExplicitChat(PairFormat):
    """The conversation up to the prompt, with a chosen and a rejected answer as messages."""

    title = "conversational preferences with explicit prompt of TRL"
    configs: ClassVar = {"default": Config(Example)}

    def from_tables(self) -> Translation:
        """One row for each decided pair."""
        return self.configs_from(
            {
                "default": f"""SELECT split, pair_id, objective, context,
            messages AS prompt, {answer("chosen")} AS chosen,
            {answer("rejected")} AS rejected
            FROM {DECIDED}"""
            }
        )
