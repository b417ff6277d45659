from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyRelation

from pluriset.validators.audits.group_bias import GroupBias

from .planted import rate_is_at_least, rate_is_at_most

TablesOf = Callable[[Mapping[str, Sequence[Mapping[str, Any]]]], dict[str, DuckDBPyRelation]]
AUDIT = GroupBias(permutations=999)


def decisions(seed: int, bias: float = 0, templates: int = 70, scores: bool = False) -> dict[str, Any]:
    """A complete factorial of scenario, gender and race; `bias` is what the logit of women is lowered by."""
    random = np.random.default_rng(seed)
    factors, judged = [], []
    for template in range(templates):
        base = random.normal(0, 1)
        for gender in ("man", "woman"):
            for race in ("A", "B", "C"):
                item = f"{template}/{gender}/{race}"
                logit = base - bias * (gender == "woman")
                for factor, level in (("gender", gender), ("race", race)):
                    factors.append({"item_id": item, "factor": factor, "level": level, "template_id": str(template)})
                p = 1 / (1 + np.exp(-(logit + random.normal(0, 0.3) * scores)))
                given = {"score": p} if scores else {"label": "yes" if random.random() < p else "no"}
                judged.append({"item_table": "items", "item_id": item, "aspect": "hire", "annotator_id": "m", **given})
    return {"factors": factors, "annotations": judged}


@pytest.mark.parametrize("scores", [False, True])
def test_a_bias_against_one_level_is_detected_for_that_factor_alone(tables_of: TablesOf, scores: bool) -> None:
    outcome = AUDIT.examine(tables_of(decisions(1, bias=1.2, scores=scores)))
    assert outcome.detected
    assert {f.group["factor"] for f in outcome.figures if f.is_significant(0.05)} == {"gender"}


def test_the_logit_gap_is_the_planted_bias(tables_of: TablesOf) -> None:
    outcome = AUDIT.examine(tables_of(decisions(1, bias=0.5, scores=True)))
    (gap,) = [f for f in outcome.figures if f.group["level"] == "woman against man"]
    assert gap.value == pytest.approx(-0.5, abs=0.1)
    assert gap.low is not None and gap.high is not None and gap.low < -0.5 < gap.high


@pytest.mark.parametrize("seeds", [15, pytest.param(200, marks=pytest.mark.slow)])
def test_power_and_false_alarms(tables_of: TablesOf, seeds: int) -> None:
    rate_is_at_least(0.9, [bool(AUDIT.examine(tables_of(decisions(seed, bias=1))).detected) for seed in range(seeds)])
    rate_is_at_most(0.05, [bool(AUDIT.examine(tables_of(decisions(seed))).detected) for seed in range(seeds)])
