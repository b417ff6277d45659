"""Which licence a dataset may be published under, given the terms of its seeds and teachers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ...schemas.manifest import Manifest
from ...schemas.terms import FREE, LICENCES, Terms, terms_of_model
from .manifest_facts import models_used

OVERRIDE = "or explain in card.license_override why it may be published"
SOURCES = "declare card.sources: [{name, license}], the origin and licence of the seeds"


class Conflict(NamedTuple):
    """Why this dataset may not be published under the declared licence, and how to resolve it."""

    what: str
    hint: str


@dataclass(frozen=True)
class Ingredient:
    """A source or teacher with its terms: an id of `schemas/terms.py`, or whatever was declared."""

    name: str
    licence: str | None
    terms: Terms | None
    key: str
    """Where a recipe declares its licence."""


def ingredients(manifest: Manifest) -> list[Ingredient]:
    """The sources of the seeds, then the models that answered."""
    return [*_sources(manifest), *_teachers(manifest)]


def freest_licence(manifest: Manifest) -> str | None:
    """The most permissive licence that honours all ingredients; None if there is none, or if one is unknown."""
    all_terms = [ingredient.terms for ingredient in ingredients(manifest) if ingredient.terms]
    if not _all_known(manifest) or not all(terms.derivatives for terms in all_terms):
        return None
    share_alike = [terms.same for terms in all_terms if terms.same]
    if share_alike:
        common = [licence for licence in share_alike[0] if all(licence in same for same in share_alike)]
        fit = [licence for licence in common if all(_honours(licence, terms) for terms in all_terms)]
        return fit[0] if fit else None
    if not all(terms.commercial for terms in all_terms):
        return "cc-by-nc-4.0"
    return "cc-by-4.0" if any(terms.attribution for terms in all_terms) else "cc0-1.0"


def describe_freest_licence(manifest: Manifest) -> str:
    """The most permissive licence that fits, as a clause."""
    if not _all_known(manifest):
        return "which licence fits is unknown until every source and model is declared"
    licence = freest_licence(manifest)
    return f"the most permissive licence that fits is {licence}" if licence else "no licence fits"


def conflicts(manifest: Manifest) -> list[Conflict]:
    """Every reason against the declared licence; none means that it fits."""
    declared, found = manifest.recipe.license, list[Conflict]()
    for each in ingredients(manifest):
        if each.terms:
            hint = f"fix license or {each.key} ({describe_freest_licence(manifest)}), {OVERRIDE}"
            found += [Conflict(reason, hint) for reason in _conflicts(each, each.terms, declared)]
        elif each.licence != declared or declared == "other":
            terms = f"the terms of {each.licence}" if each.licence else "its terms"
            found.append(Conflict(f"{each.name}: {terms} are unknown.", f"declare {each.key}, {OVERRIDE}"))
    undeclared = Conflict("The licence of the seeds is not declared.", SOURCES)
    return found if manifest.recipe.card.sources else [*found, undeclared]


def notices(manifest: Manifest) -> list[str]:
    """What users of the dataset must know, once each."""
    found = [f"{e.terms.notice} Required by {e.name}." for e in ingredients(manifest) if e.terms and e.terms.notice]
    return list(dict.fromkeys(found))


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
    what = f"{ingredient.name} is under {ingredient.licence}"
    if not terms.derivatives:
        yield f"{what}, which does not allow derivatives to be shared."
    if terms.same and declared not in terms.same:
        yield f"{what}, which requires derivatives to be under {' or '.join(terms.same)}, not {declared}."
    elif terms.forbids and declared not in terms.same:
        yield f"{what}, which forbids {terms.forbids}; {declared} does not."
    elif not _honours(declared, terms):
        lost = "commercial use" if not terms.commercial else "leaving out attribution"
        yield f"{what}, which does not allow {lost}; {declared} {'may' if declared not in LICENCES else 'does'}."


def _honours(licence: str, terms: Terms) -> bool:
    """Whether a licence honours terms on commercial use and attribution. An unknown one requires attribution only."""
    own = LICENCES.get(licence)
    if own is None:
        return terms.commercial
    return (terms.commercial or not own.commercial) and (own.attribution or not terms.attribution)
