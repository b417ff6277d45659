"""Who answers: one teacher a file.

What a teacher is: a frozen options model that completes a request.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, Self

from pydantic import PositiveInt

from ...schemas.component import Component, IfSet, Transport
from ...schemas.errors import TeacherError
from ...schemas.request import Completion, Message, Request


class Tokenizer(Protocol):
    """Counts tokens as a model does, on this machine and without a request."""

    @property
    def source(self) -> str:
        """Where the tokenizer is from, for the user."""

    def count(self, text: str) -> int:
        """Tokens of a text."""

    def count_prompt(self, messages: Sequence[Message]) -> tuple[int, int]:
        """The fewest and the most tokens of a conversation; the same where the chat template is at hand too."""

    def close(self) -> None:
        """Let go of what it opened."""


class Teacher(Component):
    """Answers requests under their JSON Schema; maps every failure of its own to a `TeacherError`."""

    concurrency: Annotated[PositiveInt, Transport()] = 8
    """The most requests that an endpoint is sent at once; fewer where it says that it has no room."""
    system_role: Annotated[bool, IfSet()] = True
    """Whether the chat template takes a system message, as older ones of Gemma do not; else the first message of the
    user begins with it."""

    def conversation(self, messages: Sequence[Message]) -> tuple[Message, ...]:
        """The messages as the model is sent them."""
        first, *rest = messages
        if self.system_role or first.role != "system" or not rest:
            return tuple(messages)
        user, *others = rest
        return (Message(user.role, f"{first.content}\n\n{user.content}"), *others)

    async def complete(self, request: Request) -> Completion:
        """Answer one request. Raises `TeacherUnavailable` if asking again may help, else `TeacherError`."""
        raise NotImplementedError

    def endpoints(self) -> Sequence[Self]:
        """The teacher at each of its addresses; all speak for the same model."""
        return [self]

    def per_minute(self) -> tuple[float | None, float | None]:
        """Requests and tokens that an endpoint may be sent in a minute; null where nothing is declared."""
        return None, None

    def own_tokenizer(self) -> Tokenizer | None:
        """The tokenizer of the model where it is at hand, for which nothing is downloaded; else null."""
        return None

    def gpus(self) -> int:
        """GPUs that this process needs for it."""
        return 0

    def head_room(self) -> int:
        """Tokens that an answer may have beyond the limit of its prompt, for thinking."""
        return 0

    def alternatives(self, failure: str) -> Sequence[tuple[str, Self]]:
        """The same teacher with other options that may help where a request fails so, likeliest first: what -> who."""
        return ()

    async def probe(self) -> dict[str, str]:
        """What can be found out about it with a few small requests besides a structured answer: what -> found."""
        return {}

    def model_name(self) -> str:
        """Name of the model that answers."""
        raise NotImplementedError

    def annotator_kind(self) -> Literal["human", "model"]:
        """What answers: a model at once, or people in waves, whose requests are written down and never sent."""
        return "model"

    def revision(self) -> str | None:
        """What tells this model from another of the same name; null where that is not known."""
        return None

    def notice(self) -> str | None:
        """A warning for all who see this teacher's answers."""
        return None

    def unpublishable(self) -> str | None:
        """Why a dataset that it wrote should not be published on the Hub; null where nothing speaks against it."""
        return None

    async def close(self) -> None:
        """Let go of engines and connections."""

    def body(self, request: Request) -> bytes:
        """A request as it stands in an OpenAI batch file. Raises `TeacherError` where there is no such form."""
        raise self._no_batches()

    async def submit(self, file: Path) -> str:
        """Send a batch file to be answered within a day; the id under which `fetch` knows it."""
        raise self._no_batches()

    async def fetch(self, batch: str) -> bytes | None:
        """The lines that answer a batch; null while it is worked on. Raises `BatchRefused` if there will be none."""
        raise self._no_batches()

    def identity(self) -> dict[str, Any]:
        """Everything about this teacher that can change an answer; part of every digest."""
        model = {"model": self.model_name(), "revision": self.revision()}
        return {"teacher": self.component_name(), **model, "options": self.answer_options()}

    def _no_batches(self) -> TeacherError:
        return TeacherError("this teacher has no batches", where=self.component_name(), expected="openai, for one")
