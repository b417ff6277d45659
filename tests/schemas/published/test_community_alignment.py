import json
from pathlib import Path
from typing import Any

import pytest

from pluriset.validators.validate import validate_path

TURN = {f"first_turn_response_{letter}": f"An answer with {letter}." for letter in "abcd"}
ROW: dict[str, Any] = {
    "annotator_id": "x", "assigned_lang": "en", "first_turn_prompt": "What is fair?", **TURN,
    "first_turn_preferred_response": "response_b",
    **{f"annotator_{attribute}": "" for attribute in ("age", "gender", "country", "political")},
}  # fmt: skip
LATER = {key.replace("first", "second"): value for key, value in ROW.items() if key.startswith("first")}
CASES: list[tuple[dict[str, Any], dict[str, int]]] = [
    (LATER, {}),
    (LATER | {"second_turn_preferred_response": "response_e"}, {"preferred_is_there": 1}),
    (LATER | {"second_turn_response_b": ""}, {"preferred_is_there": 1}),
    (LATER | {"first_turn_preferred_response": None}, {"turns_follow": 1}),
    ({"first_turn_response_c": TURN["first_turn_response_a"]}, {"four_candidates": 1}),
    ({"third_turn_prompt": "And?"}, {"turns_follow": 1}),
]


@pytest.mark.parametrize(("changes", "expected"), CASES)
def test_every_turn_is_looked_at(tmp_path: Path, changes: dict[str, Any], expected: dict[str, int]) -> None:
    rows = [{"conversation_id": str(n), **ROW, **(changes if n == 2 else {})} for n in range(5)]
    path = tmp_path / "conversations.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = validate_path(path, as_="community_alignment")
    found = {f.check.partition(".")[2]: f.count for f in report.findings if f.check.startswith("community_alignment.")}
    assert {rule: count for rule, count in found.items() if count} == expected
    assert not [skipped for skipped in report.skipped if skipped.startswith("community_alignment")]
    (pairs,) = [f.of for f in report.findings if f.check == "identical_responses"]
    assert pairs >= 12
