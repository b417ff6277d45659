"""One audit a file: whether a dataset is as plural as it looks.

A measure gives figures; an audit asks one question, tests it, and answers in a sentence. It only computes on tables:
what must be asked of a model first is asked by builders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field

from ...schemas.component import Component
from ...schemas.report import AuditFigure
from ..tables.sql import Tables


class NotApplicable(Exception):
    """The data cannot answer the question of an audit. The message completes "needs ...": what is lacking."""


class Outcome(NamedTuple):
    """The answer of an audit."""

    conclusion: str
    """What one learns, in a sentence without jargon."""
    detected: bool | None
    """Whether what the audit looks for is in the data; null where the data cannot say."""
    figures: Sequence[AuditFigure]
    """The numbers behind it."""
    correction: str | None = None
    """How p-values were corrected for several tests."""
    examples: Sequence[Mapping[str, Any]] = ()
    """Rows that show it, the most telling first."""


class Audit(Component):
    """One question. The first line of an audit's docstring asks it, the rest defines its figures."""

    needs: ClassVar[Mapping[str, Sequence[str]]] = {}
    """Table or view -> columns without which the audit cannot run."""

    alpha: Annotated[float, Field(gt=0, lt=1)] = 0.05
    """Share of clean datasets in which the audit may wrongly detect something."""

    def examine(self, tables: Tables) -> Outcome:
        """Answer the question. Raises `NotApplicable` where the tables hold too little."""
        raise NotImplementedError
