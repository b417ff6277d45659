"""A prompt in two splits leaks the test set, even with other responses."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...stats.split_overlap import split_overlap
from ...tables.sql import Tables, query
from .. import Check

PAIR = {"pair_id": "1", "prompt": "Is it ok to lie?", "split": "train"}


class SplitLeakPrompt(Check):
    """No prompt is in more than one split, ignoring case and white space."""

    severity = "error"
    problem = "are|is in more than one split"
    table = "pairs"
    unit = "prompts"
    per = ("prompt",)
    needs = {"pairs": ["pair_id", "prompt", "split"]}
    repair = "split"
    passes = {"pairs": [PAIR, {**PAIR, "pair_id": "2"}, {**PAIR, "pair_id": "3", "prompt": "", "split": "test"}]}
    fails = {"pairs": [PAIR, {**PAIR, "pair_id": "2", "prompt": "Is it OK to lie", "split": "test"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row per prompt, with the lowest ID of its pairs."""
        return query(tables["pairs"], split_overlap("pair_id", "hash(norm(prompt))", "trim(prompt) <> ''"))
