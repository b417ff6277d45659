"""Roles with conflicting viewpoints that reason about a question, after MultiRole-R1 (arXiv 2507.20187).

Theirs weighs relevance and diversity with embeddings; here a writer rates the relevance, and distance is the share of
words that two roles do not have in common. The prompts are ours.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import Field, NonNegativeFloat, PositiveInt, ValidationError, model_validator

from ...schemas.row import Row
from ...schemas.rows.roles import ROLE_ANSWERS, TABLES, AnswerMode, AssignedRole, Path, RoleQuestion
from ...validators.tables.normalise import norm
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.declinable import Bounds, declinable_prompt, write
from ..asking.few_shot import few_shot_prompt
from ..asking.journal_reader import AskFailed
from ..sources import Seed
from . import Family, Role

LIST = (
    "Name people who would disagree about the question: each a role in a few words, the viewpoint that it takes on the "
    "question in one sentence, and from 1 to 5 how much the question concerns it. Their viewpoints must conflict."
)
REASON = (
    "You are {name}. Your viewpoint: {viewpoint} Think the question through from there in two or three sentences, then "
    "choose the answer that your reasoning leads to."
)
LIST_EXAMPLES: tuple[tuple[str, tuple[tuple[str, str, int], ...]], ...] = (
    (
        "Should shops be closed on Sundays?",
        (
            ("A shop worker", "I need one day on which the whole family is at home.", 5),
            ("A night nurse", "I can only shop on the days when others rest.", 4),
            ("A shop owner", "I lose a day of sales that pays my rent.", 5),
        ),
    ),
    (
        "Should cars be kept out of the old town?",
        (
            ("A resident", "I want to sleep with the window open.", 5),
            ("A craftsman", "I cannot carry my tools across the town.", 4),
            ("A tour guide", "I bring more guests when the streets are quiet.", 3),
        ),
    ),
)
"""Question -> name, viewpoint and relevance of good roles."""
MAX_LISTED = 8
WORD = re.compile(r"\w+")


class ProposedRole(AnswerModel):
    """A role that takes a viewpoint on a question."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    viewpoint: Annotated[str, Field(min_length=1, max_length=400)]
    relevance: Annotated[int, Field(ge=1, le=5)]


class ProposedRoles(AnswerModel):
    """Roles that disagree about a question."""

    roles: list[ProposedRole]


class Reasoned(AnswerModel):
    """Reasoning, and the option that it leads to."""

    reasoning: Annotated[str, Field(min_length=1, max_length=2000)]
    answer: str


