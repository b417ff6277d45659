"""How many human annotators share what is known of them: k-anonymity (Sweeney 2002), with null as a value.

Those of whom nothing is known stand out by nothing, and are left out.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...schemas.rows.shared import Attributes
from ..tables.sql import query, quote_identifier

ATTRIBUTES = tuple(Attributes.model_fields)
"""What a dataset of ours may know of an annotator."""
NOT_ATTRIBUTES = {"annotator_id", "kind", "teacher", "model", "revision", "split"}
"""Columns of annotators that are nothing that is known of a person, beside those of ours that begin with `_`."""


def attributes(annotators: DuckDBPyRelation) -> list[str]:
    """What is known of annotators; free text among it leads to one person alone, so it counts like the rest."""
    return [column for column in annotators.columns if column not in NOT_ATTRIBUTES and not column.startswith("_")]


def grouping_columns(annotators: DuckDBPyRelation) -> list[str]:
    """What tells annotators into groups: their kind and what is known of them, but for the free text of ours."""
    kinds = [column for column in annotators.columns if column == "kind"]
    return kinds + [column for column in attributes(annotators) if column != "description"]


def equivalence_classes(annotators: DuckDBPyRelation) -> DuckDBPyRelation:
    """Human annotators of whom something is known, with `alike`: how many of them share all of it.

    Where it is not said who is human everybody is.
    """
    cells = [f"nullif(CAST({quote_identifier(attribute)} AS VARCHAR), '')" for attribute in attributes(annotators)] or [
        "NULL"
    ]
    human = "kind = 'human'" if "kind" in annotators.columns else "true"
    return query(
        annotators,
        f"""SELECT *, count(*) OVER (PARTITION BY {", ".join(cells)}) AS alike FROM rows
        WHERE {human} AND coalesce({", ".join(cells)}) IS NOT NULL""",
    )
