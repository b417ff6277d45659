from collections.abc import Callable

import pytest
from krippendorff import alpha

from pluriset.builders.curation.agreement_filter import AgreementFilter
from pluriset.tests.builders.curation.bench import Bench, annotator, consideration, situation, votes

Make = Callable[..., Bench]


def rows() -> list[object]:
    labels = {"1": "yyyy", "2": "yyyn", "3": "yynn", "4": "nnnn", "5": "y"}
    names = {"y": "yes", "n": "no"}
    made: list[object] = [situation("s"), *(annotator(f"a{i}") for i in range(4))]
    for key, given in labels.items():
        made += [consideration(key), *votes(key, *(names[label] for label in given))]
    return made


def test_items_of_low_agreement_are_removed_with_their_judgements(bench: Make) -> None:
    done = bench(*rows()).run(AgreementFilter(aspect="relevance", min_share=0.7))
    assert done.keys("considerations") == ["1", "2", "4", "5"]
    (reject,) = done.rejects("key, reason, detail")
    assert reject == ("3", "annotators agree too little", "relevance: 50.0% of 4 chose the same, at least 70%")


def test_agreement_before_and_after_is_on_record(bench: Make) -> None:
    done = bench(*rows()).run(AgreementFilter(aspect="relevance", min_share=0.7))
    (effect,) = done.curation.effects
    before, after = effect.figures["alpha before"], effect.figures["alpha after"]
    judged = [[4, 0], [3, 1], [2, 2], [0, 4], [1, 0]]
    assert before == pytest.approx(alpha(value_counts=judged, level_of_measurement="nominal"), abs=1e-6)
    del judged[2]
    assert after == pytest.approx(alpha(value_counts=judged, level_of_measurement="nominal"), abs=1e-6)


def test_a_report_removes_nothing(bench: Make) -> None:
    done = bench(*rows()).run(AgreementFilter(aspect="relevance", min_share=0.9, action="report"))
    assert len(done.keys("considerations")) == 5
    assert done.curation.effects[0].groups == []
