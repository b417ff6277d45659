"""Tables that follow from what curation left: those that a family derives, and the aggregates of the annotations."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from ...schemas.errors import RunError
from ...schemas.row import columns
from ...schemas.rows.shared import Aspect, Rule
from ...validators.stats.aggregates import aggregates
from ...validators.tables.sql import quote_identifier
from ..families import Family
from .curation_runner import Curation

AGGREGATES = "aggregates"


def derive(family: Family, judged: Sequence[Aspect], curation: Curation) -> None:
    """Fill every derived table, and the aggregates of what is judged.

    Raises `RunError` for a SELECT of the family that cannot be run.
    """
    for table, select in family.derived().items():
        try:
            _fill(curation, table, f"({select})")
        except duckdb.Error as error:
            where = f"{family.component_name()}.derived()[{table!r}]"
            raise RunError("a derived table cannot be computed", where=where, got=str(error)) from None
    rules: dict[str, list[Rule]] = {}
    for aspect in judged:
        rules.setdefault(aspect.aspect, []).extend(aspect.rules)
    aggregates(curation.connection.table("annotations"), rules).create_view("_aggregates")
    _fill(curation, AGGREGATES, "_aggregates")


def derived_tables(family: Family) -> set[str]:
    """The tables of which every row that is generated is published: nothing is curated after them."""
    return {*family.derived(), AGGREGATES}


def _fill(curation: Curation, table: str, rows: str) -> None:
    """Insert rows into an empty table, numbered in their order."""
    name, connection = quote_identifier(table), curation.connection
    chosen = ", ".join(quote_identifier(column.name) for column in columns(curation.types[table]))
    connection.execute(f"DELETE FROM {name}")
    connection.execute(f"INSERT INTO {name} SELECT {chosen}, row_number() OVER () - 1 FROM {rows}")
