"""JSON Schemas by name: files of this package, families, published datasets."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from . import published
from .checks_file import ChecksFile
from .component import load, names
from .errors import DataError
from .projections import json_schema
from .recipe import Recipe
from .report import Report
from .row import Row
from .rows import families, tables_of

FILES: dict[str, type[BaseModel]] = {"recipe": Recipe, "report": Report, "checks": ChecksFile}
"""Name -> model of a file that is not a table."""


def json_schemas(name: str, table: str | None = None) -> dict[str, Any]:
    """The JSON Schema of a file or of one table; without `table`, those of all tables by name.

    Raises `DataError` for unknown names.
    """
    if name in FILES and table is None:
        return FILES[name].model_json_schema()
    if table is not None:
        return json_schema(only(name, table)[1])
    return {each: json_schema(row_type) for each, row_type in row_types(name).items()}


def only(name: str, table: str | None) -> tuple[str, type[Row]]:
    """A table, or the only one, with its row type. Raises `DataError` if it is unknown or one of several."""
    types = row_types(name)
    chosen = next(iter(types)) if table is None and len(types) == 1 else table
    if chosen is None or chosen not in types:
        raise DataError.unknown("which table?", table or "", types, where=name)
    return chosen, types[chosen]


def row_types(name: str) -> dict[str, type[Row]]:
    """Table -> row type of a family or published dataset. Raises `DataError` for other names."""
    if name in families():
        return tables_of(name)
    datasets = names(published.__name__)
    if name not in datasets:
        of_tables = [*families(), *datasets]
        if name in FILES:
            raise DataError.unknown("this has no tables", name, of_tables)
        raise DataError.unknown("nothing of this name has a schema", name, [*FILES, *of_tables])
    return {config: part.row for config, part in load(published.__name__, name).configs.items()}
