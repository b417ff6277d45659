"""A recipe made real: its components, and who answers for each role. Every option is checked here, before any ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path

from ...schemas.component import load
from ...schemas.errors import RecipeError, RunError
from ...schemas.recipe import Panelist, Recipe, Spec
from ...schemas.row import Row
from ...schemas.rows.shared import Annotator, Attributes
from .. import PACKAGE
from ..asking.question import Answerer
from ..curation import Step
from ..families import Family
from ..sources import BadSeed, Seed, Source, without_duplicates
from ..storage.shard import Shard
from ..teachers import Teacher

WINDOW = 2
"""Seeds to work on for each request that may be in flight."""
PERSONA = "Answer as this person would, from their point of view and not from yours. {facts}"


@dataclass(frozen=True)
class ResolvedRecipe:
    """Everything a recipe names, ready to work."""

    recipe: Recipe
    source: Source
    family: Family
    steps: list[Step]
    teachers: dict[str, Teacher]
    answerers: dict[str, list[Answerer]]
    only: frozenset[int] | None = None
    """Places of the seeds of a sample, from 0."""
    shard: Shard | None = None
    """The shard whose seeds are built here; None: all are."""

    def seeds(self) -> Iterator[Seed | BadSeed]:
        """The seeds of the recipe, at most `n`; where `only` or `shard` is given, those of it."""
        return (seed for _, seed in self.placed_seeds())

    def placed_seeds(self) -> Iterator[tuple[int, Seed | BadSeed]]:
        """The seeds, each with its place among all seeds of the recipe, from 0."""
        seeds = enumerate(without_duplicates(islice(self.source.seeds(Path()), self.recipe.n)))
        if self.only is None and self.shard is None:
            return seeds
        return ((place, seed) for place, seed in seeds if self._is_chosen(place, seed))

    def _is_chosen(self, place: int, seed: Seed | BadSeed) -> bool:
        if self.only is not None and place not in self.only:
            return False
        return self.shard is None or self.shard.has(seed.id if isinstance(seed, Seed) else seed.place)

    def annotators(self) -> list[Annotator]:
        """Everybody who writes or judges, once."""
        rows = [answerer.row for role in self.family.roles for answerer in self.answerers[role]]
        return list({row.annotator_id: row for row in rows}.values())

    def with_people(self, people: Mapping[str, Mapping[str, str]], withdrawn: Collection[str]) -> ResolvedRecipe:
        """The recipe with what people declared of themselves, and without those who withdrew."""
        if not (people or withdrawn):
            return self
        answerers = {
            role: [
                replace(one, row=one.row.model_copy(update=dict(people.get(one.row.annotator_id, {}))))
                for one in members
                if one.row.annotator_id not in withdrawn
            ]
            for role, members in self.answerers.items()
        }
        if alone := [role for role, members in answerers.items() if not members]:
            raise RunError(
                "everyone who answers for a role withdrew",
                where=f"{self.recipe.file}: roles.{alone[0]}",
                hint="name another teacher or panel for it",
            )
        return replace(self, answerers=answerers)

    def window(self) -> int:
        """How many seeds to work on at once: teachers stay busy also while some asks wait to be sent again."""
        return WINDOW * sum(teacher.concurrency * len(teacher.endpoints()) for teacher in self.teachers.values())


def resolve(recipe: Recipe) -> ResolvedRecipe:
    """Load every component of a recipe. Raises `RecipeError` for whatever does not fit."""
    file = recipe.file
    family: Family = load(f"{PACKAGE}.families", recipe.family, file, "family")
    teachers: dict[str, Teacher] = {
        name: load(f"{PACKAGE}.teachers", spec, file, f"teachers.{name}") for name, spec in recipe.teachers.items()
    }
    for role in recipe.roles:
        if role not in family.roles:
            raise RecipeError.unknown("the family has no such role", role, family.roles, where=f"{file}: roles.{role}")
    tables = family.tables_for_options()
    return ResolvedRecipe(
        recipe=recipe,
        source=load(f"{PACKAGE}.sources", recipe.source, file, "source"),
        family=family,
        steps=[_step(spec, tables, file, f"curation[{i}]") for i, spec in enumerate(recipe.curation)],
        teachers=teachers,
        answerers=answerers(recipe, family, teachers),
    )


def _step(spec: Spec, made: Mapping[str, type[Row]], file: str, path: str) -> Step:
    """A step of curation, if the tables that are made have all that it needs."""
    step: Step = load(f"{PACKAGE}.curation", spec, file, path)
    where = f"{file}: {path}.{step.component_name()}"
    for table, needed in step.needs(next(iter(made))).items():
        if table not in made:
            raise RecipeError.unknown("there is no such table", table, made, where=where)
        there = [*made[table].model_fields]
        if absent := [column for column in needed if column not in there]:
            expected = f"a column of {table}: {', '.join(there)}"
            raise RecipeError.unknown("there is no such column", absent[0], there, where=where, expected=expected)
    return step


def answerers(recipe: Recipe, family: Family, teachers: Mapping[str, Teacher]) -> dict[str, list[Answerer]]:
    """Role -> who answers for it. Raises `RecipeError` for a role that nobody or the wrong number answers for."""
    found = {role: _answerers(role, recipe, family, teachers) for role in family.roles}
    known: dict[str, Answerer] = {}
    for one in chain.from_iterable(found.values()):
        if known.setdefault(name := one.row.annotator_id, one) != one:
            hint = "give each an `id` of its own"
            raise RecipeError(
                "two annotators have the same id", where=f"{recipe.file}: annotators", got=name, hint=hint
            )
    return found


def _answerers(role: str, recipe: Recipe, family: Family, teachers: Mapping[str, Teacher]) -> list[Answerer]:
    members, where = recipe.answerers(role), f"{recipe.file}: roles.{role}"
    if not members:
        askable = ", ".join([*recipe.teachers, *recipe.annotators])
        raise RecipeError("nobody answers for this role", where=where, expected=f"a teacher or panel: {askable}")
    if len(members) > 1 and not family.roles[role].many:
        raise RecipeError("one annotator answers for this role, not a panel", where=where, got=recipe.roles.get(role))
    found = [_answerer(member, teachers[member.teacher]) for member in members]
    ids = [answerer.row.annotator_id for answerer in found]
    if twice := [one for one, count in Counter(ids).items() if count > 1]:
        raise RecipeError("two annotators of a panel are the same", where=where, got=twice[0], hint="give each an `id`")
    return found


def _answerer(member: Panelist, teacher: Teacher) -> Answerer:
    persona, kind = member.persona, teacher.annotator_kind()
    if persona and kind == "human":
        hint = "people declare their attributes themselves: `attributes` of the teacher"
        raise RecipeError("a person answers as themselves", where=f"annotators: {member.id}", got="persona", hint=hint)
    attributes = persona.model_dump() if persona else {}
    row = Annotator(
        annotator_id=member.id or (f"{member.teacher}~{_digest(persona)}" if persona else member.teacher),
        kind="persona" if persona else kind,
        teacher=teacher.identity()["teacher"],
        model=teacher.model_name() if kind == "model" else None,
        revision=teacher.revision(),
        **attributes,
    )
    return Answerer(row, member.teacher, teacher, _spoken(persona) if persona else None)


def _spoken(persona: Attributes) -> str:
    said = {name.replace("_", " "): value for name, value in persona.model_dump().items() if value}
    facts = [f"{name.capitalize()}: {value}." for name, value in said.items() if name != "description"]
    return PERSONA.format(facts=" ".join([*facts, said.get("description", "")]).strip())


def _digest(persona: Attributes) -> str:
    return blake2b(persona.model_dump_json(exclude_none=True).encode(), digest_size=8).hexdigest()
