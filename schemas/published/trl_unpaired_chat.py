"""Unpaired preferences, conversational, of TRL: https://huggingface.co/docs/trl/dataset_formats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ..pairs_sql import answer
from ..published_dataset import Config, Translation
from ..row import Row
from ._pair_format import Message, PairFormat


class Example(Row):
    """A conversation with an answer and whether it was chosen."""

    objective: str
    """Objective under which it is good or not."""
    prompt: list[Message]
    """The prompt."""
    completion: list[Message]
    """The completion."""
    label: bool
    """Whether it was chosen: true says that it is better than another one, not that it is good."""


class TrlUnpairedChat(PairFormat):
    """A conversation with one answer that is preferred or not."""

    title = "unpaired preferences, conversational, of TRL"
    configs: ClassVar = {"default": Config(Example)}
    notes: ClassVar[Sequence[str]] = (
        *PairFormat.notes,
        "A label of true says that a completion was chosen over another one, which may be worse still. One that is "
        "chosen in one pair and rejected in another of the same objective has no label and is left out.",
    )

    def from_tables(self) -> Translation:
        """Every response that is only chosen, or only rejected, under an objective."""
        return self.unpaired("messages", answer("completion"))
