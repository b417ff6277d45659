import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import pluriset
from pluriset.builders.storage import recipe_file
from pluriset.schemas.errors import RecipeError
from pluriset.schemas.panel import Draw, apportioned, systematic
from pluriset.tests.builders.making import made

MARGINALS = {
    "country": {"Mexico": 0.5, "Kenya": 0.3, "Japan": 0.2},
    "age_band": {"18-24": 0.25, "25-34": 0.25, "65+": 0.5},
    "education": {"school": 0.6, "university": 0.4},
}
STUDENTS = {"age_band": "18-24", "education": ["university"]}


def counts(draw: Draw, attribute: str, seed: int = 1) -> dict[str, int]:
    return dict(Counter(getattr(person, attribute) for person in draw.drawn(seed).values()))


def test_marginals_are_met_without_impossible_combinations_and_ids_can_be_read() -> None:
    draw = Draw(teacher="main", n=24, marginals=MARGINALS, impossible=[STUDENTS])
    people = draw.drawn(1)
    assert not [p for p in people.values() if p.age_band == "18-24" and p.education == "university"]
    assert counts(draw, "country") == {"Mexico": 12, "Kenya": 7, "Japan": 5}
    assert counts(draw, "age_band") == {"18-24": 6, "25-34": 6, "65+": 12}
    assert counts(draw, "education") == {"school": 14, "university": 10}
    assert "mexico-18-24-school" in people and len(people) == 24
    assert draw.drawn(1) == people != draw.drawn(2)
    assert draw.targets == MARGINALS


def test_raking_starts_from_the_joint_distribution_and_keeps_its_dependence() -> None:
    joint = [
        {"country": country, "language": language, "share": share}
        for country, language, share in (("Kenya", "sw", 0.4), ("Kenya", "en", 0.1), ("Japan", "ja", 0.5))
    ]
    assert counts(Draw(teacher="main", n=10, joint=joint), "language") == {"sw": 4, "en": 1, "ja": 5}
    raked = Draw(teacher="main", n=20, joint=joint, marginals={"country": {"Kenya": 0.25, "Japan": 0.75}})
    assert counts(raked, "language") == {"sw": 4, "en": 1, "ja": 15}
    assert raked.targets["language"] == pytest.approx({"sw": 0.2, "en": 0.05, "ja": 0.75})


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), min_size=2),
    st.dictionaries(st.sampled_from("uvwxyz"), st.integers(1, 9), min_size=2),
    st.integers(1, 60),
    st.integers(0, 99),
)
def test_every_value_is_drawn_within_one_persona_of_its_share(
    one: dict[str, int], other: dict[str, int], n: int, seed: int
) -> None:
    marginals = {
        name: {value: weight / sum(given.values()) for value, weight in given.items()}
        for name, given in (("gender", one), ("religion", other))
    }
    draw = Draw(teacher="main", n=n, marginals=marginals)
    for name, shares in marginals.items():
        drawn = counts(draw, name, seed)
        assert sum(drawn.values()) == n and all(abs(drawn.get(v, 0) - s * n) < 1 for v, s in shares.items())


def test_a_systematic_sample_has_every_cell_as_often_as_its_share_says() -> None:
    cells: dict[tuple[str, ...], float] = {("a",): 0.5, ("b",): 0.3, ("c",): 0.2}
    drawn = Counter(cell for (cell,) in systematic(cells, 10, random.Random(3)))
    assert all(abs(drawn[name] - 10 * share) < 1 for (name,), share in cells.items())
    assert apportioned({"x": 1 / 3, "y": 2 / 3}, 4) == {"x": 1, "y": 3}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"marginals": {"country": {"Mexico": 0.6, "Kenya": 0.5}}}, "marginals.country: the shares are 1.1 together"),
        ({"quotas": {"gender": {"woman": 3, "man": 3}}}, "quotas.gender: the quotas are 6 together"),
        ({"marginals": {"wealth": {"rich": 1}}}, "no attribute 'wealth'"),
        ({"marginals": MARGINALS, "impossible": [{"country": "Japan"}]}, "marginals.country: no possible combination"),
        (
            {"marginals": {"age_band": {"0-17": 0.5, "18+": 0.5}, "education": {"none": 0.2, "university": 0.8}},
             "impossible": [{"age_band": "0-17", "education": "university"}]},
            "its shares contradict the others",
        ),
        ({"joint": [{"country": "Kenya", "share": 0.5}]}, "joint: the shares are 0.5 together"),
        (
            {"joint": [{"country": "Kenya", "share": 1}], "marginals": {"country": {"Japan": 1}}},
            "marginals.country: no possible combination has 'Japan'",
        ),
        ({"marginals": MARGINALS, "impossible": [{"gender": "x"}]}, r"impossible\[0\]: no persona has 'gender'"),
        ({}, "is needed"),
    ],
)  # fmt: skip
def test_shares_that_cannot_be_drawn_are_one_error_that_names_the_attribute(options: Any, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem) as error:
        Draw(teacher="main", n=10, **options)
    assert error.value.error_count() == 1


def test_quotas_are_met_exactly() -> None:
    quotas = {"gender": {"woman": 7, "man": 2, "other": 1}, "age_band": {"young": 9, "old": 1}}
    draw = Draw(teacher="main", n=10, quotas=quotas, impossible=[{"gender": "other", "age_band": "old"}])
    for seed in range(20):
        assert counts(draw, "gender", seed) == quotas["gender"] and counts(draw, "age_band", seed) == quotas["age_band"]


def test_a_recipe_draws_its_panel_and_aims_for_its_shares(tmp_path: Path) -> None:
    (tmp_path / "survey.jsonl").write_text('{"question": "Tea?", "options": ["yes", "no"]}\n')
    (tmp_path / "answers.jsonl").write_text('{"answer": {"answer": "A"}}\n')
    said: dict[str, Any] = {
        "name": "panel",
        "license": "cc-by-4.0",
        "source": {"file": {"path": "survey.jsonl", "text": "question", "fields": {"options": "options"}}},
        "teachers": {"main": {"scripted": {"path": "answers.jsonl"}}},
        "annotators": {"people": {"draw": {"teacher": "main", "n": 6, "marginals": MARGINALS}}},
        "roles": {"answer": "people"},
        "family": "opinions",
    }
    (path := tmp_path / "recipe.yaml").write_text(json.dumps(said))
    recipe = pluriset.recipe(path)
    assert recipe.target == MARGINALS
    again = recipe_file.parse(recipe_file.dump(recipe).encode(), "recipe.yaml", tmp_path)
    assert again.annotators == recipe.annotators and again.answerers("answer") == recipe.answerers("answer")
    made(recipe, tmp_path / "run")
    annotators = pl.read_parquet(tmp_path / "run" / "data" / "annotators")
    assert annotators.height == 6 and annotators["country"].value_counts(sort=True)["count"].to_list() == [3, 2, 1]
    said["annotators"]["people"]["draw"]["marginals"] = {"country": {"Mexico": 0.5}}
    path.write_text(json.dumps(said))
    with pytest.raises(RecipeError, match=r"annotators.people.draw"):
        pluriset.recipe(path)
    said["annotators"]["people"] = [{"teacher": "other"}]
    path.write_text(json.dumps(said))
    with pytest.raises(RecipeError, match="no teacher is named 'other'"):
        pluriset.recipe(path)
