import json
from pathlib import Path
from typing import Any

import pytest

from pluriset.validators.validate import validate_path

PERSON = {"survey_only": False, "num_completed_conversations": 1, "study_locale": "uk"}
TALK = {"conversation_type": "unguided", "opening_prompt": "Is it fine?", "conversation_turns": 2}


def said(conversation: str, turn: int, at: int, model: str, score: float, chosen: bool) -> dict[str, Any]:
    interaction = f"{conversation}-{turn}"
    return {
        "utterance_id": f"{interaction}-{at}", "interaction_id": interaction, "conversation_id": conversation,
        "user_id": f"u{conversation}", "turn": turn, "within_turn_id": at, "user_prompt": f"Is it fine, {turn}?",
        "model_response": f"It {model} is, {at}.", "model_name": model, "score": score, "if_chosen": chosen,
    }  # fmt: skip


def talk(conversation: str) -> list[dict[str, Any]]:
    return [
        said(conversation, turn, at, f"m{0 if turn else at}", 50 + at, at == 1) for turn in range(2) for at in range(2)
    ]


@pytest.fixture
def prism(tmp_path: Path) -> Path:
    tables = {
        "survey": [{"user_id": f"u{c}", **PERSON} for c in "ab"],
        "conversations": [{"conversation_id": c, "user_id": f"u{c}", **TALK} for c in "ab"],
        "utterances": [row for c in "ab" for row in talk(c)],
    }
    for name, rows in tables.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def found(folder: Path) -> dict[str, int]:
    report = validate_path(folder)
    assert report.profile is not None and report.profile.name == "prism"
    return {f.check: f.count for f in report.findings if f.count and f.check.startswith("prism.")}


def test_a_sound_one(prism: Path) -> None:
    assert found(prism) == {}


def test_what_a_survey_says_and_what_there_is(prism: Path) -> None:
    lines = (prism / "conversations.jsonl").read_text().splitlines()
    (prism / "conversations.jsonl").write_text(lines[0].replace('"conversation_turns": 2', '"conversation_turns": 3'))
    assert found(prism) == {"prism.as_many_conversations": 1, "prism.as_many_turns": 1}


def test_another_model_goes_on_and_a_better_response_is_left(prism: Path) -> None:
    text = (prism / "utterances.jsonl").read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    rows[3]["model_name"], rows[3]["score"] = "m7", 1
    (prism / "utterances.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert found(prism) == {"prism.chosen_is_best": 1, "prism.models_of_a_turn": 1}


def test_without_conversations(prism: Path) -> None:
    (prism / "conversations.jsonl").unlink()
    assert found(prism) == {}
