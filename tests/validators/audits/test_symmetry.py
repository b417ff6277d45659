from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyRelation

from pluriset.validators.audits import NotApplicable
from pluriset.validators.audits.symmetry import Symmetry

from .planted import rate_is_at_least, rate_is_at_most

TablesOf = Callable[[Mapping[str, Sequence[Mapping[str, Any]]]], dict[str, DuckDBPyRelation]]
AUDIT = Symmetry(permutations=999)
WORDS = ["because", "people", "need", "trust", "and", "rules", "protect", "everyone", "who", "depends", "on", "them"]


def sides(seed: int, shorter: int = 0, questions: int = 60) -> dict[str, Any]:
    """Cases for and against of about twenty words; a straw man against is so many words shorter."""
    random = np.random.default_rng(seed)
    rows = []
    for item in range(questions):
        for side in ("supports", "opposes"):
            n = int(random.poisson(20)) - shorter * (side == "opposes")
            text = " ".join(random.choice(WORDS, max(n, 3))) + "."
            rows.append({"item_id": f"q{item}", "side": side, "text": text})
    return {"sides": rows}


def test_a_straw_man_is_detected(tables_of: TablesOf) -> None:
    outcome = AUDIT.examine(tables_of(sides(1, shorter=6)))
    assert outcome.detected
    assert "opposes against supports: words differs by d = -" in outcome.conclusion


def test_sides_of_equal_care_are_alike(tables_of: TablesOf) -> None:
    outcome = AUDIT.examine(tables_of(sides(2)))
    assert outcome.detected is False


def test_each_annotator_is_audited_apart(tables_of: TablesOf) -> None:
    fair = [row | {"annotator_id": "fair"} for row in sides(2)["sides"]]
    unfair = [row | {"annotator_id": "unfair"} for row in sides(3, shorter=9)["sides"]]
    outcome = AUDIT.examine(tables_of({"sides": fair + unfair}))
    significant = [f for f in outcome.figures if f.is_significant(0.05)]
    assert {f.group.get("annotator", "all") for f in significant} == {"all", "unfair"}


def test_options_of_two_are_sides(tables_of: TablesOf) -> None:
    rows = [
        {"item_id": row["item_id"], "position": int(row["side"] == "opposes"), "text": row["text"], "gold": None}
        for row in sides(1, shorter=6)["sides"]
    ]
    assert AUDIT.examine(tables_of({"choices": rows})).detected


def test_a_question_with_one_side_compares_nothing(tables_of: TablesOf) -> None:
    with pytest.raises(NotApplicable, match="sides"):
        AUDIT.examine(tables_of({"sides": [row for row in sides(1)["sides"] if row["side"] == "opposes"]}))


@pytest.mark.parametrize("seeds", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_power_and_false_alarms(tables_of: TablesOf, seeds: int) -> None:
    rate_is_at_least(0.9, [bool(AUDIT.examine(tables_of(sides(seed, shorter=4))).detected) for seed in range(seeds)])
    rate_is_at_most(0.05, [bool(AUDIT.examine(tables_of(sides(seed))).detected) for seed in range(seeds)])
