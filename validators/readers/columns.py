"""Names of columns as DuckDB can tell them apart: each once without regard to case, none empty, none that we need."""

from __future__ import annotations

from collections.abc import Sequence

from ...schemas import bounds
from .findings import Findings
from .format import File

OURS = "_row"
"""The column that we add."""


def distinct(names: Sequence[str], file: File, findings: Findings) -> list[str]:
    """A name for each column; what is new about it is a finding. Raises `DataError` if there are too many."""
    if len(names) > bounds.current().columns:
        raise bounds.exceeded("columns", file.name, len(names))
    taken, found = {OURS}, []
    for at, given in enumerate(names):
        new = apart(given.replace("\0", " ") if given.strip(" \0") else f"Unnamed: {at}", taken)
        found.append(new)
        if new != given:
            rule = "renamed" if given.strip(" \0") else "unnamed_column"
            findings.add(rule, file.table, {"file": file.name, "column": given, "now": new})
    return found


def apart(wanted: str, taken: set[str]) -> str:
    """The name, or one like it that is not `taken`, and is now; names there are in small letters."""
    new, number = wanted, 0
    while new.lower() in taken:
        number += 1
        new = f"{wanted}_{number}"
    taken.add(new.lower())
    return new
