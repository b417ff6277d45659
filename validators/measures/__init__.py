"""One measure a file.

What a measure is: figures with intervals, and no verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from ...schemas.component import Component
from ...schemas.report import Figure
from ..tables.sql import Tables


class Measure(Component):
    """Measures. Runs wherever the tables and columns that it needs exist."""

    needs: ClassVar[Mapping[str, Sequence[str]]]
    """Table -> columns without which the measure cannot run."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """The figures, each rounded so that it is the same on every run."""
        raise NotImplementedError
