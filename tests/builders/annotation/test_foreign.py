"""A project of a tool that we did not make becomes a run of its own."""

import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

import pluriset
from pluriset.schemas.errors import DataError, RecipeError

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases" / "validate"


def project(folder: Path) -> tuple[Path, dict[tuple[str, str], tuple[str, int]]]:
    """An export of Label Studio with a label and a rating of two people, one annotation cancelled."""
    given = {(f"Text {i}", who): (["fair", "unfair"][(i + n) % 2], 1 + (i + n) % 4)
             for i in range(3) for n, who in enumerate(("ana", "bo"))}  # fmt: skip

    def annotation(who: str, label: str, rating: int, cancelled: bool = False) -> dict[str, object]:
        results = [
            {"from_name": "verdict", "type": "choices", "value": {"choices": [label]}},
            {"from_name": "harm", "type": "rating", "value": {"rating": rating}},
        ]
        return {"completed_by": {"email": who}, "result": results, "was_cancelled": cancelled}

    tasks = [
        {
            "id": 100 + i,
            "data": {"text": f"Text {i}"},
            "annotations": [
                *(annotation(who, *given[f"Text {i}", who]) for who in ("ana", "bo")),
                *([annotation("cleo", "fair", 1, cancelled=True)] if i == 0 else []),
            ],
        }
        for i in range(3)
    ]
    (folder / "export.json").write_text(json.dumps(tasks))
    return folder / "export.json", given


def test_its_answers_become_annotations_of_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    export, given = project(tmp_path)
    people = tmp_path / "people"
    with pytest.raises(RecipeError, match="licence"):
        pluriset.import_answers("run", export, "label_studio", people=people)
    done = pluriset.import_answers("run", export, "label_studio", license="cc0-1.0", people=people)
    assert (done.added, [each.reason for each in done.rejected]) == (6, ["cancelled in the tool"])
    dataset = pluriset.load("run")
    texts = {row.text_id: row.text for row in dataset.rows("texts")}
    annotations = list(dataset.rows("annotations"))
    assert Counter((row.label, row.score) for row in annotations) == Counter(
        value for label, rating in given.values() for value in ((label, None), (None, float(rating)))
    )
    assert {texts[row.item_id] for row in annotations} == {"Text 0", "Text 1", "Text 2"}
    assert {row.kind for row in dataset.rows("annotators")} == {"human"} and "ana" not in str(
        [*dataset.rows("annotators")]
    )
    again = pluriset.import_answers("run", export, "label_studio", people=people)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 6)


@pytest.mark.slow
@pytest.mark.skipif(not CASES.is_dir(), reason=f"the cases are not here: {CASES}")
@pytest.mark.parametrize(
    ("tool", "path", "kept"),
    [
        ("label_studio", "label_studio/project-1-at-2026-02-01.json", 21),
        ("argilla", "argilla/argilla_json/records.json", 45),
        ("potato", "potato/annotation_output", 30),
    ],
)
def test_exports_of_real_shape_come_in(
    tool: str, path: str, kept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = pluriset.import_answers("run", CASES / path, tool, license="cc0-1.0", people=tmp_path / "people")
    annotations = pl.read_parquet(tmp_path / "run" / "data" / "annotations" / "*.parquet")
    assert done.added == kept and len(annotations) >= kept and annotations["annotator_id"].n_unique() == 3


def test_what_is_no_export_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.json").write_text('[{"id": 1, "data": {"text": "a"}, "annotations": []}]')
    (tmp_path / "y.json").write_text("{]")
    for name in ("x", "y"):
        with pytest.raises(DataError):
            pluriset.import_answers(
                "run", f"{name}.json", "label_studio", license="cc0-1.0", people=tmp_path / "people"
            )
    assert not (tmp_path / "run").exists()
