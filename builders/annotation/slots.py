"""Who a recipe asks as a person: the pseudonyms of its panels, and what their teacher wants of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ...schemas.component import load
from ...schemas.errors import DataError, RecipeError
from ...schemas.recipe import Recipe
from ...schemas.run_layout import RECIPE
from .. import PACKAGE
from ..families import Family
from ..storage import recipe_file
from ..teachers import Teacher
from ..teachers.human import Human


class Slots(NamedTuple):
    """The people of a run."""

    recipe: Recipe
    teachers: dict[str, Human]
    """Name in the recipe -> what is wanted of people."""
    annotators: dict[str, str]
    """Pseudonym -> name of the teacher, in the order of the recipe."""

    def human(self, annotator: str) -> Human:
        """What is wanted of an annotator. Raises `RecipeError` for one that the recipe does not have."""
        if annotator not in self.annotators:
            raise RecipeError.unknown("no person of this run has this name", annotator, self.annotators)
        return self.teachers[self.annotators[annotator]]


def slots(run: Path) -> Slots:
    """The people of the run in a folder. Raises `DataError` if it is none, and `RecipeError` if it asks no people."""
    if not (run / RECIPE).is_file():
        raise DataError("not a run", where=str(run), expected=f"a folder with {RECIPE}")
    recipe = recipe_file.read(run / RECIPE)
    family: Family = load(f"{PACKAGE}.families", recipe.family, recipe.file, "family")
    teachers: dict[str, Teacher] = {
        name: load(f"{PACKAGE}.teachers", spec, recipe.file, f"teachers.{name}")
        for name, spec in recipe.teachers.items()
    }
    human = {name: each for name, each in teachers.items() if isinstance(each, Human)}
    members = [member for role in family.roles for member in recipe.answerers(role) if member.teacher in human]
    if not members:
        raise RecipeError(
            "the recipe asks no people",
            where=recipe.file,
            expected="a teacher `human` that a role or panel names",
            hint="teachers: {people: human}, and a panel such as [{teacher: main}, {teacher: people, n: 3}]",
        )
    return Slots(recipe, human, {member.id or member.teacher: member.teacher for member in members})
