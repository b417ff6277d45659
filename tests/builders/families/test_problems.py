"""Problems from a scripted teacher: adaptations keep their slots, and answers come out the same again."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.builders.families.problems import options_of
from pluriset.cards.loading.dataset import Dataset
from pluriset.tests.builders.making import made

MOVED = "A nurse hands out {cups} pills at {price} cents, each of which costs {cost} cents. What is earned?"
SCRIPT = [
    {"match": "the person who acts says I\nProblem: You run a stall", "answer": {"answer": {"text": MOVED}}},
    {"match": "the person who acts says I", "answer": {"answer": {"text": "I earn {hours} of 12 euros."}}},
    {"match": "Domain: ", "answer": {"answer": {"declined": "It is the same problem."}}},
    {"answer": {"option": "A"}},
]


def recipe(folder: Path, **options: Any) -> Any:
    (folder / "answers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in SCRIPT))
    return pluriset.recipe(
        "problems",
        n=2,
        teachers={"main": {"scripted": {"path": str(folder / "answers.jsonl")}}},
        family={"problems": {"domains": ["medicine"], "perspectives": ["first", "third"], **options}},
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("problems")
    return pluriset.build(recipe(folder), folder / "run")


def rows(dataset: Dataset, table: str) -> list[Any]:
    return list(dataset.rows(table))


def test_an_adaptation_that_loses_a_slot_is_rejected(built: Dataset) -> None:
    assert [a.adaptation_id for a in rows(built, "adaptations")] == [
        "p01/original",
        "p01/medicine/first",
        "p02/original",
    ]
    reasons = sorted(row["reason"] for row in pluriset.show(built.folder, table="rejects", n=None))
    assert reasons == ["declined", "declined", "slots changed"]
    ran = {finding.check: finding.count for finding in built.report.findings}
    assert ran["surviving_slots"] == 0 and ran["complete_design"] == 2
    assert ran["identical_choices"] == ran["answers_recompute"] == 0


def test_answers_recompute_and_options_differ(built: Dataset) -> None:
    templates = {row.template_id: row for row in rows(built, "templates")}
    for problem in rows(built, "problems"):
        again = options_of(templates[problem.template_id], {each.slot: each.value for each in problem.values})
        assert {option.text: option.correct for option in again} == {o.text: o.correct for o in problem.options}
        assert sum(option.correct for option in problem.options) == 1 and "{" not in problem.text
    same = [p for p in rows(built, "problems") if p.template_id == "p01" and p.instance == 0]
    assert len(same) == 2 and same[0].options == same[1].options, "adaptations share numbers"
    chosen = {annotation.item_id: annotation for annotation in rows(built, "annotations")}
    assert all(annotation.label == annotation.options[0] for annotation in chosen.values())


def test_fresh_instances_come_out_the_same_again(built: Dataset, tmp_path: Path) -> None:
    shutil.copytree(built.folder, tmp_path / "run")
    again = made(recipe(built.folder.parent), tmp_path / "run")
    assert again.books.requests.sent == 0 and again.tables == built.manifest.tables
    fresh = made(recipe(built.folder.parent, draw=1), tmp_path / "run")
    assert fresh.tables["problems"] != built.manifest.tables["problems"]


def test_a_template_whose_parts_do_not_fit_is_rejected(tmp_path: Path) -> None:
    record: dict[str, Any] = {"text": "You pay {price}.", "element": "e", "answer": "price * n", "wrong": ["price"]}
    record["ranges"] = [{"slot": "price", "low": 1, "high": 9}]
    good = {**record, "text": "You pay {price} now.", "answer": "price * 2"}
    (tmp_path / "seeds.jsonl").write_text("".join(json.dumps(each) + "\n" for each in (record, good)))
    fields = {name: name for name in ("element", "answer", "wrong", "ranges")}
    source = {"file": {"path": str(tmp_path / "seeds.jsonl"), "text": "text", "fields": fields}}
    asked = recipe(tmp_path, domains=[]).model_copy(update={"source": source, "n": None})
    manifest = made(asked, tmp_path / "run")
    assert manifest.books.rejects == {"not a template": 1} and manifest.books.seeds.built == 1
