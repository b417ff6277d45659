from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyRelation

from pluriset.validators.audits import NotApplicable
from pluriset.validators.audits.annotation_multiverse import AnnotationMultiverse

from .planted import rate_is_at_least, rate_is_at_most

TablesOf = Callable[[Mapping[str, Sequence[Mapping[str, Any]]]], dict[str, DuckDBPyRelation]]
AUDIT = AnnotationMultiverse(permutations=199, contrast="stratum", label="toxic")


def universe(
    seed: int, fabricated: float = 0, effect: float = 0, configurations: int = 6, items: int = 200, humans: int = 0
) -> dict[str, Any]:
    """Two groups of items; one configuration adds an effect of its own, `fabricated`, to the true `effect`."""
    random = np.random.default_rng(seed)
    group = np.arange(items) % 2
    truth = random.random(items) < 0.4 + effect * group
    annotations, people = [], []
    for number in range(configurations + humans):
        human = number >= configurations
        kind = "human" if human else "model"
        people.append({"annotator_id": f"{kind}{number}", "kind": kind})
        labels = np.where(random.random(items) < 0.1, random.random(items) < 0.5, truth)
        if number == 0:
            labels |= (random.random(items) < fabricated) & (group == 1)
        annotations += [
            {
                "item_table": "items",
                "item_id": f"i{item}",
                "annotator_id": f"{kind}{number}",
                "aspect": "toxicity",
                "label": "toxic" if labels[item] else "fine",
            }
            for item in range(items)
        ]
    strata = [{"item_id": f"i{item}", "text": "x", "stratum": "AB"[group[item]]} for item in range(items)]
    return {"annotations": annotations, "annotators": people, "items": strata}


def test_a_fabricated_effect_shows_in_one_configuration(tables_of: TablesOf) -> None:
    outcome = AUDIT.examine(tables_of(universe(1, fabricated=0.5)))
    assert outcome.detected
    assert "1 find it above 0, 0 below, 5 neither" in outcome.conclusion


def test_configurations_that_differ_by_noise_conclude_alike(tables_of: TablesOf) -> None:
    assert AUDIT.examine(tables_of(universe(1))).detected is False


def test_errors_are_counted_against_gold(tables_of: TablesOf) -> None:
    none = {f.measure: f for f in AUDIT.examine(tables_of(universe(1, fabricated=0.5, humans=3))).figures}
    assert none["type_1"].value == pytest.approx(1 / 6, abs=1e-6)
    some = {f.measure: f for f in AUDIT.examine(tables_of(universe(1, effect=0.4, humans=3))).figures}
    assert (some["type_2"].value, some["type_s"].value) == (0, 0)
    assert some["type_m"].value == pytest.approx(1, abs=0.15)


def test_multiplicity_counts_the_items_that_configurations_differ_on(tables_of: TablesOf) -> None:
    answers = {"m0": "ttff" * 10, "m1": "ttft" * 10, "m2": "tfff" * 10}
    rows = [
        {"item_id": f"i{i:02}", "annotator_id": who, "aspect": "x", "label": label}
        for who, labels in answers.items()
        for i, label in enumerate(labels)
    ]
    people = [{"annotator_id": who, "kind": "model"} for who in answers]
    audit = AnnotationMultiverse(permutations=99)
    found = {f.measure: f.value for f in audit.examine(tables_of({"annotations": rows, "annotators": people})).figures}
    assert (found["ambiguity"], found["discrepancy"]) == (0.5, 0.25)


def test_people_are_no_configurations(tables_of: TablesOf) -> None:
    with pytest.raises(NotApplicable, match="kind model or persona"):
        AUDIT.examine(tables_of(universe(1, configurations=0, humans=4)))


@pytest.mark.parametrize("seeds", [15, pytest.param(200, marks=pytest.mark.slow)])
def test_power_and_false_alarms(tables_of: TablesOf, seeds: int) -> None:
    def detected(seed: int, fabricated: float) -> bool:
        return bool(AUDIT.examine(tables_of(universe(seed, fabricated=fabricated))).detected)

    rate_is_at_least(0.9, [detected(seed, 0.4) for seed in range(seeds)])
    rate_is_at_most(0.05, [detected(seed, 0) for seed in range(seeds)])
