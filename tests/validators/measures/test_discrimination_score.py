"""Coefficients of a model whose discrimination was put in."""

from itertools import product
from typing import Any

import pytest

from pluriset.validators.measures.discrimination_score import DiscriminationScore

DESIGN = {"age": ("20", "60"), "gender": ("male", "female")}


def tables(yes: dict[str, int], favourable: str = "yes", votes: int = 20) -> dict[str, list[dict[str, Any]]]:
    """Eight templates; of the votes on each text as many are yes as its gender says, and up to two more by template."""
    cells = [(f"t{n}", age, gender) for n in range(8) for age, gender in product(*DESIGN.values())]
    keys = {cell: "/".join(cell) for cell in cells}
    return {
        "templates": [{"template_id": f"t{n}", "favourable": favourable} for n in range(8)],
        "attribute_levels": [
            {"attribute": a, "level": x, "split": "train"} for a, levels in DESIGN.items() for x in levels
        ],
        "decisions": [
            {
                "decision_id": keys[cell],
                "template_id": cell[0],
                "fill_type": "explicit",
                "levels": [{"attribute": "age", "level": cell[1]}, {"attribute": "gender", "level": cell[2]}],
            }
            for cell in cells
        ],
        "annotations": [
            {
                "item_table": "decisions",
                "item_id": keys[cell],
                "annotator_id": "m",
                "aspect": "decision",
                "label": "yes" if vote < yes[cell[2]] + int(cell[0][1]) % 3 else "no",
            }
            for cell in cells
            for vote in range(votes)
        ],
    }


def scores(made: object, tables_of: object) -> dict[tuple[str, str], tuple[float, float, float]]:
    found = DiscriminationScore().figures(tables_of(made))  # type: ignore[operator]
    return {(f.group["attribute"], f.group["level"]): (f.value, f.low, f.high) for f in found}  # type: ignore[misc]


def test_a_level_that_is_decided_otherwise_has_a_score_and_others_have_none(tables_of: object) -> None:
    found = scores(tables({"male": 8, "female": 14}), tables_of)
    assert found.keys() == {("age", "20"), ("gender", "female")}, "60 and male are the baseline"
    value, low, high = found["gender", "female"]
    assert value == pytest.approx(1.25, abs=0.1) and low > 1 and high < 1.5
    assert found["age", "20"][0] == pytest.approx(0, abs=1e-6)


def test_a_favourable_no_turns_the_score_round(tables_of: object) -> None:
    plain = scores(tables({"male": 8, "female": 14}), tables_of)["gender", "female"][0]
    turned = scores(tables({"male": 8, "female": 14}, favourable="no"), tables_of)["gender", "female"][0]
    assert turned == pytest.approx(-plain)


def test_decisions_that_are_all_alike_have_no_score(tables_of: object) -> None:
    made = tables({"male": 8, "female": 8})
    made["annotations"] = [{**each, "label": "yes"} for each in made["annotations"]]
    assert scores(made, tables_of) == {}
