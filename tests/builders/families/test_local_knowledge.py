import json
from pathlib import Path

import pytest

import pluriset
from pluriset.schemas.component import load
from pluriset.schemas.errors import RecipeError

REGIONS = {"Mexico": "Spanish", "Kenya": "Swahili", "Japan": "Japanese", "Sweden": "Swedish", "Iran": "Persian"}
FIRST = {"Mexico": "Tamales", "Kenya": "Chai", "Japan": "Rice", "Sweden": "Bread", "Iran": "Bread"}
SECOND = {"Mexico": "tamales.", "Kenya": "chai", "Japan": "Miso", "Sweden": "bread", "Iran": "idk"}


def test_equal_answers_are_grouped_and_distractors_are_answers_of_other_regions(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": "q", "text": "What is breakfast in {region}?"}\n')
    for name, said in (("first", FIRST), ("second", SECOND)):
        lines = [{"match": f"in {region}?", "answer": {"answer": answer}} for region, answer in said.items()]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    recipe = {
        "name": "local",
        "license": "cc-by-4.0",
        "source": {"file": {"path": "q.jsonl", "text": "text", "id": "id"}},
        "teachers": {name: {"scripted": {"path": f"{name}.jsonl"}} for name in ("first", "second")},
        "annotators": {"people": [{"teacher": "first"}, {"teacher": "second"}]},
        "roles": {"answer": "people"},
        "family": {"local_knowledge": {"regions": REGIONS, "wrong_options": 3}},
    }
    (tmp_path / "recipe.yaml").write_text(json.dumps(recipe))
    dataset = pluriset.build(pluriset.recipe(tmp_path / "recipe.yaml"), tmp_path / "run")
    groups = {row.group_id: row for row in dataset.rows("answer_groups")}
    assert groups["q/Mexico/tamales"].count == 2 and groups["q/Mexico/tamales"].answers == ["Tamales", "tamales."]
    assert groups["q/Iran/idk"].unanswered == "idk" and len(groups) == 7
    choices = {row.region: row for row in dataset.rows("choice_questions")}
    assert {*choices} == {"Mexico", "Kenya", "Sweden"}, "an answer of one person alone is not the right one"
    for region, choice in choices.items():
        assert choice.text == f"What is breakfast in {region}?" and len({*choice.options}) == 4
        assert choice.options["ABCD".index(choice.answer)] == FIRST[region]
        assert len(choice.basis) == 4
    hard = [*dataset.rows("choice_statements")]
    assert len(hard) == 12 and sum(row.is_right for row in hard) == 3
    assert dataset.report.count("error") == 0
    exported = pluriset.export(tmp_path / "run", "cultural_bench", tmp_path / "exported")
    assert exported.rows == {"CulturalBench-Easy": {"train": 3}, "CulturalBench-Hard": {"train": 12}}
    story = pluriset.why(tmp_path / "run", "choice_questions", "q/Kenya")
    assert {row.table for row in story.rests_on} >= {"answer_groups"}


def test_more_wrong_options_than_other_regions_are_an_error_of_the_recipe() -> None:
    with pytest.raises(RecipeError, match="wrong_options"):
        load("pluriset.builders.families", {"local_knowledge": {"regions": {"Kenya": "Swahili"}}}, path="family")
