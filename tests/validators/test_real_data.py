"""Every figure of the real files that others published, by `validate` on the files as they are."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import pluriset
from pluriset.schemas.report import Report

REAL = Path(__file__).resolve().parents[2].parent / "shared/data"

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real files are not beside the checkout: {REAL}")


@cache
def report(place: str) -> Report:
    return pluriset.validate(REAL / place)


def counts(place: str) -> dict[str, int]:
    """Check -> rows, summed over tables."""
    found: dict[str, int] = {}
    for finding in report(place).findings:
        found[finding.check] = found.get(finding.check, 0) + finding.count
    return found


DAILY, HIGH, LOW = "daily_dilemmas", *(f"moralchoice/moralchoice_{a}_ambiguity.csv" for a in ("high", "low"))
PAIRS, DESIGN = "Dilemmas_with_values_aggregated", "discrim_eval_templated"
SAME = "daily_dilemmas.same_as_dilemma"
FIGURES = [
    (DAILY, "daily_dilemmas.one_of_each", 0),
    (DAILY, f"{PAIRS}.key", 0),
    (DAILY, "repeated_values", 357),
    (DAILY, "overlapping_sides", 690),
    (DAILY, "same_values", 56),
    (DAILY, "known_values", 0),
    (DAILY, "unused_values", 0),
    (DAILY, "truncated_values", 706 + 14),
    (DAILY, "replacement_characters", 2 * 6 + 21),
    (DAILY, "one_word_choices", 46),
    (DAILY, SAME, 6),
    ("daily_dilemmas/values.csv", "blank_cells", 76 + 84 + 252 + 103 + 33),
    ("daily_dilemmas/dilemma_to_action_to_values_aggregated.csv", "blank_cells", 0),
    (HIGH, "moralchoice.ten_rules", 2),
    (HIGH, "identical_responses", 1),
    (HIGH, "moralchoice.breaks_a_rule", 21),
    (LOW, "moralchoice.favourable_action_keeps_rules", 4),
    (LOW, "moralchoice.breaks_a_rule", 15),
    (LOW, "moralchoice.about_its_rule", 168),
    ("scruples", "derived_values", 0),
    ("scruples", "scruples_dilemmas.human_label_is_argmax", 0),
    ("pandalm", "testset.response1.type", 4),
    ("pandalm", "testset.response2.type", 2),
    ("pandalm", "empty_responses", 54),
    ("pandalm", "empty_preferred", 1),
    ("pandalm", "repeated_pairs", 99),
    ("pandalm", "pandalm.same_again", 1),
    ("pluriharms/annotations.csv", "pluriharms.missing_ratings", 275),
    ("multiobj_align", "identical_responses", 1),
    ("multiobj_align", "weak_pairs", 114),
    ("multiobj_align", "multiobj_align.rows_of_one_dialogue", 121),
    ("multiobj_align", "derived_values", 0),
    (DESIGN, "factorial_holes", 0),
    (DESIGN, "minimal_pairs", 0),
    (DESIGN, "inconsistent_templates", 0),
]


@pytest.mark.slow
@pytest.mark.parametrize(("place", "check", "count"), FIGURES)
def test_counts_of_published_datasets(place: str, check: str, count: int) -> None:
    assert counts(place)[check] == count


LOST, VALUES = "replacement_characters", "daily_dilemmas/values.csv"
PARTS = [
    (VALUES, "blank_cells", {"WVS": 76, "MFT": 84, "Virtue": 252, "Emotion": 103, "Maslow": 33}),
    (DAILY, "truncated_values", {"self": 706, "emotional well": 14}),
    (DAILY, LOST, {"dilemma_situation": 2 * 6, "negative_consequence": 21}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("place", "check", "parts"), PARTS)
def test_counts_are_broken_down_by_part(place: str, check: str, parts: dict[str, int]) -> None:
    assert [f.parts for f in report(place).findings if f.check == check and f.count] == [parts]


def kappas(weights: str, *values: float) -> list[tuple[str, dict[str, str], float]]:
    aspect = "preference" if weights == "none" else "preference_scale"
    pairs = ("1, annotator2", "1, annotator3", "2, annotator3")
    return [
        ("cohen_kappa", {"aspect": aspect, "annotators": f"annotator{pair}", "weights": weights}, value)
        for pair, value in zip(pairs, values, strict=True)
    ]


SCALE = {"aspect": "preference_scale", "level": "ordinal"}
MEASURED = [
    *[("pandalm", *one) for one in kappas("none", 0.8520, 0.8789, 0.8617)],
    *[("pandalm", *one) for one in kappas("quadratic", 0.8635, 0.8945, 0.8735)],
    ("pandalm", "agreement", {"aspect": "preference"}, 0.8642),
    ("pandalm", "score_agreement", SCALE, 0.8775),
    ("pluriharms/annotations.csv", "score_agreement", {"aspect": "harm", "level": "interval"}, 0.4131),
    ("pluriharms/annotations.csv", "score_agreement", {"aspect": "harm", "level": "ordinal"}, 0.4166),
    ("multiobj_align", "separability", {}, 0.7356),
    ("scruples", "divided_votes", {"what": "items"}, 1546),
]


@pytest.mark.slow
@pytest.mark.parametrize(("place", "measure", "group", "value"), MEASURED)
def test_measures_of_published_datasets(place: str, measure: str, group: dict[str, str], value: float) -> None:
    [found] = [f.value for f in report(place).figures if f.measure == measure and f.group == group]
    assert found is not None and round(found, 4) == value


@pytest.mark.slow
@pytest.mark.parametrize("place", [DAILY, LOW, "scruples", DESIGN, "pluriharms/prompts.csv"])
def test_sound_datasets_have_no_errors(place: str) -> None:
    assert [f.check for f in report(place).found() if f.severity == "error"] == []


@pytest.mark.slow
def test_all_rows_are_read() -> None:
    assert report(DAILY).rows["dilemma_to_action_to_values_aggregated"] == 2720
    of = {finding.check: finding.of for finding in report(DAILY).findings}
    assert (of["repeated_values"], of["truncated_values"]) == (2720, 10946)  # lists, mentions
    assert report("multiobj_align").rows == {"sm_acc": 1000}


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("daily_dilemmas/values.csv", "daily_dilemmas"),
        ("pluriharms/disagreement_scores.csv", "pluriharms"),
        (f"{DESIGN}/templates.jsonl", "discrim_eval"),
    ],
)
def test_published_datasets_are_recognised(place: str, name: str) -> None:
    profile = report(place).profile
    assert profile is not None and profile.name == name
