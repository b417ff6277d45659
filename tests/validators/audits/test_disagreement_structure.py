from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyRelation

from pluriset.validators.audits import NotApplicable
from pluriset.validators.audits.disagreement_structure import DisagreementStructure

from .planted import rate_is_at_least, rate_is_at_most

TablesOf = Callable[[Mapping[str, Sequence[Mapping[str, Any]]]], dict[str, DuckDBPyRelation]]
AUDIT = DisagreementStructure(permutations=199)


def scores(seed: int, *, camp: float = 0, severity: float = 0, annotators: int = 20, items: int = 30) -> dict[str, Any]:
    """Scores with noise of one point; `camp` is how far two camps lie apart on each item."""
    random = np.random.default_rng(seed)
    side, direction = np.arange(annotators) % 2 * 2 - 1, random.choice([-1, 1], items)
    values = random.normal(0, 2, items) + severity * random.normal(0, 1, annotators)[:, None]
    values = values + camp / 2 * side[:, None] * direction + random.normal(0, 1, (annotators, items))
    rows = [
        {"item_table": "items", "item_id": f"i{i}", "annotator_id": f"a{a}", "aspect": "harm", "score": values[a, i]}
        for a in range(annotators)
        for i in range(items)
        if random.random() < 0.9
    ]
    people = [{"annotator_id": f"a{a}", "politics": "left" if side[a] > 0 else "right"} for a in range(annotators)]
    return {"annotations": rows, "annotators": people}


def test_camps_and_their_attribute_are_detected(tables_of: TablesOf) -> None:
    outcome = AUDIT.examine(tables_of(scores(1, camp=1.5)))
    assert outcome.detected
    adjusted = {f.measure: f.adjusted_p for f in outcome.figures if f.measure in ("camps", "group_share")}
    assert all(p is not None and p < 0.05 for p in adjusted.values())
    assert "`politics` explains" in outcome.conclusion


def test_noise_has_no_structure(tables_of: TablesOf) -> None:
    outcome = AUDIT.examine(tables_of(scores(1)))
    assert outcome.detected is False
    assert "nothing that noise could not explain" in outcome.conclusion


def test_severity_alone_is_told_from_camps(tables_of: TablesOf) -> None:
    outcome = AUDIT.examine(tables_of(scores(3, severity=1)))
    significant = {f.measure for f in outcome.figures if f.is_significant(0.05)}
    assert significant == {"variance_share"}


def test_minority_views_that_an_aggregate_erases_are_listed(tables_of: TablesOf) -> None:
    labels = {"a": "yyyyy", "b": "yyynn", "c": "nnnny", "d": "nnnnn"}
    rows = [
        {"item_table": "items", "item_id": item, "annotator_id": f"p{i}", "aspect": "ok", "label": label}
        for item, votes in labels.items()
        for i, label in enumerate(votes)
    ]
    outcome = AUDIT.examine(tables_of({"annotations": rows}))
    assert [(row["item"], row["erased"], row["share"]) for row in outcome.examples] == [("items/b", "n", 0.4)]


def test_few_annotators_are_not_audited(tables_of: TablesOf) -> None:
    with pytest.raises(NotApplicable, match="annotators"):
        AUDIT.examine(tables_of(scores(1, annotators=3)))


@pytest.mark.parametrize("seeds", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_power_and_false_alarms(tables_of: TablesOf, seeds: int) -> None:
    def detected(seed: int, camp: float) -> bool:
        return bool(AUDIT.examine(tables_of(scores(seed, camp=camp))).detected)

    rate_is_at_least(0.9, [detected(seed, 0.8) for seed in range(seeds)])
    rate_is_at_most(0.05, [detected(seed, 0) for seed in range(seeds)])
