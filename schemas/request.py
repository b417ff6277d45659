"""What goes to a teacher and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]
Finish = Literal["stop", "length", "refusal"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


RE_ASK = Message(
    "user", "That answer could not be read. Answer again, with JSON under the given schema and nothing else."
)
"""What a re-ask adds to the conversation; fixed text, since it enters digests."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a family asks: the conversation, and how the answer is sampled."""

    messages: tuple[Message, ...]
    max_tokens: int | None = None
    """Tokens at which the answer is cut off; default: those of the longest answer that its schema allows."""
    temperature: float | None = None
    """Sampling temperature of this ask; default: that of the teacher. Enters the digest only where it is set."""


@dataclass(frozen=True, slots=True)
class Request:
    """A rendered ask: what one teacher is sent."""

    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    max_tokens: int
    seed: int
    """Sampling seed, derived from the digest."""
    temperature: float | None = None
    """Sampling temperature; default: that of the teacher."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A raw answer. A refusal is an answer too: it was paid for and is never asked again."""

    text: str
    finish: Finish = "stop"
    input_tokens: int = 0
    output_tokens: int = 0
    model: str = ""
    logprobs: Sequence[Sequence[tuple[str, float]]] | None = None
    """For each token of the answer, if the teacher was asked for them: the token and the natural logarithm of its
    probability, then the same of the likeliest tokens in its place."""
    reasoning: str | None = None
    """What the model thought before it answered, where the endpoint tells it apart from the answer."""
    message: Mapping[str, Any] | None = None
    """The message as it was sent, where its content is not one text."""
    shown: Mapping[str, Any] | None = None
    """How a person saw the question: `options` by field in the order shown, `place` among their items, `seconds`, and
    the `source` of an answer that was imported. Null for a model."""

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Completion:
        """The completion that a journal holds; fields that a newer version added are left out."""
        try:
            return cls(**record)
        except TypeError:
            return cls(**{name: value for name, value in record.items() if name in cls.__slots__})

    def record(self) -> dict[str, Any]:
        """What a journal keeps of it."""
        kept = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in kept.items() if value is not None}
