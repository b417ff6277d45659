"""Preferences with a margin of TRL: https://huggingface.co/docs/trl/dataset_formats."""

from __future__ import annotations

from typing import ClassVar

from ..pairs_sql import DECIDED, answer
from ..published_dataset import Config, Translation
from ._pair_format import About, Message, PairFormat


class Example(About):
    """Two conversations and a margin."""

    chosen: list[Message]
    """The conversation with the preferred answer."""
    rejected: list[Message]
    """The conversation with the other."""
    margin: float
    """Margin of the preference, in the units of its scores."""


class TrlMargin(PairFormat):
    """Conversations with the margin by which one is preferred, for reward models."""

    title = "preferences with a margin of TRL"
    configs: ClassVar = {"default": Config(Example)}

    def from_tables(self) -> Translation:
        """One row for each decided pair."""
        return self.configs_from(
            {
                "default": f"""SELECT split, pair_id, objective, context,
            list_concat(messages, {answer("chosen")}) AS chosen,
            list_concat(messages, {answer("rejected")}) AS rejected, margin
            FROM {DECIDED} WHERE margin IS NOT NULL"""
            }
        )
