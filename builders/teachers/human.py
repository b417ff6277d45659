"""A person: requests are written to a wave, and `pluriset annotate` serves them as forms. No model is asked."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator, model_validator
from pydantic_core import to_json

from ...schemas.component import IfSet, Transport
from ...schemas.errors import TeacherError
from ...schemas.request import Completion, Request
from ...schemas.rows.shared import Attributes
from . import Teacher


class AttentionItem(BaseModel):
    """A question with a known answer, shown between the items; its answer never enters the dataset."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, Field(min_length=1)]
    """What is shown in place of an item."""
    expect: Annotated[dict[str, str], Field(min_length=1)]
    """Field of the form -> the answer of someone who read it."""


class Human(Teacher):
    """People, who answer forms in a browser or in an annotation tool, each under a pseudonym."""

    instructions: Annotated[str, IfSet()] = ""
    """What people read before their first item, and beside every one; editing it asks everything again."""
    consent: Annotated[str, Transport()] = ""
    """What people agree to before they see an item; without it nothing is asked about themselves."""
    attributes: Annotated[dict[str, list[str]], Transport()] = {}
    """Attribute of annotators -> the answers to choose from; every one may be left open."""
    reason: Annotated[Literal["no", "optional", "required"], Transport()] = "optional"
    """Whether people are asked for the reason of an answer, which becomes the rationale of their annotations."""
    attention: Annotated[tuple[AttentionItem, ...], Transport()] = ()
    """Questions with known answers that show whether people read what they judge."""
    attention_every: Annotated[PositiveInt, Transport()] = 20
    """Items between two attention items."""
    round: Annotated[str | None, IfSet(), Field(pattern="^[a-z][a-z0-9]*$")] = None
    """Name of a round of its own, such as adjudication: its annotations and aggregates are kept apart, under aspects
    with this suffix."""

    @field_validator("attributes")
    @classmethod
    def _known_attributes(cls, given: dict[str, list[str]]) -> dict[str, list[str]]:
        known = [name for name in Attributes.model_fields if name != "description"]
        if unknown := [name for name in given if name not in known]:
            raise ValueError(f"annotators have no attribute {unknown[0]!r}; there is {', '.join(known)}")
        if empty := [name for name, values in given.items() if not values]:
            raise ValueError(f"{empty[0]}: list the answers to choose from")
        return given

    @model_validator(mode="after")
    def _attributes_need_consent(self) -> Self:
        if self.attributes and not self.consent.strip():
            raise ValueError("attributes are only asked for with a `consent` text that says what they are used for")
        return self

    async def complete(self, request: Request) -> Completion:
        """People answer in waves and never at once: raises `TeacherError`."""
        raise TeacherError(
            "people answer in waves", hint="`pluriset build` writes their requests, `pluriset annotate` serves them"
        )

    def annotator_kind(self) -> Literal["human", "model"]:
        """Human."""
        return "human"

    def model_name(self) -> str:
        """No model answers."""
        return "human"

    def body(self, request: Request) -> bytes:
        """The request as JSON."""
        messages = [{"role": message.role, "content": message.content} for message in request.messages]
        schema: dict[str, Any] = {"name": "answer", "schema": request.schema}
        return to_json({"messages": messages, "response_format": {"type": "json_schema", "json_schema": schema}})
