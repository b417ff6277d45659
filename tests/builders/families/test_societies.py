import json
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.schemas.component import load
from pluriset.schemas.errors import RecipeError

AGENTS = {
    "clerk": {"worldview": "I trust records."},
    "joker": {"worldview": "I trust nobody.", "rule": "contrary", "topics": ["food"]},
}
FACTS: list[dict[str, Any]] = [
    {"id": "b", "text": "Bread is baked.", "topic": "food", "truth": True},
    {"id": "s", "text": "Stones are soft.", "topic": "nature", "truth": False},
    {"id": "x", "text": "Nobody can tell.", "topic": "nature"},
]


def write(path: Path, lines: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_agents_claim_what_their_rule_decides_and_hear_each_other(tmp_path: Path) -> None:
    write(tmp_path / "f.jsonl", FACTS)
    answers = {
        "Bread is baked.\njoker said: Bread it is.": "I heard you.",
        "Statement: Bread": "Bread it is.",
        "Statement: Stones": "Stones they are.",
    }
    write(tmp_path / "a.jsonl", [{"match": m, "answer": {"answer": {"text": t}}} for m, t in answers.items()])
    recipe = {
        "name": "societies",
        "license": "cc-by-4.0",
        "source": {
            "file": {"path": "f.jsonl", "text": "text", "id": "id", "fields": {"topic": "topic", "truth": "truth"}}
        },
        "teachers": {"main": {"scripted": {"path": "a.jsonl"}}},
        "family": {"societies": {"agents": AGENTS, "held_out": ["joker"]}},
        "curation": [{"split": {"by": "topic", "test": 0.5}}],
    }
    (tmp_path / "recipe.yaml").write_text(json.dumps(recipe))
    dataset = pluriset.build(pluriset.recipe(tmp_path / "recipe.yaml"), tmp_path / "run")
    claims = {row.claim_id: row for row in dataset.rows("claims")}
    first = {key: (row.verdict, row.truth, row.text) for key, row in claims.items() if row.round == 0}
    assert first == {
        "b/clerk/0": ("true", True, "Bread it is."),
        "b/joker/0": ("false", False, "Bread it is."),
        "s/clerk/0": ("false", True, "Stones they are."),
        "s/joker/0": ("false", True, "Stones they are."),
    }, "the joker is contrary about food alone"
    assert (claims["b/clerk/1"].heard, claims["b/clerk/1"].text) == (["b/joker/0"], "I heard you.")
    assert {row.agent_id: row.held_out for row in dataset.rows("agents")} == {"clerk": False, "joker": True}
    splits = {row["topic"]: row["split"] for row in pluriset.show(tmp_path / "run", table="propositions", n=None)}
    for row in pluriset.show(tmp_path / "run", table="claims", n=None):
        assert row["split"] == splits["food" if row["proposition_id"] == "b" else "nature"]
    assert [row["reason"] for row in pluriset.show(tmp_path / "run", table="rejects", n=None)] == ["no truth"]
    figures = {(f.group["agent"], f.group["topic"]): f.value for f in dataset.report.figures if "agent" in f.group}
    assert figures == {("clerk", "food"): 1, ("clerk", "nature"): 1, ("joker", "food"): 0, ("joker", "nature"): 1}
    assert dataset.report.count("error") == 0
    assert pluriset.replay(tmp_path / "run", "claims", "b/joker/1").differs == []
    again = pluriset.build(pluriset.recipe(tmp_path / "recipe.yaml"), tmp_path / "run")
    assert again.manifest.books.requests.sent == 0 and again.manifest.tables == dataset.manifest.tables


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"held_out": ["nobody"]}, "no agent 'nobody'"),
        ({"agents": {"a": {"worldview": "w", "topics": ["t"]}, "b": {"worldview": "w"}}}, "only a contrary agent"),
    ],
)
def test_options_that_do_not_fit_are_an_error_of_the_recipe(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(RecipeError, match=problem):
        load("pluriset.builders.families", {"societies": options}, path="family")
