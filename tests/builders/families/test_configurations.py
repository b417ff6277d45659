import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import pluriset
from pluriset.builders.families.configurations import Configurations
from pluriset.tests.builders.families.finished import errors, figures, finished, rows

SEEDS = [{"id": f"p{n}", "text": f"Question {n:02}?", "license": "odc-by" if n else None} for n in range(6)]
OPTIONS = {
    "categories": {"medical-advice": "health", "war": "fighting"},
    "configurations": {
        "library": {"text": "Be plain.", "allowed": []},
        "clinic": {"text": "Be a doctor.", "allowed": ["medical-advice"]},
    },
    "styles": ["Directly.", "Not at all."],
}
SCRIPT: list[tuple[str | None, Any]] = [
    ("Response: Take two", {"addressed": "yes", "helpfulness": 5, "categories": ["medical-advice"]}),
    ("labels:", {"addressed": "no", "helpfulness": 1, "categories": []}),
    ("asks for:", {"categories": ["medical-advice"]}),
    ("Directly.", {"answer": {"text": "Take two a day."}}),
    ("Not at all.", {"answer": {"text": "Ask somebody else."}}),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("configurations")
    finished(folder, "configurations", SCRIPT, SEEDS, options=OPTIONS, curation=[{"split": {"test": 0.5}}])
    return folder / "run"


def test_the_better_response_depends_on_the_configuration(run: Path) -> None:
    found = rows(run)
    assert errors(run) == {}
    scores = {row["score_id"]: (row["mode"], row["error"]) for row in found["error_scores"]}
    assert scores["p0/0/clinic"] == ("exact_match", 0.1) and scores["p0/1/clinic"] == ("exact_match", 1.0)
    assert scores["p0/0/library"] == ("safe", 3.0) and scores["p0/1/library"] == ("safe", 1.0)
    assert {(p["objective"], p["preferred"], p["margin"]) for p in found["pairs"]} == {
        ("clinic", "first", 0.9), ("library", "second", 2.0),
    }  # fmt: skip
    assert {row["license"] for row in found["prompts"]} == {None, "odc-by"}


def test_cosa_score_is_negative_where_something_is_not_allowed(run: Path) -> None:
    assert figures(run, "cosa_score") == {("clinic",): 0.6, ("library",): -0.4}


def test_categories_are_exported_as_lists(run: Path, tmp_path: Path) -> None:
    """Joined with `-` as published, a category with a hyphen in its name would become two."""
    exported = pluriset.export(run, "cosa", tmp_path / "out", "jsonl")
    paths = exported.folder.glob("cosalign/*.jsonl")
    pairs = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
    assert len(pairs) == 12 and exported.left_out == {}
    assert {json.loads(pair["spec_j"])[0] for pair in pairs} == {"medical-advice"}
    assert all(pair["chosen_category_error_score"] < pair["rejected_category_error_score"] for pair in pairs)


def test_a_run_is_explained_and_published(run: Path, tmp_path: Path) -> None:
    assert {"error_scores", "responses"} <= {row.table for row in pluriset.why(run, "pairs", "p0/clinic").rests_on}
    assert pluriset.publish(run, tmp_path / "published")


def test_a_configuration_allows_categories_only() -> None:
    with pytest.raises(ValidationError):
        Configurations(configurations={"club": {"text": "Argue.", "allowed": ["politics"]}})
