"""Names that were renamed: old recipes, `pluriset.yaml` files, reports and runs are read with the new ones.

Every entry is old name -> new name. New files only ever hold new names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COMPONENTS: Mapping[str, Mapping[str, str]] = {}
"""Kind of component, such as `checks` -> its renamed components."""
OPTIONS: Mapping[tuple[str, str], Mapping[str, str]] = {}
"""(kind, component) by new name -> its renamed options."""
FIELDS: Mapping[str, Mapping[str, str]] = {
    "Finding": {"title": "rule", "mends": "auto_repairable"},
}
"""Model of `schemas`, such as `Finding`, or table, such as `rejects` -> its renamed fields or columns."""


def component(kind: str, name: str) -> str:
    """The current name of a component."""
    return COMPONENTS.get(kind, {}).get(name, name)


def options(kind: str, name: str, given: Any) -> Any:
    """Options of a component under their current names; what is no mapping is left for validation."""
    return _renamed(given, OPTIONS.get((kind, name), {}))


def fields(model: str, given: Any) -> Any:
    """Fields of a model, or cells of a row, under their current names; what is no mapping is left for validation."""
    return _renamed(given, FIELDS.get(model, {}))


def _renamed(given: Any, current: Mapping[str, str]) -> Any:
    if not current or not isinstance(given, Mapping):
        return given
    return {current.get(name, name): value for name, value in given.items()}
