"""The small judgement that the tests of teachers ask for."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pluriset.schemas.request import Message, Request


class Verdict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    stance: Literal["supports", "opposes", "either"]
    reason: str = Field(min_length=1, max_length=60)


def ask(*messages: str | Message, max_tokens: int = 300, seed: int = 1) -> Request:
    """A request for a verdict: of one question, or of a whole conversation."""
    turns = tuple(Message("user", m) if isinstance(m, str) else m for m in messages or ("Is lying to a friend fine?",))
    return Request(turns, Verdict.model_json_schema(), max_tokens, seed)
