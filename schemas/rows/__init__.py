"""Row types and tables of each family, one family a file."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from ..component import NAME, others
from ..errors import DataError
from ..row import Row
from . import candidate

OPTIONAL: dict[str, type[Row]] = {candidate.NAME: candidate.Candidate}
"""Tables that a dataset of any family may have."""


def tables_of(family: str, there: Iterable[str] = ()) -> dict[str, type[Row]]:
    """Table name -> row type of a family, the main table first. Raises `DataError` if we do not know the family.

    Of the tables that only some datasets have, those that are `there`.

    A family is a module here, or one that another distribution declares under the entry point group
    `pluriset.rows`, with a `TABLES` of its own.
    """
    known = _modules()
    tables = _tables(known[family]) if NAME.fullmatch(family) and family in known else None
    if tables is None:
        raise DataError.unknown("we do not know this family", family, families())
    return {**tables, **{table: row_type for table, row_type in OPTIONAL.items() if table in there}}


def families() -> list[str]:
    """The names of the families that we know."""
    known = _modules()
    return sorted(name for name in known if _tables(known[name]) is not None)


def _modules() -> dict[str, str]:
    """Every module that may define a family."""
    theirs = {other.name: other.value for other in others("pluriset.rows")}
    return theirs | {module.name: f"{__name__}.{module.name}" for module in iter_modules(__path__)}


def _tables(module: str) -> dict[str, type[Row]] | None:
    """The tables of a module; none where it defines rows but is no family."""
    found: ModuleType = import_module(module)
    tables: dict[str, type[Row]] | None = getattr(found, "TABLES", None)
    return tables
