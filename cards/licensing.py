"""Under which licence a dataset may be published: what its seeds and teachers ask, joined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..schemas.manifest import Manifest
from ..schemas.terms import FREE, LICENCES, Terms, terms_of_model
from .facts import models


@dataclass(frozen=True)
class Ingredient:
    """Something that the dataset is made of, and its terms: an id of `schemas/terms.py`, or whatever was declared."""

    what: str
    licence: str | None
    terms: Terms | None


def ingredients(manifest: Manifest) -> list[Ingredient]:
    """The sources of the seeds, then the models that answered."""
    sources = [Ingredient(f"source {s.name}", s.license, LICENCES.get(s.license)) for s in manifest.recipe.card.sources]
    return [*sources, *_teachers(manifest)]


def effective(manifest: Manifest) -> str | None:
    """The freest licence that honours all that is known of the ingredients; None where there can be none."""
    asked = [ingredient.terms for ingredient in ingredients(manifest) if ingredient.terms]
    if not all(terms.derivatives for terms in asked):
        return None
    alike = [terms.same for terms in asked if terms.same]
    if alike:
        common = [licence for licence in alike[0] if all(licence in same for same in alike)]
        fit = [licence for licence in common if all(_honours(licence, terms) for terms in asked)]
        return fit[0] if fit else None
    if not all(terms.commercial for terms in asked):
        return "cc-by-nc-4.0"
    return "cc-by-4.0" if any(terms.attribution for terms in asked) else "cc0-1.0"


def conflicts(manifest: Manifest) -> list[str]:
    """Why the declared licence may not be given to this dataset, a sentence each; none means that it may."""
    found = [reason for each in ingredients(manifest) for reason in _conflicts(each, manifest.recipe.license)]
    return [*found, *([] if manifest.recipe.card.sources else ["The licence of the seeds is not declared."])]


def notices(manifest: Manifest) -> list[str]:
    """What users of the dataset must be told, once each."""
    told = [f"{e.terms.notice} Asked by {e.what}." for e in ingredients(manifest) if e.terms and e.terms.notice]
    return list(dict.fromkeys(told))


def _teachers(manifest: Manifest) -> Iterator[Ingredient]:
    for name, facts in models(manifest).items():
        model = str(facts.get("model"))
        licence = manifest.recipe.card.terms.get(name) or terms_of_model(model)
        terms = LICENCES[licence] if licence else None
        free = terms._replace(attribution=False) if terms and licence in FREE else terms
        yield Ingredient(f"teacher {name} ({model})", licence, free)


def _conflicts(ingredient: Ingredient, declared: str) -> Iterator[str]:
    what, terms = f"{ingredient.what} is under {ingredient.licence}", ingredient.terms
    if terms is None:
        unknown = ingredient.licence != declared or declared == "other"
        if unknown:
            said = f"{ingredient.what}: we do not know"
            yield f"{said} what {ingredient.licence} asks." if ingredient.licence else f"{said} its terms."
        return
    if not terms.derivatives:
        yield f"{what}, under which nothing that is made of it may be shared."
    if terms.same and declared not in terms.same:
        yield f"{what}, under which what is made of it is {' or '.join(terms.same)} and not {declared}."
    elif terms.forbids and declared not in terms.same:
        yield f"{what}, which forbids {terms.forbids}; {declared} does not."
    elif not _honours(declared, terms):
        lost = "commercial use" if not terms.commercial else "leaving out the names of its makers"
        yield f"{what}, which does not allow {lost}; {declared} {'may' if declared not in LICENCES else 'does'}."


def _honours(licence: str, terms: Terms) -> bool:
    """Whether a licence keeps what is asked: no commercial use, and names. One that we do not know keeps names only."""
    given = LICENCES.get(licence)
    if given is None:
        return terms.commercial
    return (terms.commercial or not given.commercial) and (given.attribution or not terms.attribution)
