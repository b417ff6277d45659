"""What a plan predicts, against what the build then sends."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.tests.builders.making import made

Write = Callable[..., Path]
SITUATIONS = [f"Situation number {i}" for i in range(4)]
EDITS: list[dict[str, Any]] = [
    {"family": {"values": {"judge_prompt": "Judge."}}},
    {"n": 3},
    {"family": {"values": {"list_prompt": "List what is at stake."}}},
    {"annotators": {"panel": [{"teacher": "main"}, {"teacher": "main", "id": "second"}]}, "roles": {"judge": "panel"}},
]


@pytest.mark.parametrize("edit", EDITS, ids=["judge prompt", "n", "list prompt", "panel"])
def test_a_plan_after_an_edit_holds_what_the_build_then_sends(
    edit: dict[str, Any], recipe: Write, tmp_path: Path
) -> None:
    made(recipe(SITUATIONS, curation=[]), out := tmp_path / "run")
    edited = recipe(SITUATIONS, curation=[], **edit)
    plan = pluriset.plan(pluriset.recipe(edited), out)
    requests = made(edited, out).books.requests
    assert plan.asks.least <= requests.sent <= plan.asks.most
    assert plan.answered <= requests.cached, "only what this recipe finds in the journal counts as cached"
    after = pluriset.plan(pluriset.recipe(edited), out)
    assert (after.asks.least, after.asks.most, after.answered) == (0, 0, requests.total)
