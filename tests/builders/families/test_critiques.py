import json
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.tests.builders.families.finished import errors, figures, finished, rows

GIVEN = [
    {"id": f"p{n}", "text": f"Sum {n:02}?", "responses": ["It is five."], "is_right": n < 2, "answers": ["5"]}
    for n in range(4)
]
SEEDS: list[dict[str, Any]] = [
    *GIVEN,
    {"id": "p9", "text": "Sum 09?", "responses": None, "is_right": None, "answers": None},
]
WRONG = {"point": "is five", "critique": "It is not incorrect to count again.", "verdict": "wrong"}
SCRIPT: list[tuple[str | None, Any]] = [
    ("response:", {"answer": {"text": "It is five."}}),
    ("self-check:", {"verdict": "right"}),
    ("Sum 00?\nResponse: It is five.\ncritique:", {**WRONG, "verdict": "right"}),
    ("critique:", WRONG),
    ("corrected:", {"answer": {"text": "It is six."}}),
    ("Sum 01?", {"improved": "worse"}),
    ("improved:", {"improved": "better"}),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("critiques")
    finished(folder, "critiques", SCRIPT, SEEDS)
    return folder / "run"


def test_a_fault_is_corrected_and_others_say_whether_it_is_better(run: Path) -> None:
    found = rows(run)
    assert errors(run) == {}
    assert {row["critique_id"]: row["corrected_id"] for row in found["critiques"]}["p0/0/main"] is None
    preferred = {pair["prompt_id"]: pair["preferred"] for pair in found["pairs"]}
    assert preferred == {"p1": "first", "p2": "second", "p3": "second", "p9": "second"}
    checked = [row["item_id"] for row in found["annotations"] if row["aspect"] == "self_check"]
    assert checked == ["p9/0"], "only a response that was written here is checked by its writer"


def test_the_verdict_is_a_field_and_not_read_from_the_words_of_a_critique(run: Path) -> None:
    """A published grader takes any critique with the word "incorrect" for a verdict, whatever it says."""
    assert figures(run, "critique_f1") == {("main",): 0.8}


def test_a_run_is_explained_and_published(run: Path, tmp_path: Path) -> None:
    assert {"critiques", "responses"} <= {row.table for row in pluriset.why(run, "pairs", "p2/0/main").rests_on}
    assert pluriset.publish(run, tmp_path / "published")


def test_critiques_are_exported_with_the_label_of_their_source(run: Path, tmp_path: Path) -> None:
    exported = pluriset.export(run, "criticbench", tmp_path / "out")
    [path] = exported.folder.glob("criticbench/*.jsonl")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(row["response_label"], row["verdict"], row["correction"]) for row in rows] == [
        (True, "right", None), (True, "wrong", "It is six."), (False, "wrong", "It is six."),
        (False, "wrong", "It is six."), (None, "wrong", "It is six."),
    ]  # fmt: skip
