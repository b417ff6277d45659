"""What users must know before anything is sent: about teachers, and about seeds in a language without prompts."""

from __future__ import annotations

from itertools import islice

from ..execution.resolve import ResolvedRecipe
from ..families import Family, language_of
from ..sources import Seed

LOOKED_AT = 1000
"""Seeds whose language is looked at."""
ENGLISH = "en"
"""Language of the default prompts, worked examples and patterns of every family."""


def notices_of(resolved: ResolvedRecipe) -> list[str]:
    """One sentence each."""
    of_teachers = [f"teacher {name}: {notice}" for name, one in resolved.teachers.items() if (notice := one.notice())]
    return [*of_teachers, *_without_prompts(resolved)]


def _without_prompts(resolved: ResolvedRecipe) -> list[str]:
    """A notice where seeds in other languages get English prompts and patterns."""
    family, languages = resolved.family, {resolved.family.language}
    if "language" in getattr(resolved.source, "fields", ()):
        seeds = (seed for seed in islice(resolved.seeds(), LOOKED_AT) if isinstance(seed, Seed))
        languages |= {language_of(seed) for seed in seeds}
    missing = sorted(code for code in languages if code and not _has_prompts(family, code))
    key = f"family.{resolved.recipe.family_name}.prompts"
    return [
        f"no prompts in {code}: seeds in it get the English prompts and patterns; set {key}.{code}" for code in missing
    ]


def _has_prompts(family: Family, code: str) -> bool:
    return code.partition("-")[0].lower() == ENGLISH or family.in_language(code) is not family
