import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.schemas.difference import Difference

LISTING = {
    "answer": {
        "values": [{"text": "Honesty", "explanation": "Friends count on the truth."}],
        "rights": [{"text": "Right to privacy", "explanation": "What was said in confidence stays there."}],
        "duties": [{"text": "Duty to help", "explanation": "Who can help is asked to."}],
    }
}


Built = Callable[..., Path]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Builds a run of the named situations, judged as told, if it is not there yet. Not to be changed."""

    @cache
    def build(*situations: str, valence: str = "supports", **changes: str) -> Path:
        folder = tmp_path_factory.mktemp("built")
        judged = {"match": "valence: ", "answer": {"relevance": "yes", "valence": valence}}
        _lines(folder / "seeds.jsonl", *({"id": text[:1], "text": text} for text in situations))
        _lines(folder / "script.jsonl", judged, {"answer": LISTING})
        said: dict[str, Any] = {
            "name": "test",
            "license": "cc-by-4.0",
            "source": {"file": {"path": str(folder / "seeds.jsonl"), "text": "text", "id": "id"}},
            "teachers": {"main": {"scripted": {"path": str(folder / "script.jsonl")}}},
            "family": "values",
            **changes,
        }
        return pluriset.build(pluriset.recipe("values", n=None, **said), folder / "run").folder

    return build


def _lines(path: Path, *rows: dict[str, Any]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def counts(found: Difference, table: str) -> tuple[int, int, int, int]:
    change = next(change for change in found.tables if change.table == table)
    return change.added, change.removed, change.changed, change.moved


def test_new_rows_bump_the_minor_version(built: Built) -> None:
    found = pluriset.diff(built("1 lying"), built("1 lying", "2 stealing"))
    assert found.bump == "minor"
    assert counts(found, "situations") == (1, 0, 0, 0) and counts(found, "considerations") == (3, 0, 0, 0)
    assert "situations: 1 row added" in found.reasons and "- situations: 1 row added" in found.changelog


def test_removed_rows_bump_the_major_version(built: Built) -> None:
    found = pluriset.diff(built("1 lying", "2 stealing"), built("1 lying"))
    assert found.bump == "major" and counts(found, "situations") == (0, 1, 0, 0)


def test_changed_judgements_bump_the_patch_version_and_show_as_drift(built: Built) -> None:
    found = pluriset.diff(built("1 lying"), built("1 lying", valence="opposes"))
    assert found.bump == "patch"
    annotations = next(change for change in found.tables if change.table == "annotations")
    assert annotations.changed == 3 and annotations.columns == {"label": 3}
    assert annotations.provenance == 3, "the judgement of relevance is the same, from another answer"
    drift = next(drift for drift in found.drifts if drift.column == "valence")
    assert (drift.distance, drift.before, drift.after) == (1.0, {"supports": 1.0}, {"opposes": 1.0})
    assert found.flips == 3, "another digest or order of options is no flip"
    assert {(flip.aspect, flip.before, flip.after) for flip in found.flip_examples} == {
        ("valence", "supports", "opposes")
    }


def test_a_new_licence_bumps_the_major_version_and_equal_runs_nothing(built: Built) -> None:
    first, other = built("1 lying"), built("1 lying", license="cc0-1.0")
    assert pluriset.diff(first, first).bump == "none"
    assert "licence" in pluriset.diff(first, other).reasons[0]
