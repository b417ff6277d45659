"""The tables of a dataset that a contract describes: its views, with the row type of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation
from pydantic import create_model

from ...schemas.row import Row
from ...schemas.views import VIEWS
from ..tables.sql import Tables, quote_identifier, quote_literal
from .by_roles import read_by_roles
from .describe import roles_of_contract


def contract_tables(
    connection: DuckDBPyConnection, raw: Tables, contract: Mapping[str, Mapping[str, str]], where: str
) -> dict[str, type[Row]]:
    """Make the views of a dataset, read by the roles of its contract, the tables `theirs.<view>`; view -> row type.

    Raises `RecipeError` naming the first table or column of the contract that the data lack.
    """
    views = read_by_roles(connection, "", raw, roles_of_contract(contract, raw, where)).views
    connection.execute("CREATE SCHEMA IF NOT EXISTS theirs")
    types = {name: VIEWS.get(name) or _annotator(rows) for name, rows in views.items()}
    for name, rows in views.items():
        _create(name, rows, types[name])
    return types


def _create(name: str, rows: DuckDBPyRelation, row_type: type[Row]) -> None:
    """A table with every column of the row type; those that the view lacks are null."""
    wanted = dict.fromkeys([*row_type.model_fields, "split"])
    cells = [quote_identifier(c) if c in rows.columns else f"NULL AS {quote_identifier(c)}" for c in wanted]
    place = f"{quote_literal(name)} AS _table, row_number() OVER () AS _row"
    rows.select(", ".join([*cells, place])).create(f"theirs.{quote_identifier(name)}")


def _annotator(rows: DuckDBPyRelation) -> type[Row]:
    """A row type with the attributes that the annotators of a dataset have."""
    attributes: dict[str, Any] = {c: (str | None, None) for c in rows.columns if c != "annotator_id"}
    model: type[Row] = create_model("Annotator", __base__=Row, annotator_id=(str, ...), **attributes)
    return model
