"""What the manifest of merged runs says of recipe, teachers and costs: that of all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ...schemas.manifest import Manifest, Spending
from ...schemas.recipe import CardText, Recipe


def merged_recipe(manifests: Sequence[Manifest], name: str) -> Recipe:
    """The recipe of the first run under a new name, with the teachers, prices and card entries of all runs.

    It describes the dataset and cannot be built: every run's own recipe is in `Manifest.merged`.
    """
    recipes = [manifest.recipe for manifest in manifests]
    names = teacher_names(manifests)
    update = {
        "name": name,
        "n": None,
        "teachers": {names[at][t]: spec for at, each in enumerate(recipes) for t, spec in each.teachers.items()},
        "prices": {names[at][t]: price for at, each in enumerate(recipes) for t, price in each.prices.items()},
        "annotators": {panel: members for each in reversed(recipes) for panel, members in each.annotators.items()},
        "card": _merged_card([each.card for each in recipes]),
    }
    return recipes[0].model_copy(update=update)


def merged_teachers(manifests: Sequence[Manifest]) -> dict[str, dict[str, Any]]:
    """Every teacher with its identity."""
    names = teacher_names(manifests)
    return {names[at][t]: facts for at, each in enumerate(manifests) for t, facts in each.teachers.items()}


def merged_spending(manifests: Sequence[Manifest]) -> list[Spending]:
    """What each teacher cost in each role, over all runs; no price where one run has none."""
    names, sums = teacher_names(manifests), dict[tuple[str, str], Spending]()
    for at, manifest in enumerate(manifests):
        for spent in manifest.books.spending:
            teacher = names[at].get(spent.teacher, spent.teacher)
            so_far = sums.get((spent.role, teacher))
            own = spent.model_copy(update={"teacher": teacher})
            sums[spent.role, teacher] = own if so_far is None else _sum(so_far, own)
    return list(sums.values())


def teacher_names(manifests: Sequence[Manifest]) -> list[dict[str, str]]:
    """For each run, teacher -> its name in the merged dataset: numbered where another model has the name already."""
    taken: dict[str, Any] = {}
    found: list[dict[str, str]] = []
    for manifest in manifests:
        names: dict[str, str] = {}
        for teacher, facts in manifest.teachers.items():
            name, number = teacher, 1
            while taken.setdefault(name, facts) != facts:
                number += 1
                name = f"{teacher}_{number}"
            names[teacher] = name
        found.append(names)
    return found


def _sum(a: Spending, b: Spending) -> Spending:
    usd = None if a.usd is None or b.usd is None else a.usd + b.usd
    counts = {name: getattr(a, name) + getattr(b, name) for name in ("answers", "input_tokens", "output_tokens")}
    return a.model_copy(update={**counts, "usd": usd})


def _merged_card(cards: Sequence[CardText]) -> CardText:
    """The entries of all cards: lists and mappings joined, each different text once, in the order of the runs."""
    update: dict[str, Any] = {}
    for name in CardText.model_fields:
        values = [getattr(card, name) for card in cards if getattr(card, name)]
        if not values:
            continue
        if isinstance(values[0], list):
            update[name] = _distinct(item for value in values for item in value)
        elif isinstance(values[0], dict):
            update[name] = {key: item for value in reversed(values) for key, item in value.items()}
        elif name in ("description", "rationale", "uses", "out_of_scope", "sensitive"):
            update[name] = "\n\n".join(_distinct(values))
        else:
            update[name] = values[0]
    update["anonymity"] = max(card.anonymity for card in cards)
    return cards[0].model_copy(update=update)


def _distinct(items: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found
