"""Kinds in rounds of discussion, and balanced questions of readings, from scripted teachers."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pluriset.cards.loading.dataset import Dataset
from pluriset.tests.builders.families.finished import errors, figures, finished, recipe, rows

SEEDS: list[dict[str, Any]] = [
    *({"id": f"u{n}", "text": f"I lost {n} weeks.", "is_drivel": True, "language": "en"} for n in range(10)),
    {"id": "plain", "text": "The lake froze.", "is_drivel": False, "language": "en"},
    {"id": "same", "text": "It says what it says.", "is_drivel": True, "language": "en"},
]
WRONG = [{"text": f"It is about {what}."} for what in ("time", "work", "sport", "food")]
SCRIPT: list[tuple[str | None, Any]] = [
    ("drivel: ", {"drivel": "yes"}),
    ("Reading: A diet failed.", {"fits": "yes"}),
    ("Reading: ", {"fits": "no"}),
    ("Language: ", {"answer": {"text": "Ein Satz"}}),
    ("says what it says.\nRight reading: ", {"answer": {"wrong": [{"text": "a diet failed"}, *WRONG[1:]]}}),
    ("Right reading: ", {"answer": {"wrong": WRONG}}),
]
FIRM = {"kinds": ["wordplay", "misdirection"], "reason": "it plays with lost"}
PANEL: dict[str, list[tuple[str | None, Any]]] = {
    "firm": [("kinds: ", FIRM)],
    "yielding": [
        ("it plays with lost", {**FIRM, "kinds": ["misdirection", "wordplay", "wordplay"]}),
        ("lost 3", {"kinds": ["abstain"], "reason": "it is unclear"}),
        ("kinds: ", {"kinds": ["paradox"], "reason": "it contradicts itself"}),
    ],
}


def changes(folder: Path) -> dict[str, Any]:
    scripts = {"main": [*SCRIPT, ("Text: ", {"answer": {"text": "A diet failed."}})], **PANEL}
    for name, lines in scripts.items():
        text = "".join(json.dumps({"match": match, "answer": answer}) + "\n" for match, answer in lines)
        (folder / f"{name}.jsonl").write_text(text)
    return {
        "teachers": {name: {"scripted": {"path": str(folder / f"{name}.jsonl")}} for name in scripts},
        "annotators": {"panel": [{"teacher": name} for name in PANEL]},
        "roles": {**dict.fromkeys(("detect", "read", "distract", "translate", "verify"), "main"), "tag": "panel"},
    }


def asked(folder: Path) -> Any:
    return recipe(folder, "distractors", SCRIPT, SEEDS, **changes(folder))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("distractors")
    return finished(folder, "distractors", SCRIPT, SEEDS, **changes(folder))


def test_every_round_is_kept_and_the_last_one_counts(built: Dataset) -> None:
    made = rows(built.folder)
    assert errors(built.folder) == {}
    log = [(a["round"], a["annotator_id"], a["kinds"]) for a in made["adjudications"] if a["utterance_id"] == "u1"]
    assert sorted(log) == [
        (0, "firm", ["misdirection", "wordplay"]), (0, "yielding", ["paradox"]),
        (1, "firm", ["misdirection", "wordplay"]), (1, "yielding", ["misdirection", "wordplay"]),
    ]  # fmt: skip
    tagging = next(each for each in made["taggings"] if each["utterance_id"] == "u1")
    assert (tagging["kinds"], tagging["rounds"], tagging["unanimous"]) == (["misdirection", "wordplay"], 2, True)
    assert figures(built.folder, "adjudicated_agreement") == {("0",): pytest.approx(1 / 11, abs=1e-4), ("1",): 1.0}
    scores = figures(built.folder, "kind_scores")
    assert scores["yielding", "first", "Jaccard"] == 0 and scores["yielding", "last", "Jaccard"] == 1
    assert scores["yielding", "first", "Hamming"] == pytest.approx(3 / 5)


def test_who_abstains_ends_no_discussion_and_has_no_vote(built: Dataset) -> None:
    made = rows(built.folder)
    tagging = next(each for each in made["taggings"] if each["utterance_id"] == "u3")
    assert (tagging["n"], tagging["rounds"]) == (1, 1)
    labels = [
        each["label"] for each in made["annotations"]
        if each["item_id"] == "u3" and each["annotator_id"] == "yielding" and each["aspect"] != "drivel"
    ]  # fmt: skip
    assert labels == ["abstain"] * 5


def test_answers_are_in_every_place_equally_often(built: Dataset) -> None:
    made = rows(built.folder)
    for difficulty in ("easy", "hard"):
        questions = [each for each in made["reading_questions"] if each["difficulty"] == difficulty]
        assert Counter(each["answer"] for each in questions) == dict.fromkeys("ABCDE", 2)
        for each in questions:
            right = next(option for option in each["options"] if option["is_right"])
            assert each["options"]["ABCDE".index(each["answer"])] == right
            missing = difficulty == "hard" and each["answer"] == "E"
            assert right["text"] == ("None of the above." if missing else "A diet failed.")


def test_what_the_source_knows_to_be_plain_has_no_readings(built: Dataset) -> None:
    made = rows(built.folder)
    assert {each["utterance_id"] for each in made["readings"]} == {f"u{n}" for n in range(10)}
    assert {each["item_id"] for each in made["annotations"] if each["aspect"] == "drivel"} >= {"plain", "same"}


def test_readings_that_are_not_distinct_are_missing_with_the_reason(built: Dataset) -> None:
    rejects = pq.read_table(built.folder / "rejects.parquet").to_pylist()
    assert [(each["table"], each["reason"]) for each in rejects] == [
        ("readings", "the right reading is among the wrong ones")
    ]


def test_both_forms_are_benchmarks_with_the_answer_of_the_dataset(built: Dataset) -> None:
    for form in ("easy", "hard"):
        files = sorted((built.folder / "benchmark" / f"gold_{form}").glob("*.parquet"))
        asked = [row for file in files for row in pq.read_table(file).to_pylist()]
        assert Counter(each["target"] for each in asked) == dict.fromkeys("ABCDE", 2)
        assert {(each["n"], len(each["choices"])) for each in asked} == {(0, 5)}
    assert "gold_hard" in (built.folder / "eval.yaml").read_text()
