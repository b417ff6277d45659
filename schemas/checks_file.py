"""What somebody decides about the checks of their data, written down beside it: severity, suppression, options."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from .field_docs import Stored
from .report import Severity

NAME = "pluriset.yaml"
"""The file that is followed where it lies beside the data."""


class Decision(Stored):
    """What is decided about one check."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: str
    """Id of the check, as reports give it."""
    table: str | None = None
    """The table for which this is decided; all of them if it is not given."""
    severity: Severity | None = None
    """How bad its findings are here."""
    suppress: Annotated[str, Field(pattern=r"\S", max_length=1000)] | None = None
    """Why its findings are accepted: they then count nowhere, and are still shown with this reason."""
    options: dict[str, Any] = {}
    """Options of the check; they hold for all tables."""

    @model_validator(mode="after")
    def _decides(self) -> Decision:
        if self.severity is None and self.suppress is None and not self.options:
            raise ValueError("nothing is decided: one of severity, suppress and options is needed")
        if self.options and self.table is not None:
            raise ValueError("options hold for all tables: leave `table` out, or decide it apart")
        return self

    def about(self, check: str, table: str) -> bool:
        """Whether this is decided about a finding."""
        return self.check == check and self.table in (None, table)


class ChecksFile(Stored):
    """All decisions; of several about the same finding the last one holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    checks: list[Decision]
    """What is decided, in order."""
