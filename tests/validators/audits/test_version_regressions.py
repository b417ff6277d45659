from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyRelation
from statsmodels.stats.contingency_tables import mcnemar

from pluriset.validators.audits import NotApplicable
from pluriset.validators.audits.version_regressions import VersionRegressions

from .planted import rate_is_at_least, rate_is_at_most

TablesOf = Callable[[Mapping[str, Sequence[Mapping[str, Any]]]], dict[str, DuckDBPyRelation]]
AUDIT = VersionRegressions()


def versions(seed: int, regression: float = 0, items: int = 600) -> dict[str, Any]:
    """Two versions that are right on 80% of the items; the new one loses so much in one of three strata."""
    random = np.random.default_rng(seed)
    rows, gold = [], []
    for number in range(items):
        stratum, truth = "ABC"[number % 3], str(random.integers(0, 3))
        gold.append({"item_id": f"i{number}", "text": "x", "label": truth, "stratum": stratum})
        easy = random.random() < 0.6
        for who in ("v1", "v2"):
            right = 0.95 if easy else 0.575
            if who == "v2" and stratum == "B":
                right -= regression
            label = truth if random.random() < right else "other"
            rows.append(
                {"item_table": "items", "item_id": f"i{number}", "annotator_id": who, "aspect": "x", "label": label}
            )
    people = [{"annotator_id": who, "kind": "model"} for who in ("v1", "v2")]
    return {"annotations": rows, "annotators": people, "items": gold}


def test_a_regression_is_found_in_its_stratum(tables_of: TablesOf) -> None:
    outcome = AUDIT.examine(tables_of(versions(1, regression=0.45)))
    assert outcome.detected
    worse = [f.group.get("stratum") for f in outcome.figures if f.is_significant(0.05) and f.measure == "net_flips"]
    assert "B" in worse
    assert all(row["old"] == row["gold"] != row["new"] for row in outcome.examples)


def test_p_values_equal_those_of_statsmodels(tables_of: TablesOf) -> None:
    tables = versions(2, regression=0.1)
    labels = {(row["item_id"], row["annotator_id"]): row["label"] for row in tables["annotations"]}
    cells = np.zeros((2, 2))
    for item in tables["items"]:
        right = [labels[item["item_id"], who] == item["label"] for who in ("v1", "v2")]
        cells[int(right[0]), int(right[1])] += 1
    (net,) = [
        f for f in AUDIT.examine(tables_of(tables)).figures if f.measure == "net_flips" and "stratum" not in f.group
    ]
    assert net.p == pytest.approx(mcnemar(cells, exact=True).pvalue, abs=5e-7)


def test_gold_is_the_majority_of_humans_where_items_have_no_label(tables_of: TablesOf) -> None:
    tables = versions(1, regression=0.3)
    humans = [
        {
            "item_table": "items",
            "item_id": item["item_id"],
            "annotator_id": f"h{i}",
            "aspect": "x",
            "label": item["label"],
        }
        for item in tables["items"]
        for i in range(3)
    ]
    people = tables["annotators"] + [{"annotator_id": f"h{i}", "kind": "human"} for i in range(3)]
    strata = [{k: v for k, v in item.items() if k != "label"} for item in tables["items"]]
    outcome = AUDIT.examine(
        tables_of({"annotations": tables["annotations"] + humans, "annotators": people, "items": strata})
    )
    assert outcome.figures == AUDIT.examine(tables_of(tables)).figures


def test_one_model_has_no_versions(tables_of: TablesOf) -> None:
    tables = versions(1)
    with pytest.raises(NotApplicable, match="two annotators of kind model"):
        AUDIT.examine(tables_of(tables | {"annotators": tables["annotators"][:1]}))


@pytest.mark.parametrize("seeds", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_power_and_false_alarms(tables_of: TablesOf, seeds: int) -> None:
    rate_is_at_least(0.9, [bool(AUDIT.examine(tables_of(versions(seed, 0.25))).detected) for seed in range(seeds)])
    rate_is_at_most(0.05, [bool(AUDIT.examine(tables_of(versions(seed))).detected) for seed in range(seeds)])
