"""k-anonymity of human annotators (Sweeney 2002), with null as a value.

Annotators without any attribute cannot be singled out, and are left out.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...schemas.rows.shared import Attributes
from ..tables.sql import query, quote_identifier

ATTRIBUTES = tuple(Attributes.model_fields)
"""Attributes of annotators in row types of this package."""
NOT_ATTRIBUTES = {"annotator_id", "kind", "teacher", "model", "revision", "split"}
"""Columns of annotators that are no attributes of a person; neither are those that begin with `_`."""


def attributes(annotators: DuckDBPyRelation) -> list[str]:
    """Columns with attributes of annotators; free text counts too, because it often identifies one person."""
    return [column for column in annotators.columns if column not in NOT_ATTRIBUTES and not column.startswith("_")]


def grouping_columns(annotators: DuckDBPyRelation) -> list[str]:
    """Columns by which annotators are grouped: kind and attributes, without the free-text description."""
    kinds = [column for column in annotators.columns if column == "kind"]
    return kinds + [column for column in attributes(annotators) if column != "description"]


def equivalence_classes(annotators: DuckDBPyRelation) -> DuckDBPyRelation:
    """Human annotators with any attribute, with `alike`: the size of their equivalence class.

    Without a column `kind` all annotators count as human.
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
