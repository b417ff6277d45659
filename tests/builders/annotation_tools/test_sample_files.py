"""Exports in the shape of each tool are read answer by answer, also those of projects that we did not make."""

from collections import Counter
from pathlib import Path

import pytest

from pluriset.builders.annotation_tools import AnnotationTool, ToolAnswer
from pluriset.schemas.component import load

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases" / "validate"
cases = pytest.mark.skipif(not CASES.is_dir(), reason=f"the cases are not here: {CASES}")


def read(tool: str, path: Path) -> list[ToolAnswer]:
    made: AnnotationTool = load("pluriset.builders.annotation_tools", tool)
    return [*made.read(path)]


@cases
@pytest.mark.parametrize(
    ("tool", "path", "fields"),
    [
        ("label_studio", "label_studio/project-1-at-2026-02-01.json", {"verdict", "harm"}),
        ("argilla", "argilla/argilla_flat/train.jsonl", {"verdict"}),
        ("argilla", "argilla/argilla_json/records.json", {"verdict"}),
        ("argilla", "argilla/argilla_v1/train.jsonl", {"verdict"}),
        ("potato", "potato/annotation_output", {"verdict"}),
        ("doccano", "doccano", {"label"}),
    ],
)
def test_answers_of_every_person_are_read(tool: str, path: str, fields: set[str]) -> None:
    answers = read(tool, CASES / path)
    counted = [each for each in answers if not each.ignored]
    people = 1 if "argilla_flat" in path else 3  # in that file the others only discarded and drafted
    assert len(counted) > 10 and len({each.person for each in counted}) == people
    assert {name for each in counted for name in each.values} == fields


@cases
def test_drafts_and_discarded_responses_do_not_count() -> None:
    ignored = Counter(each.ignored for each in read("argilla", CASES / "argilla/argilla_flat/train.jsonl"))
    assert ignored["discarded in the tool"] and ignored["draft in the tool"] and ignored[None]


@cases
@pytest.mark.parametrize(("tool", "folder"), [("qualtrics", "qualtrics"), ("google_forms", "google_forms")])
def test_a_survey_that_we_did_not_make_has_no_answers_to_our_tasks(tool: str, folder: str) -> None:
    assert all(each.task in ("", "Q1", "Q2") for each in read(tool, next((CASES / folder).iterdir())))
