"""Pairs with the share of annotators behind each verdict; no label is made of them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..pairs_sql import NOTHING
from ..published_dataset import Config, Translation
from ._pair_format import About, PairFormat

SHARE = "coalesce(list_sum(list_transform(list_filter(distribution, lambda d: d.label {}), lambda d: d.share)), 0)"


class Soft(About):
    """A pair with its soft label; shares are of the annotators who judged both responses, and sum to 1."""

    prompt: str
    """The prompt."""
    first: str
    """One response."""
    second: str
    """The other."""
    first_share: Annotated[float, Field(ge=0, le=1)]
    """Share that prefers the first."""
    second_share: Annotated[float, Field(ge=0, le=1)]
    """Share that prefers the second."""
    tie_share: Annotated[float, Field(ge=0, le=1)]
    """Share that calls it a tie."""
    other_share: Annotated[float, Field(ge=0, le=1)]
    """Share that calls it incomparable, or says that it depends."""
    n: int
    """Annotators."""


class SoftLabels(PairFormat):
    """Every pair with its shares of first, second, tie and other verdicts, decided or not."""

    title = "soft labels"
    configs: ClassVar = {"default": Config(Soft)}
    evidence = "A format of ours."
    notes = ("Pairs are in the order of their responses, whichever is preferred.",)

    def from_tables(self) -> Translation:
        """Every pair that was judged; the options leave none out but those of another objective."""
        shares = {"first": "= 'first'", "second": "= 'second'", "tie": "= 'tie'"}
        shares["other"] = "NOT IN ('first', 'second', 'tie')"
        chosen = ", ".join(f"{SHARE.format(labels)} AS {name}_share" for name, labels in shares.items())
        rows = f"""SELECT split, pair_id, objective, context, prompt, first, second, {chosen}, n FROM _pairs
            WHERE len(distribution) > 0 AND reason IS DISTINCT FROM 'another objective' ORDER BY pair_id"""
        return self.configs_from({"default": rows}, rejects=NOTHING)
