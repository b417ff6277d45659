"""Pairs of the survey are shown as context: one of the test set is known before the test."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check


class SurveyLeak(Check):
    """No pair of the survey is in the validation or test split."""

    severity = "error"
    problem = "are|is in the survey and not in the training split"
    table = "labels"
    unit = "labels"
    needs = {"labels": ["label_id", "surveyed", "split"]}
    passes = {
        "labels": [
            {"label_id": "1", "surveyed": True, "split": "train"},
            {"label_id": "2", "surveyed": False, "split": "test"},
        ]
    }
    fails = {"labels": [{"label_id": "1", "surveyed": True, "split": "test"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Labels of surveyed pairs with their split."""
        return query(
            tables["labels"],
            "SELECT label_id, 'in ' || split AS problem FROM rows WHERE surveyed AND split <> 'train'",
        )
