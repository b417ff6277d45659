import json
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.schemas.component import load
from pluriset.schemas.errors import RecipeError

FARMER = {"name": "a farmer", "viewpoint": "Water belongs to the fields.", "relevance": 5}
LISTED = [
    FARMER,
    {"name": "A Farmer", "viewpoint": "Rain.", "relevance": 4},
    {"name": "a grower", "viewpoint": "Water belongs to the fields.", "relevance": 5},
    {"name": "a fisher", "viewpoint": "Rivers must run free.", "relevance": 4},
]
YES, NO = ({"reasoning": "So it is.", "answer": answer} for answer in ("yes", "no"))


def test_roles_are_chosen_by_relevance_and_distance_and_vote_within_the_role(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": "q", "text": "Should the dam be built?"}\n')
    script: list[dict[str, Any]] = [
        {"match": "Answers: ", "answer": YES, "times": 2},
        {"match": "Answers: ", "answer": NO},
        {"answer": {"answer": {"roles": LISTED}}},
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in script))
    recipe = {
        "name": "roles",
        "license": "cc-by-4.0",
        "source": {"file": {"path": "q.jsonl", "text": "text", "id": "id"}},
        "teachers": {"main": {"scripted": {"path": "a.jsonl"}}},
        "family": {"roles": {"n_roles": 2}},
    }
    (tmp_path / "recipe.yaml").write_text(json.dumps(recipe))
    dataset = pluriset.build(pluriset.recipe(tmp_path / "recipe.yaml"), tmp_path / "run")
    roles = {row.name: row for row in dataset.rows("roles")}
    assert {*roles} == {"a farmer", "a fisher"}, "a grower is as relevant, and says the same as the farmer"
    assert sorted(row.order for row in roles.values()) == [0, 1] and roles["a farmer"].distance is None
    reasons = sorted(row["reason"] for row in pluriset.show(tmp_path / "run", table="rejects", n=None))
    assert reasons == ["duplicate in listing", "not among the chosen roles"]
    answers = [*dataset.rows("role_answers")]
    assert sum(row.n for row in answers) == 6 == len([*dataset.rows("paths")])
    votes = {row.role_id: [p.answer for p in dataset.rows("paths") if p.role_id == row.role_id] for row in answers}
    for row in answers:
        assert row.answer == max("yes", "no", key=votes[row.role_id].count) and len(row.basis) == 3
    assert dataset.report.count("error") == 0
    assert pluriset.replay(tmp_path / "run", "roles", "q/0").differs == []
    again = pluriset.build(pluriset.recipe(tmp_path / "recipe.yaml"), tmp_path / "run")
    assert again.manifest.books.requests.sent == 0 and again.manifest.tables == dataset.manifest.tables


def test_more_roles_than_are_listed_are_an_error_of_the_recipe() -> None:
    with pytest.raises(RecipeError, match="listed"):
        load("pluriset.builders.families", {"roles": {"n_roles": 6}}, path="family")
