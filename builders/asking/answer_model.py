"""The base of what a teacher is asked to answer with."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class AnswerModel(BaseModel):
    """An answer with the declared fields and no others. Name and docstring of a subclass are part of its schema."""

    model_config = ConfigDict(extra="forbid")
