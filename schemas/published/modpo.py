"""Pairs with a vector of rewards, for MODPO (arXiv 2310.03708): https://github.com/ZHZisZZ/modpo."""

from __future__ import annotations

from typing import ClassVar

from ..pairs_sql import DECIDED
from ..published_dataset import Config, Licence, Translation
from ..row import Row
from ._pair_format import PairFormat


class Rewarded(Row):
    """A pair under one objective, with the rewards of both responses under all of them."""

    raw_prompt: str
    """The prompt."""
    chosen: str
    """The response that is preferred under the objective."""
    rejected: str
    """The other."""
    objective: str
    """The objective of the pair."""
    objectives: list[str]
    """The objectives of the rewards, in the order of the alphabet."""
    chosen_rewards: list[float]
    """Score of the chosen response under each of them."""
    rejected_rewards: list[float]
    """Score of the other."""


class MODPO(PairFormat):
    """Pairs of one objective with the rewards under all others, as in MODPO."""

    title = "the pairs of MODPO with reward vectors"
    configs: ClassVar = {"default": Config(Rewarded)}
    licence = Licence(name="that of the run", url="https://github.com/ZHZisZZ/modpo")
    citation = """\
@inproceedings{zhou2024modpo,
  title = {Beyond One-Preference-Fits-All Alignment: Multi-Objective Direct Preference Optimization},
  author = {Zhou, Zhanhui and others},
  booktitle = {Findings of ACL},
  year = {2024},
  note = {arXiv:2310.03708}
}"""
    evidence = "The loss and the code. The vectors and their column names are ours: the code loads a model for each."

    def from_tables(self) -> Translation:
        """One row for each decided pair; its vectors have the objectives under which both responses have scores."""
        vectors = """SELECT first_id, second_id, list(objective ORDER BY objective) AS objectives,
                list(first_score ORDER BY objective) AS firsts, list(second_score ORDER BY objective) AS seconds
            FROM _pairs WHERE first_score IS NOT NULL AND second_score IS NOT NULL GROUP BY ALL"""
        rows = f"""SELECT split, prompt AS raw_prompt, chosen, rejected, objective,
            coalesce(objectives, []) AS objectives,
            coalesce(CASE preferred WHEN 'first' THEN firsts ELSE seconds END, []) AS chosen_rewards,
            coalesce(CASE preferred WHEN 'first' THEN seconds ELSE firsts END, []) AS rejected_rewards
            FROM {DECIDED} LEFT JOIN _vectors USING (first_id, second_id) ORDER BY pair_id"""
        return self.configs_from({"default": rows}, {"_vectors": vectors})
