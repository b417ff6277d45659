"""Row types and tables of each family, one family a file."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules

from ..component import NAME, others
from ..errors import DataError
from ..row import Row
from . import candidate
from .shared import Aspect

OPTIONAL: dict[str, type[Row]] = {candidate.NAME: candidate.Candidate, "aspects": Aspect}
"""Tables that only some datasets of a family have: those that an option adds, and those that older ones lack."""


def tables_of(family: str, present: Iterable[str] | None = None) -> dict[str, type[Row]]:
    """Table -> row type of a family, the main table first. Raises `DataError` for an unknown family.

    Given the tables that are `present` in a dataset, the optional ones are those among them.

    A family is a module here, or one that another distribution declares under the entry point group
    `pluriset.rows`, with `TABLES` of its own.
    """
    modules = _modules()
    tables = _tables(modules[family]) if NAME.fullmatch(family) and family in modules else None
    if tables is None:
        raise DataError.unknown("unknown family", family, families())
    if present is None:
        return dict(tables)
    there = set(present)
    required = {table: row_type for table, row_type in tables.items() if table not in OPTIONAL or table in there}
    return {**required, **{table: row_type for table, row_type in OPTIONAL.items() if table in there}}


def families() -> list[str]:
    """The names of the families that are installed."""
    return sorted(name for name, module in _modules().items() if _tables(module) is not None)


def _modules() -> dict[str, str]:
    """Every module that may define a family."""
    external = {entry.name: entry.value for entry in others("pluriset.rows")}
    return external | {module.name: f"{__name__}.{module.name}" for module in iter_modules(__path__)}


def _tables(module: str) -> dict[str, type[Row]] | None:
    """The tables of a module; none where it defines rows but is no family."""
    tables: dict[str, type[Row]] | None = getattr(import_module(module), "TABLES", None)
    return tables
