"""Conversational preferences with implicit prompt of TRL: https://huggingface.co/docs/trl/dataset_formats."""

from __future__ import annotations

from typing import ClassVar

from ..pairs_sql import DECIDED, answer
from ..published_dataset import Config, Translation
from ._pair_format import About, Message, PairFormat


class Example(About):
    """Two conversations."""

    chosen: list[Message]
    """The conversation with the preferred answer."""
    rejected: list[Message]
    """The conversation with the other."""


class TrlImplicitChat(PairFormat):
    """Two whole conversations that differ in the last answer, as a reward model trains on them."""

    title = "conversational preferences with implicit prompt of TRL"
    configs: ClassVar = {"default": Config(Example)}

    def from_tables(self) -> Translation:
        """One row for each decided pair."""
        return self.configs_from(
            {
                "default": f"""SELECT split, pair_id, objective, context,
            list_concat(messages, {answer("chosen")}) AS chosen,
            list_concat(messages, {answer("rejected")}) AS rejected
            FROM {DECIDED}"""
            }
        )
