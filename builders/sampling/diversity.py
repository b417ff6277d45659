"""Diversity on purpose: a prompt shows what earlier rounds wrote, and asks for something else.

STEER (arXiv 2308.07645) pushes away from negative examples in the logits, which most teachers do not give. This is our
form of it for a prompt. Rounds have a fixed size in seed order, and a round sees only the rounds before it, so that
what is shown depends on the seeds and their rows and never on the order in which answers came.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from pydantic import ConfigDict, PositiveInt

from ...schemas.field_docs import Stored


class Diversity(Stored):
    """The negative examples that a prompt shows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    round: PositiveInt = 50
    """Seeds of a round, in seed order; prompts of a round show texts of earlier rounds only."""
    negatives: PositiveInt = 8
    """How many negative examples a prompt shows at most."""
    avoid: tuple[str, ...] = ()
    """Examples to avoid from the first round on, such as real ones."""

    def drawn(self, item: str, earlier: Sequence[str]) -> list[str]:
        """The negative examples for an item, drawn by its id: the same for the same rounds before."""
        candidates = sorted({*self.avoid, *earlier})
        return random.Random(item).sample(candidates, min(self.negatives, len(candidates)))
