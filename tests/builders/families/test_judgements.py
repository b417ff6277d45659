import json
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.schemas.errors import RecipeError

QUESTIONS: list[dict[str, Any]] = [
    {"name": "fair", "question": "Is {it} fair?", "labels": ["yes", "no", "depends"]},
    {"name": "harm", "question": "How much harm does it do?", "low": 0, "high": 3},
]


def recipe(folder: Path, *questions: dict[str, Any]) -> Any:
    (folder / "data.jsonl").write_text('{"comment": "It rains."}\n{"comment": "He {lied}."}\n')
    for name, answer in (("a", {"fair": "yes", "harm": 3}), ("b", {"fair": "depends", "harm": "abstain"})):
        (folder / f"{name}.jsonl").write_text(json.dumps({"answer": answer}) + "\n")
    return pluriset.recipe(
        {
            "name": "comments",
            "license": "cc-by-4.0",
            "source": {"file": {"path": str(folder / "data.jsonl"), "text": "comment"}},
            "teachers": {name: {"scripted": {"path": str(folder / f"{name}.jsonl")}} for name in "ab"},
            "annotators": {"panel": [{"teacher": "a"}, {"teacher": "b"}]},
            "roles": {"judge": "panel"},
            "family": {"judgements": {"questions": [*questions] or QUESTIONS}},
        }
    )


def test_texts_of_any_dataset_are_judged_under_declared_aspects(tmp_path: Path) -> None:
    dataset = pluriset.build(recipe(tmp_path), tmp_path / "run")
    assert [row.text for row in dataset.rows("texts")] == ["It rains.", "He {lied}."]
    given = {(row.annotator_id, row.aspect): (row.label, row.score) for row in dataset.rows("annotations")}
    assert given == {
        ("a", "fair"): ("yes", None),
        ("a", "harm"): (None, 3.0),
        ("b", "fair"): ("depends", None),
        ("b", "harm"): ("abstain", None),
    }
    orders = {
        (row.item_id, row.annotator_id): row.options for row in dataset.rows("annotations") if row.aspect == "fair"
    }
    assert all(sorted(order) == ["abstain", "depends", "no", "yes"] for order in orders.values())
    assert len({tuple(order) for order in orders.values()}) > 1
    rules = {(row.aspect, row.rule): row for row in dataset.rows("aggregates")}
    assert rules["fair", "majority"].label is None and rules["harm", "mean"].score == 3.0
    assert dataset.report.count("error") == 0
    replayed = pluriset.replay(tmp_path / "run", "texts", next(iter(dataset.rows("texts"))).text_id)
    assert not replayed.differs


@pytest.mark.parametrize(
    "question",
    [
        {"name": "x", "question": "?", "labels": ["one"]},
        {"name": "x", "question": "?", "labels": ["one", "one"]},
        {"name": "x", "question": "?", "low": 5, "high": 5},
        {"name": "X!", "question": "?"},
        {"name": "x", "question": "?", "labels": ["yes", "no"], "low_label": "never"},
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(tmp_path: Path, question: dict[str, Any]) -> None:
    with pytest.raises(RecipeError):
        pluriset.build(recipe(tmp_path, question), tmp_path / "run")


def test_two_questions_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="own name"):
        pluriset.build(recipe(tmp_path, QUESTIONS[0], QUESTIONS[0]), tmp_path / "run")
