"""Types of fields that several families have."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
"""A text that is not blank."""
Digest = Annotated[str, Field(pattern="^([0-9a-f]{32})?$")]
"""Digest of an ask in the journal; empty for what was not asked by us."""
