from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyRelation

from pluriset.validators.audits import NotApplicable
from pluriset.validators.audits.shortcuts import Shortcuts

from .planted import rate_is_at_least, rate_is_at_most

TablesOf = Callable[[Mapping[str, Sequence[Mapping[str, Any]]]], dict[str, DuckDBPyRelation]]
AUDIT = Shortcuts(permutations=999)
WORDS = [f"word{i}" for i in range(40)]


def pairs(seed: int, shortcut: str = "", strength: float = 0.75, n: int = 300) -> dict[str, Any]:
    """Pairs of random texts; with the probability `strength` the one with the shortcut is preferred."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        texts = [list(random.choice(WORDS, random.integers(8, 16))) for _ in range(2)]
        models = random.choice(["m1", "m2", "m3", "m4"], 2, replace=False)
        marked = 0
        if shortcut == "words":
            marked = int(random.integers(2))
            texts[marked].append("certainly")
        favoured = {"length": int(len(texts[1]) > len(texts[0])), "words": marked, "position": 0}
        favoured["model"] = int(models[1] < models[0])
        first = random.random() < 0.5
        if shortcut:
            first = (favoured[shortcut] == 0) == (random.random() < strength)
        rows.append(
            {
                "pair_id": f"p{number}",
                "prompt": f"prompt {number // 2}",
                "first": " ".join(texts[0]),
                "second": " ".join(texts[1]),
                "preferred": "first" if first else "second",
                "first_model": models[0],
                "second_model": models[1],
            }
        )
    return {"pairs": rows}


@pytest.mark.parametrize("shortcut", ["length", "words", "position", "model"])
def test_a_planted_shortcut_is_named(tables_of: TablesOf, shortcut: str) -> None:
    outcome = AUDIT.examine(tables_of(pairs(3, shortcut)))
    assert outcome.detected
    significant = {f.group["shortcut"] for f in outcome.figures if f.is_significant(0.05)}
    # Length and words each follow from the other: a longer text has more words, and a telling word more length.
    assert shortcut in significant and significant <= {shortcut, "length", "words"}


def test_a_preferred_response_that_is_always_first_is_no_position(tables_of: TablesOf) -> None:
    rows = [row | {"preferred": "first"} for row in pairs(1)["pairs"]]
    outcome = AUDIT.examine(tables_of({"pairs": rows}))
    assert {f.group["shortcut"] for f in outcome.figures} == {"length", "words", "model"}


def test_the_right_choice_is_guessed_by_its_length(tables_of: TablesOf) -> None:
    random = np.random.default_rng(1)
    rows = []
    for item in range(150):
        gold = int(random.integers(4))
        for position in range(4):
            n = int(random.integers(4, 9)) + 3 * (position == gold)
            text = " ".join(random.choice(WORDS, n))
            rows.append({"item_id": f"q{item}", "position": position, "text": text, "gold": position == gold})
    outcome = AUDIT.examine(tables_of({"choices": rows}))
    accuracy = {f.group["shortcut"]: f for f in outcome.figures}
    assert accuracy["length"].is_significant(0.05)
    assert not accuracy["position"].is_significant(0.05)


def test_few_pairs_are_not_audited(tables_of: TablesOf) -> None:
    with pytest.raises(NotApplicable, match="100 pairs"):
        AUDIT.examine(tables_of(pairs(1, n=50)))


@pytest.mark.parametrize("seeds", [2, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])])
@pytest.mark.parametrize("shortcut", ["length", "words", "position", "model"])
def test_power(tables_of: TablesOf, seeds: int, shortcut: str) -> None:
    strength = {"model": 0.8, "words": 0.75}.get(shortcut, 0.7)
    found = [AUDIT.examine(tables_of(pairs(seed, shortcut, strength))) for seed in range(seeds)]
    rate_is_at_least(0.9, [bool(outcome.detected) for outcome in found])


@pytest.mark.parametrize("seeds", [5, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])])
def test_false_alarms(tables_of: TablesOf, seeds: int) -> None:
    rate_is_at_most(0.05, [bool(AUDIT.examine(tables_of(pairs(seed))).detected) for seed in range(seeds)])
