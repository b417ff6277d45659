"""Measures, one per file.

A measure yields figures with intervals and passes no judgement. The first line of its docstring is its description.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from ...schemas.component import Component
from ...schemas.report import Figure
from ..tables.sql import Tables


class Measure(Component):
    """Yields figures; runs on any dataset with the tables and columns that it needs."""

    needs: ClassVar[Mapping[str, Sequence[str]]]
    """Table -> columns without which the measure cannot run."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """The figures, each rounded so that it is reproducible."""
        raise NotImplementedError