class Roles(Family):
    """Roles with conflicting viewpoints that reason about a question."""

    tables = TABLES
    roles = {
        "write": Role("proposes roles for a question"),
        "reason": Role("reasons about the question as each role", many=True),
    }

    answer_mode: AnswerMode = "divergent"
    """Mode of questions whose source says none."""
    options: tuple[str, ...] = ("yes", "no", "it depends")
    """Options of questions whose source has none."""
    n_roles: Annotated[int, Field(ge=2, le=MAX_LISTED)] = 3
    """Roles that answer each question."""
    listed: Annotated[int, Field(ge=2, le=MAX_LISTED)] = 5
    """Roles that the writer proposes; those that answer are chosen from them by relevance and distance."""
    distance_weight: NonNegativeFloat = 1.0
    """Weight of the mean distance from the roles chosen before, beside a relevance of 0 to 1."""
    paths: PositiveInt = 3
    """Paths of reasoning of each annotator as each role."""
    temperature: NonNegativeFloat = 1.0
    """Sampling temperature of the paths."""
    patterns: dict[str, str] = {}
    """Text (name, viewpoint, reasoning) -> regular expression that it must match."""
    list_prompt: str = LIST
    """System prompt of the writer."""
    list_examples: tuple[tuple[str, tuple[tuple[str, str, int], ...]], ...] = LIST_EXAMPLES
    """Questions, each with name, viewpoint and relevance of good roles; small teachers tend to copy from them."""
    reason_prompt: str = REASON
    """System prompt of who reasons, with `{name}` and `{viewpoint}` where they go."""

    @model_validator(mode="after")
    def _enough_are_listed(self) -> Self:
        if self.listed < self.n_roles:
            raise ValueError(f"listed: {self.listed} roles are fewer than n_roles, {self.n_roles}")
        return self

    def derived(self) -> Mapping[str, str]:
        """The answer of each role."""
        return {"role_answers": ROLE_ANSWERS}

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """A question, the roles that answer it, and their paths of reasoning."""
        question = self._question(seed)
        roles = await self._roles(question, ask)
        paths = await ask.all(self._paths(question, role, ask) for role in roles)
        return [question, *roles, *(path for each in paths for path in each)]

    def seed(self, main: Row) -> Seed:
        """The seed of a question."""
        assert isinstance(main, RoleQuestion)
        fields = {"options": main.options, "answer_mode": main.answer_mode, "gold": main.gold}
        return Seed(main.question_id, main.text, main.source, fields)

    def _question(self, seed: Seed) -> RoleQuestion:
        """The question of a seed. Raises `AskFailed` where its fields make none."""
        options, gold = list(seed.fields.get("options") or self.options), seed.fields.get("gold")
        try:
            question = RoleQuestion(
                question_id=seed.id,
                text=seed.text,
                options=options,
                answer_mode=seed.fields.get("answer_mode") or self.answer_mode,
                gold=gold,
                source=seed.origin,
            )
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise AskFailed("not a question", f"{first['loc'][0]}: {first['msg']}", b"") from None
        if len({*options}) < max(2, len(options)):
            raise AskFailed("not a question", "two or more different options are needed", b"")
        if gold is not None and (gold not in options or question.answer_mode == "divergent"):
            raise AskFailed("not a question", "gold must be an option, and a divergent question has none", b"")
        return question

    async def _roles(self, question: RoleQuestion, ask: Ask) -> list[AssignedRole]:
        """The roles that answer; raises `AskFailed` where fewer than two of the proposed ones differ."""
        names = [*ProposedRole.model_fields]
        examples = [
            (f"Question: {text}", {"roles": [dict(zip(names, role, strict=True)) for role in roles]})
            for text, roles in self.list_examples
        ]
        prompt = declinable_prompt(self.list_prompt, examples, f"Question: {question.text}", 90 * self.listed)
        bounds = Bounds(patterns=self.patterns, lengths={"roles": (self.n_roles, self.listed)})
        written = await write(ask, prompt, ProposedRoles, "write", bounds)
        proposed: dict[str, tuple[int, ProposedRole]] = {}
        for place, role in enumerate(written.value.roles):
            kept, _ = proposed.setdefault(norm(role.name), (place, role))
            if kept != place:
                key, kept_key = f"{question.question_id}/{place}", f"{question.question_id}/{kept}"
                ask.reject("row", "roles", key, "duplicate in listing", role.name, kept_key=kept_key)
        if len(proposed) < 2:
            raise ask.failed("too few roles", "fewer than two of the proposed roles differ", written)
        return self._chosen(question, written, list(proposed.values()), ask)

    def _chosen(
        self, question: RoleQuestion, written: Answer[Any], proposed: list[tuple[int, ProposedRole]], ask: Ask
    ) -> list[AssignedRole]:
        """The most relevant role, then one after another the most relevant and most distant; the rest are rejected."""
        chosen: list[tuple[int, ProposedRole, float | None]] = []
        left = list(proposed)
        while left and len(chosen) < self.n_roles:
            distances = {place: _mean_distance(role, [other for _, other, _ in chosen]) for place, role in left}
            best = max(
                left,
                key=lambda each: (each[1].relevance - 1) / 4 + self.distance_weight * (distances[each[0]] or 0.0),
            )
            left.remove(best)
            chosen.append((*best, distances[best[0]]))
        for place, role in left:
            ask.reject("row", "roles", f"{question.question_id}/{place}", "not among the chosen roles", role.name)
        order = random.Random(question.question_id).sample(range(len(chosen)), len(chosen))
        return [
            AssignedRole(
                role_id=f"{question.question_id}/{place}",
                question_id=question.question_id,
                writer_id=written.annotator_id,
                name=role.name,
                viewpoint=role.viewpoint,
                relevance=role.relevance,
                distance=None if distance is None else round(distance, 6),
                order=order[at],
                digest=written.digest,
            )
            for at, (place, role, distance) in enumerate(chosen)
        ]

    async def _paths(self, question: RoleQuestion, role: AssignedRole, ask: Ask) -> list[Path]:
        system = self.reason_prompt.replace("{name}", role.name).replace("{viewpoint}", role.viewpoint)
        asked = f"Question: {question.text}\nAnswers: {' / '.join(question.options)}"
        answers = await ask.each(
            few_shot_prompt(system, (), asked, 250, self.temperature),
            Reasoned,
            "reason",
            item=("roles", role.role_id),
            into="paths",
            samples=range(self.paths),
            narrow={
                "answer": {"enum": question.options},
                "reasoning": {"pattern": self.patterns.get("reasoning", r"^\S")},
            },
        )
        return [
            Path(
                path_id=f"{role.role_id}/{answer.annotator_id}/{answer.sample}",
                role_id=role.role_id,
                annotator_id=answer.annotator_id,
                sample=answer.sample,
                reasoning=answer.value.reasoning,
                answer=answer.value.answer,
                digest=answer.digest,
            )
            for answer in answers
        ]


def _mean_distance(role: ProposedRole, others: Sequence[ProposedRole]) -> float | None:
    """Mean Jaccard distance of the words of a role from those of others; None without others."""
    if not others:
        return None
    words = [{*WORD.findall(norm(f"{each.name} {each.viewpoint}"))} for each in (role, *others)]
    return sum(1 - len(words[0] & other) / (len(words[0] | other) or 1) for other in words[1:]) / len(others)
