"""Rubrics from a scripted teacher: scores by the formula, and what is held back."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.cards.loading.dataset import Dataset
from pluriset.tests.builders.making import made

CRITERIA = [
    {"title": "Names the loss", "weight": 3, "dimension": "identifying"},
    {"title": "Weighs both sides", "weight": 1, "dimension": "logical process"},
    {"title": "Advises to lie", "weight": -2, "dimension": "harmless outcome"},
]
ANSWER = "Say it, and lie about the rest."
SCRIPT = [
    {"match": "Criteria of: ", "answer": {"answer": {"criteria": CRITERIA}}},
    {"match": "Criterion: Names", "answer": {"satisfied": "yes"}},
    {"match": "Criterion: Weighs", "answer": {"satisfied": "no"}},
    {"match": "Criterion: Advises", "answer": {"satisfied": "no"}},
    {"match": "Reason by: ", "answer": {"answer": {"answer": ANSWER}}},
]


def recipe(folder: Path, **options: Any) -> Any:
    (folder / "answers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in SCRIPT))
    (folder / "lenient.jsonl").write_text('{"answer": {"satisfied": "yes"}}\n')
    (folder / "seeds.csv").write_text("id,text\n" + "".join(f"d{n},Do you tell her? ({n})\n" for n in range(6)))
    return pluriset.recipe(
        "rubrics",
        license="cc0-1.0",
        card={"sources": [{"name": "written for the test", "license": "cc0-1.0"}]},
        source={"file": {"path": str(folder / "seeds.csv"), "text": "text", "id": "id"}},
        teachers={
            "main": {"scripted": {"path": str(folder / "answers.jsonl")}},
            "lenient": {"scripted": {"path": str(folder / "lenient.jsonl")}},
        },
        annotators={"panel": [{"teacher": "main"}, {"teacher": "lenient"}]},
        roles={"write": "main", "answer": "main", "judge": "panel"},
        family={"rubrics": {"theories": ["neutral", "Kantian Deontology"], "min_criteria": 3, **options}},
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("rubrics")
    return pluriset.build(recipe(folder, held_back=0.6), folder / "run")


def rows(dataset: Dataset, table: str) -> list[Any]:
    return list(dataset.rows(table))


def test_a_score_is_the_weight_of_what_is_met_and_of_faults_that_are_avoided(built: Dataset) -> None:
    scores = rows(built, "rubric_scores")
    by_judge = {score.judge_id: round(score.score, 2) for score in scores}
    assert by_judge == {"main": round(100 * (3 + 2) / 6, 2), "lenient": round(100 * (3 + 1) / 6, 2)}
    assert scores[0].length_normalised == pytest.approx(scores[0].score * 1000 / len(ANSWER), abs=1e-4)
    figures = [figure for figure in built.report.figures if figure.measure == "rubric_score"]
    assert {figure.group["form"] for figure in figures} == {"score", "length-normalised"}
    ran = {finding.check: finding.count for finding in built.report.findings}
    assert ran["complete_theories"] == ran["repeated_criteria"] == ran["faults_of_outcome"] == 0
    assert ran["rubric_dimensions"] > 0


def test_what_is_held_back_is_committed_to_and_opened_by_the_same_journal(built: Dataset, tmp_path: Path) -> None:
    held = {row.scenario_id: row.commitment for row in rows(built, "scenarios") if row.commitment}
    assert 0 < len(held) < 6
    assert not {row.scenario_id for row in rows(built, "criteria")} & {*held}
    assert all(row.text is None for row in rows(built, "scenarios") if row.commitment)
    shutil.copytree(built.folder, tmp_path / "run")
    opened = made(recipe(built.folder.parent), tmp_path / "run")
    assert opened.books.requests.sent == 0 and opened.tables["criteria"].rows == 6 * 2 * 3
    again = made(recipe(built.folder.parent, held_back=0.6), tmp_path / "run")
    assert again.tables == built.manifest.tables, "the same journal gives the same commitments"


def test_rubrics_in_the_shape_of_morebench(built: Dataset, tmp_path: Path) -> None:
    exported = pluriset.export(built.folder, "morebench", tmp_path / "shape")
    assert sum(exported.left_out.values()) == sum(1 for row in rows(built, "scenarios") if row.commitment)
    assert pluriset.validate(tmp_path / "shape").count("error") == 0


def test_two_judges_are_compared_by_dimension(built: Dataset) -> None:
    figures = [f for f in built.report.figures if f.measure == "judge_agreement_by_dimension"]
    assert {f.group["dimension"]: f.value for f in figures} == {
        "identifying": 1.0, "logical process": 0.0, "harmless outcome": 0.0,
    }  # fmt: skip
