"""Under which licence a dataset may be published: what its seeds and teachers ask, joined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ...schemas.manifest import Manifest
from ...schemas.terms import FREE, LICENCES, Terms, terms_of_model
from .manifest_facts import models_used

OVERRIDE = "or say in card.license_override why it may be published"
SOURCES = "declare card.sources: [{name, license}], what the seeds are and under which licence"
"""How the licence of seeds is said."""


class Conflict(NamedTuple):
    """Why the declared licence may not be given to this dataset, and what settles it."""

    what: str
    hint: str


@dataclass(frozen=True)
class Ingredient:
    """Something that the dataset is made of, and its terms: an id of `schemas/terms.py`, or whatever was declared."""

    what: str
    licence: str | None
    terms: Terms | None
    key: str
    """Where a recipe says what its licence is."""


def ingredients(manifest: Manifest) -> list[Ingredient]:
    """The sources of the seeds, then the models that answered."""
    return [*_sources(manifest), *_teachers(manifest)]


def freest_licence(manifest: Manifest) -> str | None:
    """The freest licence that honours all ingredients; None where there can be none, or one of them is not known."""
    asked = [ingredient.terms for ingredient in ingredients(manifest) if ingredient.terms]
    if not _all_known(manifest) or not all(terms.derivatives for terms in asked):
        return None
    alike = [terms.same for terms in asked if terms.same]
    if alike:
        common = [licence for licence in alike[0] if all(licence in same for same in alike)]
        fit = [licence for licence in common if all(_honours(licence, terms) for terms in asked)]
        return fit[0] if fit else None
    if not all(terms.commercial for terms in asked):
        return "cc-by-nc-4.0"
    return "cc-by-4.0" if any(terms.attribution for terms in asked) else "cc0-1.0"


def describe_freest_licence(manifest: Manifest) -> str:
    """Which licence fits, in words."""
    if not _all_known(manifest):
        return "which licence fits is not known before all is declared"
    best = freest_licence(manifest)
    return f"the freest licence that fits is {best}" if best else "no licence fits"


def conflicts(manifest: Manifest) -> list[Conflict]:
    """Everything that speaks against the declared licence; nothing means that it may be given."""
    declared, found = manifest.recipe.license, list[Conflict]()
    for each in ingredients(manifest):
        if each.terms:
            hint = f"correct license or {each.key} ({describe_freest_licence(manifest)}), {OVERRIDE}"
            found += [Conflict(reason, hint) for reason in _conflicts(each, each.terms, declared)]
        elif each.licence != declared or declared == "other":
            asks = f"what {each.licence} asks" if each.licence else "its terms"
            found.append(Conflict(f"{each.what}: we do not know {asks}.", f"declare {each.key}, {OVERRIDE}"))
    undeclared = Conflict("The licence of the seeds is not declared.", SOURCES)
    return found if manifest.recipe.card.sources else [*found, undeclared]


def notices(manifest: Manifest) -> list[str]:
    """What users of the dataset must be told, once each."""
    told = [f"{e.terms.notice} Asked by {e.what}." for e in ingredients(manifest) if e.terms and e.terms.notice]
    return list(dict.fromkeys(told))


def _all_known(manifest: Manifest) -> bool:
    return bool(manifest.recipe.card.sources) and all(ingredient.terms for ingredient in ingredients(manifest))


def _sources(manifest: Manifest) -> Iterator[Ingredient]:
    for source in manifest.recipe.card.sources:
        key = "card.sources: [{name, license}] with the licence of the seeds"
        yield Ingredient(f"source {source.name}", source.license, LICENCES.get(source.license), key)


def _teachers(manifest: Manifest) -> Iterator[Ingredient]:
    for name, facts in models_used(manifest).items():
        model = str(facts.get("model"))
        licence = manifest.recipe.card.terms.get(name) or terms_of_model(model)
        terms = LICENCES[licence] if licence else None
        free = terms._replace(attribution=False) if terms and licence in FREE else terms
        yield Ingredient(f"teacher {name} ({model})", licence, free, f"card.terms: {{{name}: its licence or terms}}")


def _conflicts(ingredient: Ingredient, terms: Terms, declared: str) -> Iterator[str]:
    what = f"{ingredient.what} is under {ingredient.licence}"
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
