import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import pluriset
from pluriset.builders.families.users import Users
from pluriset.tests.builders.families.finished import errors, figures, finished, rows, tables

SEEDS = [
    {"id": f"p{n}", "text": f"Question {n:02}?", "responses": [f"Short {n}.", f"A longer answer to question {n}."]}
    for n in range(24)
]
OPTIONS = {
    "users": {"kind": {"helpfulness": 1.0}, "honest": {"honesty": 1.0}, "brief": {"length": -1.0}},
    "attributes": {"helpfulness": "serves", "honesty": "admits"},
    "survey": 6,
}


SCRIPT = [
    ("first: Short", {"preferred": "first"}),
    ("preferred:", {"preferred": "second"}),
    *((f"Question {n:02}?\nResponse: A longer", {"helpfulness": 5, "honesty": 1}) for n in range(1, 24, 2)),
    ("Response: ", {"helpfulness": 2, "honesty": 2}),
]
"""To odd questions the longer response is more helpful and less honest; of the others both are equal."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("users")
    finished(folder, "users", SCRIPT, SEEDS, options=OPTIONS)
    return folder / "run"


def test_every_user_labels_every_pair_and_the_labels_recompute(run: Path) -> None:
    labels = rows(run)["labels"]
    assert len(labels) == 24 * 3 and errors(run) == {}
    by_pair: dict[str, dict[str, Any]] = {}
    for label in labels:
        by_pair.setdefault(label["prompt_id"], {})[label["user_id"]] = label
    odd = by_pair["p3"]
    assert {user: label["preferred"] for user, label in odd.items()} == {
        "kind": "second", "honest": "first", "brief": "first",
    }  # fmt: skip
    assert odd["kind"]["original"] == "second" and odd["brief"]["reversed"] and odd["kind"]["controversial"]


def test_a_tie_is_drawn_once_for_a_pair_and_marked(run: Path) -> None:
    even = [label for label in rows(run)["labels"] if int(label["prompt_id"][1:]) % 2 == 0]
    ties: dict[str, set[str]] = {label["prompt_id"]: set() for label in even}
    for label in even:
        if label["user_id"] != "brief":
            assert label["tied"]
            ties[label["prompt_id"]].add(label["preferred"])
    assert all(len(drawn) == 1 for drawn in ties.values()), "tied users agree, so a tie is never controversial"
    assert {side for drawn in ties.values() for side in drawn} == {"first", "second"}


def test_context_is_from_the_survey_and_identifies_the_user(run: Path) -> None:
    found = rows(run)
    labels = {label["label_id"]: label for label in found["labels"]}
    contexts = found["contexts"]
    assert contexts and all(context["identifies"] and 2 <= context["length"] <= 8 for context in contexts)
    surveyed = {label["comparison_id"] for label in labels.values() if label["surveyed"]}
    assert len(surveyed) == 6
    for context in contexts:
        assert {pair["comparison_id"] for pair in context["pairs"]} <= surveyed
        assert labels[context["label_id"]]["comparison_id"] not in surveyed


def test_labels_do_not_depend_on_the_order_of_the_source(run: Path, tmp_path: Path) -> None:
    """VPL joins two files by position: sorted otherwise, the source silently gives other labels."""
    reordered = tables(tmp_path, "users", SCRIPT, SEEDS[::-1], options=OPTIONS)
    by_id = {label["label_id"]: label for label in rows(run)["labels"]}
    assert {label["label_id"]: label for label in reordered["labels"]} == by_id


def test_a_prompt_is_in_one_split_and_the_survey_in_training_only(run: Path) -> None:
    """VPL splits rows at random, which leaks prompts; a context may then show a pair of the test set."""
    labels = rows(run)["labels"]
    splits = {
        label["prompt_id"]: {other["split"] for other in labels if other["prompt_id"] == label["prompt_id"]}
        for label in labels
    }
    assert all(len(each) == 1 for each in splits.values()) and {"train", "test"} == set().union(*splits.values())
    assert all(label["split"] == "train" for label in labels if label["surveyed"])


def test_users_are_satisfied_by_shares(run: Path) -> None:
    satisfied = figures(run, "user_satisfaction")
    assert satisfied["kind",] == 1.0 and satisfied["honest",] == 0.0


def test_annotators_are_users_and_their_verdicts_are_unswapped(tmp_path: Path) -> None:
    panel = [{"teacher": "main", "persona": {"description": text}} for text in ("a busy person", "a curious person")]
    found = tables(
        tmp_path, "users", SCRIPT, SEEDS[:6], options={**OPTIONS, "annotators_are_users": True},
        annotators={"panel": panel}, roles={"respond": "main", "rate": "main", "compare": "panel"},
    )  # fmt: skip
    verdicts = [label for label in found["labels"] if label["user_id"].startswith("annotator:")]
    assert len(verdicts) == 12 and {label["preferred"] for label in verdicts} == {"first"}
    orders = {tuple(row["options"]) for row in found["annotations"] if row["aspect"] == "preference"}
    assert len(orders) == 2, "both orders were shown"


def test_the_export_has_the_texts_of_context_and_says_what_it_leaves_out(run: Path, tmp_path: Path) -> None:
    exported = pluriset.export(run, "ultrafeedback_p", tmp_path / "out")
    rows = [
        json.loads(line) for path in exported.folder.glob("pairs/*.jsonl") for line in path.read_text().splitlines()
    ]
    assert sum(exported.rows["pairs"].values()) == len(rows) == 72 and exported.left_out == {}
    asked = next(row for row in rows if row["contexts"])
    assert {"prompt", "chosen", "rejected"} == set(asked["contexts"][0])
    assert asked["context_length"] == len(asked["contexts"]) and asked["prompt"] not in str(asked["contexts"])
    assert [f.check for f in pluriset.validate(exported.folder).findings if f.count and f.severity == "error"] == []


def test_a_run_is_explained_and_published(run: Path, tmp_path: Path) -> None:
    label = rows(run)["labels"][0]
    story = pluriset.why(run, "labels", label["label_id"])
    assert {"comparisons", "prompts"} <= {row.table for row in story.rests_on}
    assert pluriset.publish(run, tmp_path / "published")


@pytest.mark.parametrize(
    "options",
    [
        {"users": {"kind": {"warmth": 1.0}, "brief": {"length": -1.0}}},
        {"users": {"brief": {"length": -1.0}}},
        {"max_context": 3},
    ],
)
def test_options_that_cannot_hold_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Users(**options)


def test_ratings_of_the_source_are_used_and_not_asked_for(tmp_path: Path) -> None:
    """UltraFeedback has ratings as texts, and `N/A`; VPL drops those."""
    seeds: list[dict[str, Any]] = [
        {**SEEDS[0], "ratings": [{"helpfulness": "5", "honesty": "1"}, {"helpfulness": "2", "honesty": "4"}]},
        {**SEEDS[1], "ratings": [{"helpfulness": "3", "honesty": "N/A"}, {"helpfulness": "4", "honesty": "4"}]},
        {**SEEDS[2], "ratings": [{"helpfulness": "11", "honesty": "1"}, {}]},
        SEEDS[3],
    ]
    finished(tmp_path, "users", SCRIPT, seeds, options={**OPTIONS, "source_ratings": "human"})
    run = tmp_path / "run"
    found = rows(run)
    preferred = {(row["prompt_id"], row["user_id"]): row["preferred"] for row in found["labels"]}
    assert (preferred["p0", "kind"], preferred["p0", "honest"]) == ("first", "second")
    assert (preferred["p1", "kind"], preferred["p1", "honest"]) == ("second", None), "N/A is no rating"
    assert {(row["annotator_id"], row["kind"]) for row in found["annotators"]} >= {("source", "human")}
    assert "p2" not in {row["prompt_id"] for row in found["prompts"]}
    key = '["responses","p0/0","source","honesty",0]'
    assert pluriset.replay(run, "annotations", key).differs == [] and errors(run) == {}
