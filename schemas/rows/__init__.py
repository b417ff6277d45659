"""Row types and tables of each family, one family a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ..component import NAME, others
from ..errors import DataError
from ..row import Row
from ..views import View
from . import analysis, candidate
from .shared import Aspect

OPTIONAL: dict[str, type[Row]] = {
    analysis.NAME: analysis.Analysis,
    candidate.NAME: candidate.Candidate,
    "aspects": Aspect,
}
"""Tables that only some datasets of a family have: those that an option adds, and those that older ones lack."""


@dataclass(frozen=True)
class Declaration:
    """What a module of row types declares: `TABLES`, and beside them `READ_AS` and `PLOTS` where it has them."""

    tables: Mapping[str, type[Row]]
    """Table -> row type, the main table first."""
    views: Sequence[View]
    """How checks and measures of generic views read the tables."""
    plots: Mapping[str, str]
    """Measure -> kind of plot, such as `interval` or `bar`."""


def declaration(family: str) -> Declaration:
    """What the module of a family declares. Raises `DataError` for an unknown family."""
    modules = _modules()
    module = import_module(modules[family]) if NAME.fullmatch(family) and family in modules else None
    if (tables := getattr(module, "TABLES", None)) is None:
        raise DataError.unknown("unknown family", family, families())
    return Declaration(dict(tables), tuple(getattr(module, "READ_AS", ())), dict(getattr(module, "PLOTS", {})))


def tables_of(family: str, present: Iterable[str] | None = None) -> dict[str, type[Row]]:
    """Table -> row type of a family, the main table first. Raises `DataError` for an unknown family.

    Given the tables that are `present` in a dataset, the optional ones are those among them.

    A family is a module here, or one that another distribution declares under the entry point group
    `pluriset.rows`, with `TABLES` of its own.
    """
    tables = declaration(family).tables
    if present is None:
        return dict(tables)
    there = set(present)
    required = {table: row_type for table, row_type in tables.items() if table not in OPTIONAL or table in there}
    return {**required, **{table: row_type for table, row_type in OPTIONAL.items() if table in there}}


def families() -> list[str]:
    """The names of the families that are installed."""
    return sorted(filter(is_installed, _modules()))


def is_installed(family: str) -> bool:
    """Whether a family of this name is installed; imports only its own row types."""
    return family in _modules() and hasattr(import_module(_modules()[family]), "TABLES")


@cache
def _modules() -> dict[str, str]:
    """Every module that may define a family, listed once a process."""
    external = {entry.name: entry.value for entry in others("pluriset.rows")}
    return external | {module.name: f"{__name__}.{module.name}" for module in iter_modules(__path__)}
