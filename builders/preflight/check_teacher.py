"""What the teachers of a recipe can do, found out and not assumed. Costs a few small requests of each."""

from __future__ import annotations

import time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...schemas.errors import RecipeError, TeacherError
from ...schemas.recipe import Recipe
from ...schemas.request import Completion, Message, Request
from ..execution.blocking import run_blocking
from ..execution.resolve import resolve
from ..teachers import Teacher

QUESTION = "Describe the weather of tomorrow in two long paragraphs of prose. Do not use JSON."


class Finding(BaseModel):
    """One thing that was found out about a teacher."""

    teacher: str
    what: str
    found: str

    @property
    def answers(self) -> bool:
        """False where this says that the teacher does not answer at all."""
        return self.what != "answers" or self.found.startswith("yes")


class Probe(BaseModel):
    """Nobody answers like this by chance, and not against the question either: who does is held to the schema."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["zebra-417"]
    number: int = Field(ge=1, le=9)


def check_teacher(recipe: Recipe, name: str | None = None) -> list[Finding]:
    """Ask the named teacher, or all, what they can. Raises `RecipeError` for a name that the recipe does not have."""
    teachers = resolve(recipe).teachers
    if name is not None and name not in teachers:
        raise RecipeError.unknown("no teacher of this name in the recipe", name, teachers, where=recipe.file)
    chosen = {name: teachers[name]} if name else teachers
    return [finding for one, teacher in chosen.items() for finding in run_blocking(_checked(one, teacher))]


async def _checked(name: str, teacher: Teacher) -> list[Finding]:
    """All findings about one teacher; each of several addresses is numbered as in its recipe."""
    findings: list[Finding] = []
    several = len(endpoints := teacher.endpoints()) > 1
    for at, endpoint in enumerate(endpoints):
        try:
            found = {**await _answering(endpoint), **await endpoint.probe()}
        except TeacherError as error:
            found = {"answers": f"no: {error.brief}"}
        finally:
            await endpoint.close()
        place = f"{name}[{at}]" if several else name
        findings += [Finding(teacher=place, what=what, found=said) for what, said in found.items()]
    return findings


async def _answering(teacher: Teacher) -> dict[str, str]:
    """What one structured request shows of any teacher."""
    start = time.monotonic()
    said = await teacher.complete(Request((Message("user", QUESTION),), Probe.model_json_schema(), 60, 7))
    return {
        "model": f"{said.model or teacher.model_name()}, revision {teacher.revision() or 'not known'}",
        "answers": f"yes, in {time.monotonic() - start:.2f} s",
        "json schema": _held(said),
        "usage": f"{said.input_tokens} + {said.output_tokens} tokens" if said.output_tokens else "not reported",
    }


def _held(said: Completion) -> str:
    if said.finish == "refusal":
        return "not found out: the model refused"
    try:
        Probe.model_validate_json(said.text)
    except ValidationError:
        return f"not honoured: {said.text[:80]!r}"
    return "honoured"
