"""What a dataset says of its family: from the installed package, else from the manifest that a build wrote.

So whoever loads a dataset needs no package of its family to read typed rows, validate them and draw its plots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .component import distribution
from .errors import DataError
from .manifest import FamilySchema, Manifest, StoredView
from .row import Row
from .row_schema import row_type, table_schema
from .rows import declaration, families, tables_of
from .views import View


def family_schema(
    family: str, tables: Mapping[str, type[Row]], derived: Mapping[str, str], package: str
) -> FamilySchema:
    """What a build writes down of its family."""
    declared, (name, version) = declaration(family), distribution(package, family)
    return FamilySchema(
        distribution=name,
        version=version,
        tables={table: table_schema(row_type) for table, row_type in tables.items()},
        views=[StoredView(name=view.name, select=view.select) for view in declared.views],
        derived=dict(derived),
        plots=dict(declared.plots),
    )


def row_types(manifest: Manifest) -> dict[str, type[Row]]:
    """Table -> row type of a dataset, the main table first. Raises `DataError` if nothing describes its family."""
    if manifest.family in families():
        return tables_of(manifest.family, manifest.tables)
    if (stored := manifest.family_schema) is None:
        raise DataError.unknown("unknown family", manifest.family, families())
    return {table: row_type(table, schema) for table, schema in stored.tables.items()}


def views(manifest: Manifest) -> Sequence[View]:
    """The generic views onto the tables of a dataset."""
    if manifest.family in families():
        return declaration(manifest.family).views
    stored = manifest.family_schema
    return [View(view.name, view.select) for view in stored.views] if stored else ()


def plots(manifest: Manifest) -> Mapping[str, str]:
    """Measure -> kind of plot that the family asks for."""
    if manifest.family in families():
        return declaration(manifest.family).plots
    return manifest.family_schema.plots if manifest.family_schema else {}
