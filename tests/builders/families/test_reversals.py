from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import pluriset
from pluriset.tests.builders.families.finished import errors, figures, finished, rows, tables

SEEDS = [{"id": f"p{n}", "text": f"Question {n:02}?"} for n in range(8)]
SHORT, LONG = "Yes, do it.", "First look around, then think, and only then go ahead."
CRITERIA = [{"criterion": "Is short.", "category": "form"}, {"criterion": "Explains each step.", "category": "detail"}]
SCRIPT: list[tuple[str | None, Any]] = [
    ("Criterion: Is short.\nresponse:", {"answer": {"text": SHORT}}),
    ("Criterion: Explains each step.\nresponse:", {"answer": {"text": LONG}}),
    ("Criterion: Is short.\nscenario:", {"answer": {"text": "A lift closes."}}),
    ("scenario:", {"answer": {"declined": "I know nobody like that."}}),
    ("person 1 of 1:", {"answer": {"text": "Somebody in a hurry."}}),
    *((f"Question {n:02}?\nCriterion: Explains", {"better": "tie"}) for n in (0, 1)),
    (f"Criterion: Is short.\nfirst: {SHORT}", {"better": "first"}),
    (f"Criterion: Explains each step.\nfirst: {LONG}", {"better": "first"}),
    ("Criterion: ", {"better": "second"}),
    (None, {"answer": {"criteria": CRITERIA}}),
]
"""The panel does not confirm that the longer response to the first two questions explains more."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reversals")
    finished(folder, "reversals", SCRIPT, SEEDS, curation=[{"split": {"test": 0.5}}])
    return folder / "run"


def test_confirmed_reversals_make_a_pair_in_each_direction(run: Path) -> None:
    found = rows(run)
    assert errors(run) == {}
    assert {row["prompt_id"]: row["verified"] for row in found["reversals"]} == {f"p{n}": n > 1 for n in range(8)}
    assert len(found["pairs"]) == 12
    assert {(p["pair_id"], p["preferred"]) for p in found["pairs"] if p["prompt_id"] == "p2"} == {
        ("p2/x", "first"), ("p2/y", "second"),
    }  # fmt: skip
    assert figures(run, "reversal_pass_rate")["both",] == 0.75


def test_both_pairs_of_a_reversal_are_in_one_split(run: Path) -> None:
    splits: dict[str, set[str]] = {}
    for pair in rows(run)["pairs"]:
        splits.setdefault(pair["prompt_id"], set()).add(pair["split"])
    assert all(len(each) == 1 for each in splits.values()) and len(set().union(*splits.values())) == 2


def test_verdicts_are_stored_in_terms_of_the_pair_whatever_order_was_shown(run: Path) -> None:
    verdicts = [row for row in rows(run)["annotations"] if row["item_id"] == "p2/x" or row["item_id"].endswith("5/x")]
    assert {row["label"] for row in verdicts} == {"first"}
    assert len({tuple(row["options"]) for row in rows(run)["annotations"]}) == 2


def test_each_split_is_exported_to_a_file_of_its_own(run: Path, tmp_path: Path) -> None:
    """A published converter writes the test file under the name of the training file, which is lost."""
    exported = pluriset.export(run, "rpr", tmp_path / "out")
    counts = {path.stem: pq.read_metadata(path).num_rows for path in exported.folder.glob("rpr/*.parquet")}
    assert len(counts) == 2 and sum(counts.values()) == 6
    assert exported.left_out == {"export: annotators do not confirm the reversal": 2}
    row = pq.read_table(next(exported.folder.glob("rpr/*_train.parquet"))).to_pylist()[0]
    assert (row["response_a"], row["criteria_y"], row["scenario_x"]) == (SHORT, "Explains each step.", "A lift closes.")
    assert row["scenario_y"] is None and [row["profile_0"], row["profile_2"]] == ["Somebody in a hurry.", None]


def test_equal_criteria_or_responses_reject_the_seed(tmp_path: Path) -> None:
    same = [{"criterion": "Is short.", "category": "form"}, {"criterion": "is short", "category": "form"}]
    found = tables(tmp_path, "reversals", [(None, {"answer": {"criteria": same}})], SEEDS[:1])
    assert found["pairs"] == [] == found["reversals"]


def test_a_run_is_explained_and_published(run: Path, tmp_path: Path) -> None:
    story = pluriset.why(run, "pairs", "p2/y")
    assert {"criteria", "reversals", "responses"} <= {row.table for row in story.rests_on}
    assert pluriset.publish(run, tmp_path / "published")
