"""What the teachers of a recipe can do, found out and not assumed. Costs a few small requests of each."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...schemas.errors import BadCompletion, RecipeError, TeacherError, TeacherUnavailable
from ...schemas.recipe import Recipe
from ...schemas.request import Completion, Message, Request
from ..asking.answer_text import answer_text, thinks
from ..execution.blocking import run_blocking
from ..execution.resolve import resolve
from ..teachers import Teacher

SYSTEM = "You are helpful."
"""A message that some chat templates refuse."""
QUESTION = "Describe the weather of tomorrow in two long paragraphs of prose. Do not use JSON."
DIRECT_QUESTION = "Describe the weather of tomorrow, as far as the format of the answer lets you."
"""What is asked where a schema may stand in the prompt, which the other question would contradict."""
MAX_CHANGES = 4
"""Options that are changed at most until an endpoint answers."""


class Finding(BaseModel):
    """One thing that was found out about a teacher."""

    teacher: str
    what: str
    found: str

    @property
    def answers(self) -> bool:
        """False where this says that the teacher does not answer at all."""
        return self.what != "answers" or self.found.startswith("yes")


@dataclass(frozen=True)
class Trial:
    """What one request to a teacher with these options showed."""

    teacher: Teacher
    failure: str
    """Why there is no answer under the schema; empty where there is one."""
    facts: dict[str, str]
    """Feature -> result; empty where nothing was answered."""
    fixable: bool = True
    """Whether other options may help: neither against a wrong key nor against an endpoint that is down."""

    @property
    def works(self) -> bool:
        """Whether the answer is one under the schema."""
        return not self.failure


class Probe(BaseModel):
    """Nobody answers like this by chance, and not against the question either: who does is held to the schema."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["zebra-417"]
    number: int = Field(ge=1, le=9)


def check_teacher(recipe: Recipe, name: str | None = None) -> list[Finding]:
    """Ask the named teacher, or all models, what they can. Raises `RecipeError` for an unknown name."""
    teachers = resolve(recipe).teachers
    if name is not None and name not in teachers:
        raise RecipeError.unknown("no teacher of this name in the recipe", name, teachers, where=recipe.file)
    models = {each: teacher for each, teacher in teachers.items() if teacher.annotator_kind() == "model"}
    chosen = {name: teachers[name]} if name else models
    return [finding for one, teacher in chosen.items() for finding in run_blocking(_checked(one, teacher))]


async def _checked(name: str, teacher: Teacher) -> list[Finding]:
    """All findings about one teacher; each of several addresses is numbered as in its recipe."""
    findings: list[Finding] = []
    several = len(endpoints := teacher.endpoints()) > 1
    for at, endpoint in enumerate(endpoints):
        place = f"{name}[{at}]" if several else name
        findings += [Finding(teacher=place, what=what, found=said) for what, said in (await _found(endpoint)).items()]
    return findings


async def _found(teacher: Teacher) -> dict[str, str]:
    """Feature -> result for one endpoint: as it is declared, else with the options that make it answer."""
    trial = await _try(teacher, QUESTION)
    options: list[str] = []
    while trial.fixable and not trial.works and len(options) < MAX_CHANGES:
        better = await _improved(trial)
        if better is None:
            break
        change, trial = better
        options.append(change)
    if not trial.works and not trial.facts:
        return {"answers": f"no: {trial.failure}"}
    proposed = {"set": ", ".join(options)} if options and trial.works else {}
    try:
        return {**trial.facts, **proposed, **await trial.teacher.probe()}
    except TeacherError as error:
        return {**trial.facts, **proposed, "probes": f"failed: {error.brief}"}
    finally:
        await trial.teacher.close()


async def _improved(trial: Trial) -> tuple[str, Trial] | None:
    """The first change of an option that works, else the first after which the failure is another one."""
    changed: tuple[str, Trial] | None = None
    for change, teacher in trial.teacher.alternatives(trial.failure):
        other = await _try(teacher, DIRECT_QUESTION)
        if other.works:
            return change, other
        if changed is None and not trial.facts and other.failure != trial.failure:
            changed = change, other
            if other.facts:
                break
    return changed


async def _try(teacher: Teacher, question: str) -> Trial:
    """Send one structured request."""
    start = time.monotonic()
    messages = teacher.conversation((Message("system", SYSTEM), Message("user", question)))
    request = Request(messages, Probe.model_json_schema(), 60 + teacher.head_room(), 7)
    try:
        completion = await teacher.complete(request)
    except TeacherError as error:
        fixable = type(error) in (BadCompletion, TeacherUnavailable)
        return Trial(teacher, error.brief, {}, fixable)
    finally:
        await teacher.close()
    held = _held(completion)
    used = f"{completion.input_tokens} + {completion.output_tokens} tokens"
    facts = {
        "model": f"{completion.model or teacher.model_name()}, revision {teacher.revision() or 'unknown'}",
        "answers": f"yes, in {time.monotonic() - start:.2f} s",
        "json schema": held,
        "usage": used if completion.output_tokens else "not counted",
    }
    return Trial(teacher, "" if held == "honoured" else held, facts)


def _held(completion: Completion) -> str:
    if completion.finish == "refusal":
        return "unknown: the model refused"
    try:
        Probe.model_validate_json(answer_text(completion.text))
    except ValidationError:
        if completion.finish == "length" and thinks(completion):
            return "unknown: cut off while thinking"
        return f"not honoured: {completion.text[:80]!r}"
    return "honoured"
