import json
import math
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.tests.builders.families.finished import errors, figures, finished, rows

WORDS = ("Why", "When", "Who", "Where", "How", "May")
SEEDS = [{"id": f"p{n}", "text": f"{word} {n:02}?"} for n, word in enumerate(WORDS)]
RUBRIC = [{"name": "evidence", "meaning": "Facts."}, {"name": "balance", "meaning": "Fair."}]
LEVELS = {
    "Response: With facts.\nAttribute: evidence": 5,
    "Response: I guess.\nAttribute: evidence": 1,
    "Response: All fair and true.": 5,
    "level:": 3,
}
SCRIPT: list[tuple[str | None, Any]] = [
    *((match, {"level": level}) for match, level in LEVELS.items()),
    ("evidence: Facts.\nbetter response:", {"answer": {"text": "With facts."}}),
    ("evidence: Facts.\nworse response:", {"answer": {"text": "I guess."}}),
    ("balance: Fair.\nbetter response:", {"answer": {"text": "All fair and true."}}),
    ("balance: Fair.\nworse response:", {"answer": {"text": "plain"}}),
    ("attributes:", {"answer": {"attributes": RUBRIC}}),
    (None, {"answer": {"text": "Plain."}}),
]
"""Edits of evidence move it alone; that of balance upwards moves evidence as far, and downwards nothing is changed."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("augmentations")
    split = [{"split": {"test": 0.5}}]
    finished(folder, "augmentations", SCRIPT, SEEDS, options={"max_drift": 1}, curation=split)
    return folder / "run"


def test_an_edit_is_accepted_where_its_attribute_moves_alone(run: Path) -> None:
    found = rows(run)
    assert errors(run) == {}
    drifts = {row["edit_id"]: (row["target_change"], row["other_change"], row["accepted"]) for row in found["drifts"]}
    assert drifts["p0/0/up"] == (2.0, 0.0, True) and drifts["p0/0/down"] == (-2.0, 0.0, True)
    assert drifts["p0/1/up"] == (2.0, 2.0, False), "evidence moved as far"
    assert "p0/1/down" not in drifts, "nothing was changed"
    assert figures(run, "edit_acceptance") == {("down",): 1.0, ("up",): 0.5}


def test_children_win_or_lose_and_tie_under_a_question_of_their_split(run: Path) -> None:
    found = rows(run)
    preferred = {pair["pair_id"]: pair["preferred"] for pair in found["pairs"]}
    assert (preferred["p0/0/up"], preferred["p0/0/down"]) == ("second", "first")
    prompts = {prompt["text"]: prompt for prompt in found["prompts"]}
    neutral = [pair for pair in found["pairs"] if pair["objective"] == "neutral"]
    assert neutral and {pair["preferred"] for pair in neutral} == {"tie"}
    for pair in neutral:
        question = prompts[pair["context"]]
        assert question["prompt_id"] != pair["prompt_id"] and question["split"] == pair["split"]


def test_a_tie_is_exported_as_a_tie_and_children_stay_with_their_parent(run: Path, tmp_path: Path) -> None:
    exported = pluriset.export(run, "crome", tmp_path / "out")
    pairs = {
        path.stem: [json.loads(line) for line in path.read_text().splitlines()]
        for path in exported.folder.glob("pairs/*.jsonl")
    }
    everything = [pair for each in pairs.values() for pair in each]
    assert {pair["kind"]: pair["label"] for pair in everything} == {
        "causal_up": "2", "causal_down": "1", "neutral": "tie",
    }  # fmt: skip
    bases = [{pair["base_pair_id"] for pair in each} for each in pairs.values()]
    assert len(bases) == 2 and not bases[0] & bases[1]
    assert exported.left_out == {"export: the edit does not move its attribute alone": 6}


def test_the_loss_of_a_tie_is_smallest_where_both_score_alike() -> None:
    """The neutral term is added, -1/2 [log s(d) + log s(-d)]: one printed version subtracts it, which rewards gaps."""

    def neutral(gap: float) -> float:
        return -0.5 * (math.log(1 / (1 + math.exp(-gap))) + math.log(1 / (1 + math.exp(gap))))

    assert neutral(0) < neutral(1) < neutral(3) and neutral(2) == pytest.approx(neutral(-2))


def test_a_run_is_explained_and_published(run: Path, tmp_path: Path) -> None:
    story = pluriset.why(run, "pairs", "p0/0/up")
    assert {"edits", "drifts", "responses"} <= {row.table for row in story.rests_on}
    assert pluriset.publish(run, tmp_path / "published")
