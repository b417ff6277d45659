"""Preferences with implicit prompt of TRL: https://huggingface.co/docs/trl/dataset_formats."""

from __future__ import annotations

from typing import ClassVar

from ..pairs_sql import DECIDED
from ..published_dataset import Config, Translation
from ._pair_format import About, PairFormat


class Example(About):
    """Two texts with the prompt inside."""

    chosen: str
    """Prompt and preferred completion."""
    rejected: str
    """Prompt and the other."""


class TrlImplicit(PairFormat):
    """Two texts that begin with the same prompt."""

    title = "preferences with implicit prompt of TRL"
    configs: ClassVar = {"default": Config(Example)}
    notes = (
        *PairFormat.notes,
        "TRL takes the longest common prefix of both texts as the prompt, letter by letter: where both "
        "completions begin alike, it takes that too. `trl_implicit_chat` has no such doubt.",
    )

    def from_tables(self) -> Translation:
        """One row for each decided pair."""
        return self.configs_from(
            {
                "default": f"""SELECT split, pair_id, objective, context,
            concat_ws(chr(10) || chr(10),
            prompt, chosen) AS chosen,
            concat_ws(chr(10) || chr(10),
            prompt, rejected) AS rejected
            FROM {DECIDED}"""
            }
        )
