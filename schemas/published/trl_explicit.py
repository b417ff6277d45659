"""Preferences with explicit prompt of TRL: https://huggingface.co/docs/trl/dataset_formats."""

from __future__ import annotations

from typing import ClassVar

from ..pairs_sql import DECIDED
from ..published_dataset import Config, Translation
from ._pair_format import About, PairFormat


class Example(About):
    """A prompt with two completions."""

    prompt: str
    """The prompt."""
    chosen: str
    """The preferred completion."""
    rejected: str
    """The other."""


class TrlExplicit(PairFormat):
    """A prompt with a chosen and a rejected completion, as DPO trains on it."""

    title = "preferences with explicit prompt of TRL"
    configs: ClassVar = {"default": Config(Example)}
    notes = (
        *PairFormat.notes,
        "Earlier turns of a conversation are not in `prompt`: the shape `trl_explicit_chat` has them.",
    )

    def from_tables(self) -> Translation:
        """One row for each decided pair."""
        return self.configs_from(
            {
                "default": f"""SELECT split, pair_id, objective, context,
            prompt, chosen, rejected
            FROM {DECIDED}"""
            }
        )
