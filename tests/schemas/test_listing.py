from typing import Any

import pytest

import pluriset
from pluriset.schemas.errors import RecipeError
from pluriset.schemas.option_docs import described, paths
from pluriset.schemas.recipe import Recipe


def names(rows: list[dict[str, Any]]) -> list[Any]:
    return [row.get("option", row.get("name")) for row in rows]


def test_every_key_of_a_recipe_is_listed_with_what_it_means() -> None:
    rows = pluriset.components("recipe")
    assert all(row["what"] and row["type"] for row in rows)
    assert {"license", "card.sources[].license", "prices.*.input", "annotators.*[].persona.country"} <= {*names(rows)}
    assert set(Recipe.model_fields) <= {*names(rows)}
    dollars = {"kind": "recipe", "name": "budget.usd", "what": "US dollars; needs the price of every teacher."}
    assert dollars in pluriset.components()


def test_a_name_is_found_wherever_it_is() -> None:
    assert names(pluriset.components("card"))[:2] == ["card", "card.pretty_name"]
    assert names(pluriset.components("recipe", "persona"))[0] == "annotators.*[].persona"
    assert pluriset.components("values") == pluriset.components("families", "values")
    assert "best_of.scorer" in names(pluriset.components("values"))
    assert pluriset.components("split") == pluriset.components("curation", "split")
    twice = pluriset.components("mojibake")
    assert {row["kind"] for row in twice} == {"curation", "checks"} and names(twice) == ["mojibake"] * 2
    assert [row["name"] for row in pluriset.components("language")] == [
        "language",
        "annotators.*[].persona.language",
        "annotators.*.draw.joint[].language",
        "card.language",
    ]


@pytest.mark.parametrize(
    ("asked", "hint"),
    [(("curaton",), "curation"), (("spilt",), "split"), (("recipe", "crad"), "card"), (("curation", "splt"), "split")],
)
def test_an_unknown_name_is_told_with_what_may_be_meant(asked: tuple[str, ...], hint: str) -> None:
    with pytest.raises(RecipeError) as error:
        pluriset.components(*asked)
    assert error.value.hint == f"did you mean {hint!r}?"


def test_a_recipe_has_a_schema_that_describes_every_key() -> None:
    schema = pluriset.schema("recipe")
    parts = [schema, *schema["$defs"].values()]
    assert [key for part in parts for key, said in part["properties"].items() if not said.get("description")] == []
    assert {*schema["properties"]} == {path for path in paths(Recipe) if "." not in path}


def test_types_and_defaults_are_told_in_words() -> None:
    told = {row["option"]: (row["type"], row["default"]) for row in described(Recipe)}
    assert told["license"] == ("str", "required") and told["n"] == ("int | None", "None")
    assert told["card.language"] == ("list[str]", "[]") and told["budget"] == ("keys", "")
