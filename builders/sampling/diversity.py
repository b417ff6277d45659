"""Diversity on purpose: a teacher is shown what there is already, and asked for what that misses.

STEER (arXiv 2308.07645) pushes away from negative examples in the logits, which most teachers do not give. This is our
form of it for a prompt. Rounds have a fixed size in seed order, and a round sees only the rounds before it, so that
what is shown depends on the seeds and their rows and never on the order in which answers came.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from pydantic import ConfigDict, PositiveInt

from ...schemas.field_docs import Documented


class Diversity(Documented):
    """Which negative examples a prompt shows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    round: PositiveInt = 50
    """Seeds of a round, in seed order; a round sees what the rounds before it brought."""
    negatives: PositiveInt = 8
    """How many negative examples a prompt shows at most."""
    real: tuple[str, ...] = ()
    """Real examples to keep away from, from the first round on."""

    def drawn(self, item: str, earlier: Sequence[str]) -> list[str]:
        """The negative examples for an item, drawn by its id: the same for the same rounds before."""
        known = sorted({*self.real, *earlier})
        return random.Random(item).sample(known, min(self.negatives, len(known)))
