"""Every view that a table is read as."""

from __future__ import annotations

from collections.abc import Iterator

from ....schemas.views import View
from . import TableSql
from .annotations import annotation_views, annotator_views, nested_annotation_views, wide_annotation_views
from .designs import factor_views, mention_views
from .items import item_views
from .options import choice_views, distribution_views, vote_views
from .pairs import pair_views


def views_of_table(table: TableSql) -> Iterator[View]:
    """Every view that the columns allow."""
    yield from item_views(table)
    yield from pair_views(table)
    yield from annotation_views(table)
    yield from nested_annotation_views(table)
    yield from wide_annotation_views(table)
    yield from annotator_views(table)
    yield from choice_views(table)
    yield from distribution_views(table)
    yield from vote_views(table)
    yield from mention_views(table)
    yield from factor_views(table)
