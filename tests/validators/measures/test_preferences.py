"""Measures of judges and models behind preferences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from duckdb import DuckDBPyRelation

from pluriset.schemas.component import load
from pluriset.validators import measures

TablesOf = Callable[[Mapping[str, Sequence[Mapping[str, Any]]]], dict[str, DuckDBPyRelation]]


def figures(name: str, tables: Mapping[str, DuckDBPyRelation]) -> dict[tuple[str, ...], tuple[float | None, int]]:
    found = load(measures.__name__, name).figures(tables)
    return {tuple(figure.group.values()): (figure.value, figure.n) for figure in found}


def pair(number: int, first: str, second: str, preferred: str = "first") -> dict[str, Any]:
    return {"pair_id": str(number), "preferred": preferred, "first_model": first, "second_model": second}


def test_a_model_that_is_always_chosen_tells_the_preference(tables_of: TablesOf) -> None:
    pairs = [pair(number, "big", "small") for number in range(4)]
    found = figures("model_provenance", tables_of({"pairs": pairs}))
    assert found == {
        ("different models",): (1.0, 4),
        ("mutual information",): (1.0, 4),
        ("share of pairs", "big", "small"): (1.0, 4),
    }


def test_models_that_win_as_often_as_they_lose_tell_nothing(tables_of: TablesOf) -> None:
    pairs = [pair(1, "a", "b"), pair(2, "a", "b", "second"), pair(3, "a", "a"), pair(4, "a", "b", "tie")]
    found = figures("model_provenance", tables_of({"pairs": pairs}))
    assert found["mutual information",] == (0.0, 3) and found["different models",][0] == pytest.approx(2 / 3, abs=1e-5)


def compared(judge: str, label: str, item: str = "c") -> dict[str, Any]:
    return {"item_table": "comparisons", "item_id": item, "annotator_id": judge, "aspect": "preference", "label": label}


JUDGED = {
    "responses": [
        {"response_id": "1", "text": "Long enough.", "model": "mine"},
        {"response_id": "2", "text": "Short.", "model": "yours"},
    ],
    "comparisons": [{"comparison_id": "c", "first_id": "1", "second_id": "2"}],
    "annotators": [
        {"annotator_id": "vain", "model": "mine", "country": "Peru"},
        {"annotator_id": "fair", "model": "third", "country": "Chad"},
    ],
    "annotations": [compared("vain", "first"), compared("fair", "second")],
}


def test_a_judge_is_compared_with_others_on_what_its_own_model_wrote(tables_of: TablesOf) -> None:
    found = figures("judge_bias", tables_of(JUDGED))
    assert found["vain", "own model"] == (1.0, 1) and found["vain", "own model, by others"] == (0.0, 1)
    assert found["vain", "longer response"] == (1.0, 1) and found["fair", "longer response"] == (0.0, 1)
    assert ("fair", "own model") not in found


def test_groups_that_prefer_different_responses(tables_of: TablesOf) -> None:
    found = figures("group_preferences", tables_of(JUDGED))
    assert found["country", "Chad", "Peru"] == (1.0, 1)


def test_objectives_that_reverse_each_other(tables_of: TablesOf) -> None:
    def under(objective: str, *preferred: str) -> list[dict[str, Any]]:
        return [
            {"pair_id": f"{objective}{n}", "first_id": f"f{n}", "second_id": f"s{n}", "objective": objective}
            | {"preferred": side}
            for n, side in enumerate(preferred)
        ]

    pairs = [*under("kind", "first", "first", "tie", "second"), *under("true", "first", "second", "first", "first")]
    ((group, (share, n)),) = figures("objective_reversals", tables_of({"pairs": pairs})).items()
    assert (group, n) == (("kind", "true"), 3) and share == pytest.approx(2 / 3, abs=1e-5)


def test_a_judge_who_rates_its_own_model_and_longer_responses_higher(tables_of: TablesOf) -> None:
    scores = {"vain": (4.0, 2.0), "fair": (2.0, 2.0)}
    annotations = [
        {"item_table": "responses", "item_id": str(place), "annotator_id": who, "aspect": "good", "score": score}
        for who, given in scores.items()
        for place, score in enumerate(given, 1)
    ]
    responses = [{**row, "prompt_id": "p"} for row in JUDGED["responses"]]
    found = figures("rating_bias", tables_of({**JUDGED, "responses": responses, "annotations": annotations}))
    assert found == {("good", "vain", "own model"): (2.0, 1), ("good", "vain", "length"): (1.0, 2)}
