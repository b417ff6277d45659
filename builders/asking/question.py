"""One rendered request: who is asked what, and the digest of everything that can change the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from pydantic_core import to_json

from ...schemas.request import Message, Prompt, Request
from ...schemas.rows.shared import Annotator
from ..teachers import Teacher
from .narrow import Narrow, narrowed


@dataclass(frozen=True)
class Answerer:
    """An annotator with the teacher that speaks for it."""

    row: Annotator
    name: str
    teacher: Teacher
    persona: str | None = None

    @property
    def round(self) -> str | None:
        """The round of a person whose annotations are kept apart; null for the first, and for models."""
        options = self.teacher.identity()["options"] if self.row.kind == "human" else {}
        return options.get("round")

    def address(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """The messages as this annotator is sent them: a persona is told first whom it speaks for."""
        if self.persona is None:
            return messages
        first, *rest = messages
        if first.role != "system":
            return (Message("system", self.persona), *messages)
        return (Message("system", f"{self.persona}\n\n{first.content}"), *rest)


@dataclass(slots=True)
class Question:
    """One ask, rendered: who is asked what, under which schema, for which seed."""

    who: Answerer
    role: str
    messages: tuple[Message, ...]
    """The conversation as it is sent: that of the prompt, with the persona, and in a re-ask with the last answer."""
    prompt: Prompt
    context: str
    facts: dict[str, Any]
    seed_id: str
    sample: int
    attempt: int
    narrow: Narrow | None = None
    digest: bytes = field(init=False)
    """Digest of everything that can change the answer; the context stands for teacher and schema."""

    def __post_init__(self) -> None:
        self.digest = blake2b(to_json(self._asked()), digest_size=16).digest()

    def record(self) -> dict[str, Any]:
        """What the journal says was asked; the names in the recipe of who asks whom change no answer."""
        return {**self._asked(), "role": self.role, "teacher": self.who.name}

    def _asked(self) -> dict[str, Any]:
        unset_by_most = {"temperature": self.prompt.temperature, "narrow": self.narrow}
        return {
            "context": self.context,
            "messages": self.messages,
            "max_tokens": self.max_tokens,
            "annotator": self.who.row.annotator_id,
            "seed": self.seed_id,
            "sample": self.sample,
            "attempt": self.attempt,
            **{name: value for name, value in unset_by_most.items() if value is not None},
        }

    @property
    def max_tokens(self) -> int:
        """Tokens at which the answer is cut off, thinking aside."""
        assert self.prompt.max_tokens is not None, "`Ask` sets a limit where the family sets none"
        return self.prompt.max_tokens

    @property
    def temperature(self) -> float | None:
        """Sampling temperature of the prompt, else of the teacher."""
        own = self.prompt.temperature
        return own if own is not None else self.facts["teacher"].get("options", {}).get("temperature")

    def request(self) -> Request:
        """What the teacher is sent; the sampling seed comes from the digest."""
        schema = narrowed(self.facts["schema"], self.narrow) if self.narrow else self.facts["schema"]
        seed = int.from_bytes(self.digest[:4]) >> 1
        max_tokens = self.max_tokens + self.who.teacher.head_room()
        messages = self.who.teacher.conversation(self.messages)
        return Request(messages, schema, max_tokens, seed, self.prompt.temperature)
