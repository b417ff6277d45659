import pytest

from pluriset.builders.storage import recipe_file, recipe_template
from pluriset.schemas.recipe import Recipe
from pluriset.schemas.yaml_text import load_yaml


def test_template_is_the_shipped_recipe_with_every_key_explained() -> None:
    text = recipe_template.commented("values", "recipe.schema.json")
    recipe = Recipe.model_validate(load_yaml(text.encode(), "recipe.yaml"))
    assert recipe.model_dump() == recipe_file.shipped("values", {}).model_dump()
    explained = {line.lstrip("# ").partition(":")[0] for line in text.splitlines()}
    assert {*Recipe.model_fields} <= explained
    assert max(map(len, text.splitlines())) <= 120


def test_family_without_a_recipe_gets_the_fewest_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe_file, "shipped_names", list)
    keys = load_yaml(recipe_template.commented("values", "recipe.schema.json").encode(), "recipe.yaml")
    required = {name for name, field in Recipe.model_fields.items() if field.is_required()}
    assert {*keys} == required
    assert keys["license"] is None and keys["family"] == {"values": None}, "the license is the user's to choose"
