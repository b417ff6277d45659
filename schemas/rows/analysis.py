"""What a judge wrote of two responses before it decided between them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..row import ForeignKey, Key, Row

NAME = "analyses"
"""The table; a dataset has it where judges analyse before they decide."""

Ability = Literal[
    "information accuracy",
    "computational precision",
    "logical reasoning",
    "implementation capability",
    "safety awareness",
    "response completeness",
    "instruction adherence",
    "communication clarity",
]
"""What a comparison may turn on: the eight abilities of Think Twice (arXiv 2510.23596)."""


class Analysis(Row):
    """The first turn of a judge on a comparison, in one order; the verdict of its second turn is an annotation."""

    analysis_id: Annotated[str, Key(), Field(min_length=1)]
    """Comparison, annotator and sample."""
    comparison_id: Annotated[str, ForeignKey("comparisons.comparison_id")]
    """The comparison."""
    annotator_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who judges."""
    sample: Annotated[int, Field(ge=0)]
    """Number of the sample, as of the verdict; 1 where the second response was shown first."""
    abilities: Annotated[list[Ability], Field(min_length=1, max_length=3)]
    """What the comparison turns on, each once."""
    first_issues: Annotated[str, Field(min_length=1)]
    """Issues of the first response, whichever was shown first."""
    second_issues: Annotated[str, Field(min_length=1)]
    """Issues of the second."""
    digest: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""
    """Digest of the ask in the journal."""
