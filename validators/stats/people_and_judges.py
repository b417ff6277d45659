"""Labels of people beside those of models and personas, who are called judges here."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..tables.sql import Tables, query_tables
from .ratings import first_judgements

ANNOTATED = {
    "annotations": ["item_id", "annotator_id", "aspect", "label"],
    "annotators": ["annotator_id", "kind"],
}
"""Table -> columns that measures of people and judges need."""
LABELS = """SELECT DISTINCT item, annotator, j.aspect, j.value, kind = 'human' AS human
    FROM judged j JOIN annotators a ON CAST(a.annotator_id AS VARCHAR) = j.annotator"""


def has_people(tables: Tables) -> bool:
    """Whether any annotator is a person, which is looked at before anything is computed."""
    return bool(tables["annotators"].filter("kind = 'human'").limit(1).fetchall())


def labels(tables: Tables) -> DuckDBPyRelation:
    """item, annotator, aspect, value and human of every label, abstentions and further samples left out."""
    return query_tables({**tables, "judged": first_judgements(tables, "label")}, ["judged", "annotators"], LABELS)
