"""Comparing two versions of a dataset: what changed, the semver bump, and a changelog entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from duckdb import DuckDBPyRelation

from ...schemas.difference import Bump, Difference, Drift, FigureChange, LabelFlip, TableChange
from ...schemas.errors import DataError
from ...schemas.manifest import Manifest
from ...schemas.report import Figure, Report
from ...validators.readers.run_folder import read
from ...validators.stats.table_diff import compare, drifts
from ...validators.tables.sql import connect, using
from ..facts.manifest_facts import row_types
from ..markdown import code, md
from .dataset import Dataset

BUMPS: tuple[Bump, ...] = ("major", "minor", "patch")
MAX_FLIPS = 20
"""Judgements that are listed before and after."""
NOTABLE = 0.01
"""Drifts below this distance are left out of the changelog entry."""


def diff(before: Dataset, after: Dataset) -> Difference:
    """What changed from `before` to `after`. Raises `DataError` if their families differ."""
    old, new = before.manifest, after.manifest
    if old.family != new.family:
        raise DataError("datasets of two families cannot be compared", got=new.family, expected=old.family)
    changes, moved, flips = _compare_tables(before, after)
    figures = list(_compare_figures(before.report, after.report))
    reasons = list(_reasons(old, new, changes))
    bump = next((bump for bump in BUMPS if any(bump == each for each, _ in reasons)), "none")
    return Difference(
        before=str(before.folder),
        after=str(after.folder),
        bump=bump,
        reasons=[reason for each, reason in reasons if each == bump],
        tables=changes,
        drifts=moved,
        figures=figures,
        flips=len(flips),
        flip_examples=flips[:MAX_FLIPS],
        changelog=_changelog([reason for _, reason in reasons], moved, figures),
    )


def _compare_tables(before: Dataset, after: Dataset) -> tuple[list[TableChange], list[Drift], list[LabelFlip]]:
    types = {**row_types(before.manifest), **row_types(after.manifest)}
    changes, moved = list[TableChange](), list[Drift]()
    with connect() as connection, using(connection):
        old, new = read(connection, before.folder), read(connection, after.folder)
        for table, row_type in types.items():
            pair = _pair(old, new, table)
            changes.append(compare(connection, table, row_type, *pair))
            moved.extend(drifts(table, row_type, *pair))
        flips = _flips(*_pair(old, new, "annotations")) if "annotations" in types else []
    return changes, sorted(moved, key=lambda drift: -drift.distance), flips


def _flips(old: DuckDBPyRelation, new: DuckDBPyRelation) -> list[LabelFlip]:
    """Judgements whose label or score differs, by item; another digest, rationale or order of options is no flip."""
    keys = ("item_table", "item_id", "annotator_id", "aspect")
    same = " AND ".join(f"o.{key} = n.{key}" for key in (*keys, "sample"))
    given = "coalesce({0}.label, {0}.score::VARCHAR, '')"
    before, after = given.format("o"), given.format("n")
    joined = old.set_alias("o").join(new.set_alias("n"), same).filter(f"{before} <> {after}")
    chosen = joined.select(f"{', '.join(f'o.{key}' for key in keys)}, {before} AS before, {after} AS after")
    rows = chosen.order("ALL").fetchall()
    return [LabelFlip(**dict(zip((*keys, "before", "after"), row, strict=True))) for row in rows]


def _pair(
    old: Mapping[str, DuckDBPyRelation], new: Mapping[str, DuckDBPyRelation], table: str
) -> tuple[DuckDBPyRelation, DuckDBPyRelation]:
    """Both versions of a table; a version without the table has no rows."""
    one, other = (old[table] if table in old else new[table]), (new[table] if table in new else old[table])
    return (one if table in old else one.limit(0)), (other if table in new else other.limit(0))


def _reasons(old: Manifest, new: Manifest, changes: list[TableChange]) -> Iterator[tuple[Bump, str]]:
    """Every reason for a bump.

    The definition is ours: major, something was removed, moved, restructured or relicensed; minor, something was added;
    patch, something was corrected.
    """
    if old.recipe.license != new.recipe.license:
        yield "major", f"the licence changed from {old.recipe.license} to {new.recipe.license}"
    for table in sorted(old.tables.keys() - new.tables.keys()):
        yield "major", f"table {table} was removed"
    for table in sorted(new.tables.keys() - old.tables.keys()):
        yield "minor", f"table {table} was added"
    for table in sorted(old.tables.keys() & new.tables.keys()):
        if old.tables[table].schema_hash != new.tables[table].schema_hash:
            yield "major", f"the columns of {table} changed, or their meaning did"
        for split in sorted(old.tables[table].splits.keys() - new.tables[table].splits.keys()):
            yield "major", f"split {split} of {table} was removed"
    for change in changes:
        yield from _row_reasons(change)
    if old.recipe.card != new.recipe.card:
        yield "patch", "the texts of the card changed"


def _row_reasons(change: TableChange) -> Iterator[tuple[Bump, str]]:
    counts: tuple[tuple[Bump, int, str], ...] = (
        ("major", change.removed, "removed"),
        ("major", change.moved, "moved to another split"),
        ("minor", change.added, "added"),
        ("patch", change.changed, "changed"),
        ("patch", change.provenance, "from other answers, values unchanged"),
    )
    for bump, count, what in counts:
        if count:
            yield bump, f"{change.table}: {count:,} {'row' if count == 1 else 'rows'} {what}"


def _compare_figures(old: Report, new: Report) -> Iterator[FigureChange]:
    """Figures of both reports whose value changed."""
    before = {_identity(figure): figure for figure in old.figures}
    for figure in new.figures:
        was = before.get(_identity(figure))
        if was is not None and was.value != figure.value:
            yield FigureChange(
                measure=figure.measure,
                group=figure.group,
                before=was.value,
                after=figure.value,
                disjoint=_are_disjoint(was, figure),
            )


def _identity(figure: Figure) -> tuple[str, tuple[tuple[str, str], ...]]:
    return figure.measure, tuple(sorted(figure.group.items()))


def _are_disjoint(one: Figure, other: Figure) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.high < other.low or other.high < one.low


def _changelog(reasons: list[str], moved: list[Drift], figures: list[FigureChange]) -> str:
    """A changelog entry in Markdown; every name is escaped."""
    lines = [f"- {md(reason)}" for reason in reasons]
    lines += [
        f"- shares of {code(d.column)} in {code(d.table)} moved by {d.distance:.1%} (total variation)"
        for d in moved
        if d.distance >= NOTABLE
    ]
    for figure in figures:
        if figure.disjoint and figure.before is not None and figure.after is not None:
            group = ", ".join(f"{name} {value}" for name, value in figure.group.items())
            lines.append(
                f"- {code(f'{figure.measure} {group}'.strip())}: from {figure.before:.3f} to {figure.after:.3f}"
            )
    return "\n".join(lines) or "- nothing changed"
