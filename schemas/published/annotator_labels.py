"""Every verdict and rating of every annotator, with what is declared of them; nothing is aggregated."""

from __future__ import annotations

from typing import ClassVar

from ..pairs_sql import NOTHING
from ..published_dataset import Config, Translation
from ..row import Row
from ..rows.shared import Attributes
from ._pair_format import PairFormat

ATTRIBUTES = ", ".join(f"who.{name}" for name in Attributes.model_fields)
JOINED = "FROM ours.annotations a JOIN ours.annotators who ON who.annotator_id = a.annotator_id"


class Rating(Attributes, Row):
    """What one annotator says of one response under one aspect."""

    prompt: str
    """The prompt."""
    response: str
    """The response."""
    model: str | None
    """The model that wrote it."""
    aspect: str
    """What was rated."""
    score: float | None
    """The rating; null for an abstention."""
    annotator_id: str
    """Who rated."""


class Verdict(Attributes, Row):
    """What one annotator says of two responses."""

    prompt: str
    """The prompt."""
    first: str
    """One response."""
    second: str
    """The other."""
    verdict: str
    """first, second, tie, incomparable, depends or abstain."""
    strength: float | None
    """-3 to 3, above 0 where the second is better; null where there is no such verdict."""
    first_shown_first: bool | None
    """Whether the first response was shown first."""
    annotator_id: str
    """Who compared."""


class AnnotatorLabels(PairFormat):
    """One row for each rating and each verdict, with the declared attributes of its annotator."""

    needs = ("prompts", "responses", "comparisons", "pairs")
    title = "labels of each annotator"
    configs: ClassVar = {"verdicts": Config(Verdict), "ratings": Config(Rating)}
    evidence = "A format of ours."
    notes = ("A judge who compared in both orders has two rows.",)

    def from_tables(self) -> Translation:
        """All annotations of responses and of comparisons."""
        ratings = f"""SELECT a.split, p.text AS prompt, r.text AS response, r.model, aspect, score, a.annotator_id,
            {ATTRIBUTES} {JOINED}
            JOIN ours.responses r ON item_table = 'responses' AND r.response_id = a.item_id
            JOIN ours.prompts p ON p.prompt_id = r.prompt_id ORDER BY r.prompt_id, place, aspect, a.annotator_id"""
        verdicts = f"""SELECT a.split, p.text AS prompt, f.text AS first, s.text AS second, label AS verdict,
            strength, options[1] = 'first' AS first_shown_first, a.annotator_id, {ATTRIBUTES} {JOINED}
            JOIN ours.comparisons c ON item_table = 'comparisons' AND comparison_id = a.item_id
            JOIN ours.prompts p ON p.prompt_id = c.prompt_id JOIN ours.responses f ON f.response_id = first_id
            JOIN ours.responses s ON s.response_id = second_id
            LEFT JOIN (SELECT item_id, annotator_id, sample, score AS strength FROM ours.annotations
                WHERE aspect = 'strength') strengths
                ON strengths.item_id = a.item_id AND strengths.annotator_id = a.annotator_id
                AND strengths.sample = a.sample
            WHERE aspect = 'preference' ORDER BY c.prompt_id, f.place, s.place, a.annotator_id, a.sample"""
        return self.configs_from({"verdicts": verdicts, "ratings": ratings}, rejects=NOTHING)
