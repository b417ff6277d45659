import json
from pathlib import Path

import pytest

from pluriset.validators.validate import validate_path

CASE = {
    "title": "A vote", "topic": "business", "source": "scug", "situation": "A board must decide tonight.",
    "action": "Voting against the merger", "acceptable": "Care for employees", "unacceptable": "Duty to owners",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, None),
        ({"action": "To vote"}, "action_style"),
        ({"action": "Voting " + "again and " * 5}, "action_style"),
        ({"acceptable": "Care"}, "rationale_length"),
        ({"unacceptable": " care for  Employees"}, "two_rationales"),
        ({"id": "2-theirs", "source": "theirs"}, "known_source"),
        ({"id": "2-ama"}, "source_in_id"),
    ],
)
def test_rules(tmp_path: Path, changes: dict[str, str], rule: str | None) -> None:
    rows = [{"id": f"{n}-scug", **CASE, **(changes if n == 2 else {})} for n in range(4)]
    path = tmp_path / "CLASH.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = {f.check for f in validate_path(path, as_="clash").findings if f.count and f.check.startswith("clash.")}
    assert found == ({f"clash.{rule}"} if rule else set())


def test_other_sources_in_the_shape_of_clash_are_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "CLASH.jsonl"
    path.write_text("".join(json.dumps({"id": f"{n}", **CASE, "source": "ours"}) + "\n" for n in range(4)))
    found = {f.check for f in validate_path(path, as_="clash").findings if f.count and f.check.startswith("clash.")}
    assert found == set()
