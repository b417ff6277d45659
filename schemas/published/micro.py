"""Pairs by attribute as MiCRo (arXiv 2505.24846) trains on them: https://github.com/MichaelZona/MiCRo."""

from __future__ import annotations

from typing import ClassVar

from ..pairs_sql import DECIDED
from ..published_dataset import Config, Licence, Translation
from ..row import Row
from ._pair_format import PairFormat


class ByAttribute(Row):
    """A pair under one attribute."""

    prompt: str
    """The prompt."""
    chosen: str
    """The response with the higher rating."""
    rejected: str
    """The other."""
    chosen_index: int
    """Place of the chosen one among the responses to its prompt, from 0."""
    rejected_index: int
    """Place of the other."""
    attribute: str
    """The rated attribute, or another objective."""
    criteria: str | None
    """The context of the preference in words, apart from the prompt."""
    chosen_rating: float | None
    """Mean rating of the chosen one; null for a direct comparison."""
    rejected_rating: float | None
    """Mean rating of the other."""


class MiCRo(PairFormat):
    """Pairs with their attribute, its two ratings and their context, as in MiCRo."""

    title = "the pairs of MiCRo"
    configs: ClassVar = {"default": Config(ByAttribute)}
    licence = Licence(name="that of the run", url="https://github.com/MichaelZona/MiCRo")
    citation = """\
@inproceedings{shen2025micro,
  title = {{MiCRo}: Mixture Modeling and Context-aware Routing for Personalized Preference Learning},
  booktitle = {EMNLP},
  year = {2025},
  note = {arXiv:2505.24846}
}"""
    evidence = "The code that writes its files. `criteria` is null where a pair has no context."

    def from_tables(self) -> Translation:
        """One row for each decided pair, in the split of its prompt whatever the attribute."""
        rows = f"""SELECT split, prompt, chosen, rejected,
            CASE preferred WHEN 'first' THEN first_place ELSE second_place END AS chosen_index,
            CASE preferred WHEN 'first' THEN second_place ELSE first_place END AS rejected_index,
            objective AS attribute, context AS criteria, chosen_score AS chosen_rating,
            rejected_score AS rejected_rating FROM {DECIDED}"""
        return self.configs_from({"default": rows})
