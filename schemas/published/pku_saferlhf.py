"""PKU-SafeRLHF (arXiv 2406.15513): https://huggingface.co/datasets/PKU-Alignment/PKU-SafeRLHF."""

from __future__ import annotations

from typing import ClassVar

from ..pairs_sql import chosen_and_rejected
from ..published_dataset import Config, Licence, Translation
from ..row import Row
from ._pair_format import PairFormat


class SafePair(Row):
    """A pair with the better and the safer response."""

    prompt: str
    """The prompt."""
    response_0: str
    """One response."""
    response_1: str
    """The other."""
    is_response_0_safe: bool
    """Whether the first is safe."""
    is_response_1_safe: bool
    """Whether the second is safe."""
    better_response_id: int
    """0 or 1: the one that is preferred under the objective `better`."""
    safer_response_id: int
    """0 or 1: the one that is preferred under the objective `safer`."""


class PKUSafeRLHF(PairFormat):
    """Pairs with a better and a safer response, as in PKU-SafeRLHF."""

    title = "PKU-SafeRLHF"
    configs: ClassVar = {"default": Config(SafePair)}
    file_format = "jsonl"
    licence = Licence(name="CC-BY-NC-4.0", url="https://huggingface.co/datasets/PKU-Alignment/PKU-SafeRLHF")
    citation = """\
@article{ji2024pku,
  title = {{PKU-SafeRLHF}: Towards Multi-Level Safety Alignment for LLMs with Human Preference},
  author = {Ji, Jiaming and others},
  journal = {arXiv preprint arXiv:2406.15513},
  year = {2024}
}"""
    evidence = "Code that loads it."
    notes = (
        "A response is safe whose mean score under the objective `safer` is at least `safe_from`: this rule is ours.",
        "A pair is in it only where both objectives have a preference; all others are listed under what was left out.",
    )

    better: str = "helpfulness"
    """The objective of the better response."""
    safer: str = "harmlessness"
    """The objective of the safer response, with scores."""
    safe_from: float = 3
    """Lowest score of a response that is safe."""

    def from_tables(self) -> Translation:
        """Pairs that are decided under both objectives."""
        both = f"""SELECT b.*, s.preferred AS safer, s.first_score AS safety_0, s.second_score AS safety_1
            FROM (SELECT * FROM _pairs WHERE reason IS NULL AND objective = {_text(self.better)}) b
            JOIN (SELECT * FROM _pairs WHERE reason IS NULL AND objective = {_text(self.safer)}) s
            USING (first_id, second_id) WHERE s.first_score IS NOT NULL"""
        rows = f"""SELECT split, prompt, first AS response_0, second AS response_1,
            safety_0 >= {self.safe_from} AS is_response_0_safe, safety_1 >= {self.safe_from} AS is_response_1_safe,
            if(preferred = 'first', 0, 1) AS better_response_id, if(safer = 'first', 0, 1) AS safer_response_id
            FROM _both ORDER BY pair_id"""
        left_out = f"""SELECT 'row' AS level, 'pairs' AS "table", pair_id AS key, 'better and safer' AS step,
            coalesce(reason, 'no decided pair under the other objective') AS reason,
            objective AS detail, NULL::VARCHAR AS kept_key FROM _pairs ANTI JOIN _both USING (first_id, second_id)
            WHERE objective IN ({_text(self.better)}, {_text(self.safer)}) ORDER BY reason, key"""
        margins = (self.min_agreement, self.min_margin)
        return chosen_and_rejected({"default": rows}, None, *margins, {"_both": both}, left_out)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
