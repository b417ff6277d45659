"""From one version of a dataset to another: what changed, which step of the version that is, and how to tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from duckdb import DuckDBPyRelation

from ...schemas.difference import Bump, Difference, Drift, Moved, TableChange
from ...schemas.errors import DataError
from ...schemas.manifest import Manifest
from ...schemas.report import Figure, Report
from ...validators.readers.run_folder import read
from ...validators.stats.table_diff import compare, drifts
from ...validators.tables.sql import connect, using
from ..facts.manifest_facts import row_types
from ..markdown import code, md
from .dataset import Dataset

STEPS: tuple[Bump, ...] = ("major", "minor", "patch")
NOTABLE = 0.01
"""Drifts and figures that moved less are left to the full document."""


def diff(before: Dataset, after: Dataset) -> Difference:
    """What changed from `before` to `after`. Raises `DataError` if they are of two families."""
    old, new = before.manifest, after.manifest
    if old.family != new.family:
        raise DataError("two families have no rows in common", got=new.family, expected=old.family)
    changes, moved = _tables(before, after)
    figures = list(_figures(before.report, after.report))
    reasons = list(_reasons(old, new, changes))
    bump = next((step for step in STEPS if any(step == one for one, _ in reasons)), "none")
    said = [why for step, why in reasons if step == bump]
    return Difference(
        before=str(before.folder),
        after=str(after.folder),
        bump=bump,
        reasons=said,
        tables=changes,
        drifts=moved,
        figures=figures,
        entry=_entry([why for _, why in reasons], moved, figures),
    )


def _tables(before: Dataset, after: Dataset) -> tuple[list[TableChange], list[Drift]]:
    known = {**row_types(before.manifest), **row_types(after.manifest)}
    changes, moved = list[TableChange](), list[Drift]()
    with connect() as connection, using(connection):
        old, new = read(connection, before.folder), read(connection, after.folder)
        for table, row_type in known.items():
            pair = _pair(old, new, table)
            changes.append(compare(connection, table, row_type, *pair))
            moved.extend(drifts(table, row_type, *pair))
    return changes, sorted(moved, key=lambda drift: -drift.distance)


def _pair(
    old: Mapping[str, DuckDBPyRelation], new: Mapping[str, DuckDBPyRelation], table: str
) -> tuple[DuckDBPyRelation, DuckDBPyRelation]:
    """Both versions of a table; one that was not there had no rows."""
    one, other = (old[table] if table in old else new[table]), (new[table] if table in new else old[table])
    return (one if table in old else one.limit(0)), (other if table in new else other.limit(0))


def _reasons(old: Manifest, new: Manifest, changes: list[TableChange]) -> Iterator[tuple[Bump, str]]:
    """Every reason for a step of the version.

    The definition is ours: major, what somebody uses is gone, moved, of another shape or under another licence; minor,
    there is more; patch, what is there was mended.
    """
    if old.recipe.license != new.recipe.license:
        yield "major", f"the licence is {new.recipe.license}, it was {old.recipe.license}"
    for table in sorted(old.tables.keys() - new.tables.keys()):
        yield "major", f"the table {table} is gone"
    for table in sorted(new.tables.keys() - old.tables.keys()):
        yield "minor", f"the table {table} is new"
    for table in sorted(old.tables.keys() & new.tables.keys()):
        if old.tables[table].schema_hash != new.tables[table].schema_hash:
            yield "major", f"the columns of {table} are others, or mean something else"
        for split in sorted(old.tables[table].splits.keys() - new.tables[table].splits.keys()):
            yield "major", f"the split {split} of {table} is gone"
    for change in changes:
        yield from _row_reasons(change)
    if old.recipe.card != new.recipe.card:
        yield "patch", "what the card says of it changed"


def _row_reasons(change: TableChange) -> Iterator[tuple[Bump, str]]:
    told: tuple[tuple[Bump, int, str], ...] = (
        ("major", change.removed, "gone"),
        ("major", change.moved, "in another split"),
        ("minor", change.added, "new"),
        ("patch", change.changed, "changed"),
    )
    for step, count, what in told:
        if count:
            yield step, f"{change.table}: {count:,} {'row' if count == 1 else 'rows'} {what}"


def _figures(old: Report, new: Report) -> Iterator[Moved]:
    """The figures that both reports have and that moved."""
    before = {_about(figure): figure for figure in old.figures}
    for figure in new.figures:
        was = before.get(_about(figure))
        if was is not None and was.value != figure.value:
            yield Moved(
                measure=figure.measure,
                group=figure.group,
                before=was.value,
                after=figure.value,
                apart=_apart(was, figure),
            )


def _about(figure: Figure) -> tuple[str, tuple[tuple[str, str], ...]]:
    return figure.measure, tuple(sorted(figure.group.items()))


def _apart(one: Figure, other: Figure) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.high < other.low or other.high < one.low


def _entry(reasons: list[str], moved: list[Drift], figures: list[Moved]) -> str:
    """What a changelog says of it; every name is escaped."""
    lines = [f"- {md(reason)}" for reason in reasons]
    lines += [
        f"- shares of {code(d.what)} in {code(d.table)} moved by {d.distance:.1%} (total variation)"
        for d in moved
        if d.distance >= NOTABLE
    ]
    for figure in figures:
        if figure.apart and figure.before is not None and figure.after is not None:
            group = ", ".join(f"{name} {value}" for name, value in figure.group.items())
            lines.append(f"- {code(f'{figure.measure} {group}'.strip())}: {figure.before:.3f}, now {figure.after:.3f}")
    return "\n".join(lines) or "- nothing changed"
