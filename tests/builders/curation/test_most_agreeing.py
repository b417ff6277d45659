"""The step `most_agreeing`: which ratings it keeps, and the agreement that it reports."""

from __future__ import annotations

import json

import pyarrow as pa

from pluriset.builders.curation import Outcome
from pluriset.builders.curation.most_agreeing import MostAgreeing
from pluriset.validators.tables.sql import connect

RATINGS = {"p": (0.0, 3.0, 4.0, 4.0), "q": (1.0, 1.0, 2.0)}
ROWS = [
    {
        "item_table": "responses",
        "item_id": item,
        "annotator_id": who,
        "aspect": "good",
        "sample": 0,
        "score": score,
        "_seq": 0,
    }
    for item, scores in RATINGS.items()
    for who, score in zip("wxyz", scores, strict=False)
]


def applied(step: MostAgreeing) -> tuple[list[tuple[str, str, str]], Outcome]:
    """Item, annotator and reason of each rating that goes, and the outcome."""
    annotations = connect().from_arrow(pa.Table.from_pylist(ROWS))
    outcome = step.apply({"annotations": annotations}, 0)
    removed = outcome.removed["annotations"].fetchall()
    return sorted((*json.loads(key)[1:3], reason) for key, reason, *_ in removed), outcome


def test_the_ratings_that_agree_most_are_kept_and_agreement_is_measured_before_and_after() -> None:
    removed, outcome = applied(MostAgreeing())
    assert removed == [("p", "w", "agrees least with the others")]
    before, after = outcome.figures["alpha of good before"], outcome.figures["alpha of good after"]
    assert before is not None and after is not None and before < after


def test_items_whose_ratings_all_lie_apart_can_lose_them() -> None:
    removed, _ = applied(MostAgreeing(max_range=0.5))
    assert {reason for *_, reason in removed} == {"ratings lie too far apart"} and len(removed) == 7


def test_other_aspects_are_left_alone() -> None:
    removed, outcome = applied(MostAgreeing(aspects=("bad",)))
    assert removed == [] and outcome.figures == {}
