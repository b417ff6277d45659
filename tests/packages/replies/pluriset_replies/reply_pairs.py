"""Pairs as trainers of preference models load them: prompt, chosen, rejected."""

from __future__ import annotations

from typing import ClassVar

from pluriset.schemas.published_dataset import Config, Licence, PublishedDataset, Translation
from pluriset.schemas.row import Row


class TextPair(Row):
    """A prompt with a chosen and a rejected reply."""

    prompt: str
    """The prompt."""
    chosen: str
    """The reply that was rated higher."""
    rejected: str
    """The other."""


class ReplyPairs(PublishedDataset):
    """Pairs of replies as text."""

    title = "Reply pairs"
    family = "replies"
    configs: ClassVar = {"pairs": Config(TextPair)}
    splits: ClassVar = {"train": "train"}
    licence = Licence(name="that of the run", url="https://example.org")
    citation = ""
    evidence = "A shape of our own."

    def from_tables(self) -> Translation:
        """One row for each pair."""
        pairs = """
        SELECT p.text AS prompt, c.text AS chosen, r.text AS rejected, pair.split FROM ours.pairs pair
        JOIN ours.prompts p USING (prompt_id) JOIN ours.replies c ON c.reply_id = chosen_id
        JOIN ours.replies r ON r.reply_id = rejected_id ORDER BY pair_id"""
        nothing = """
        SELECT '' AS level, '' AS "table", '' AS key, '' AS step, '' AS reason, '' AS detail, '' AS kept_key
        WHERE false"""
        return Translation(steps={}, rows={"pairs": pairs}, rejects=nothing)
