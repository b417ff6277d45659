"""How many human annotators share what is known of them: k-anonymity (Sweeney 2002), with null as a value.

Those of whom nothing is known stand out by nothing, and are left out.
"""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..schemas.rows.shared import Attributes
from .tables import name, over

ATTRIBUTES = tuple(Attributes.model_fields)
"""What may be known of an annotator. Free text among it leads to one person alone, so it counts like the rest."""


def classes(annotators: DuckDBPyRelation) -> DuckDBPyRelation:
    """Human annotators of whom something is known, with `alike`: how many of them share all of it."""
    listed = ", ".join(map(name, ATTRIBUTES))
    return over(
        annotators,
        f"""SELECT *, count(*) OVER (PARTITION BY {listed}) AS alike FROM rows
        WHERE kind = 'human' AND coalesce({listed}) IS NOT NULL""",
    )
