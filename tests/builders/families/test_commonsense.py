import json
from pathlib import Path

import pytest

import pluriset
from pluriset.schemas.rows.commonsense import AGREE, MOST_AGREE

RATERS = "abcd"
STATEMENTS = {"s1": "Ice melts.", "s2": "Cats bathe."}
SAID = {
    ("s1", AGREE): "yyyn",
    ("s1", MOST_AGREE): "yyny",
    ("s2", AGREE): "yynn",
    ("s2", MOST_AGREE): "nnyy",
}


def test_scores_of_a_hand_computed_case(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text("".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in STATEMENTS.items()))
    for at, rater in enumerate(RATERS):
        matched = [
            {"match": f"Statement: {STATEMENTS[s]}\nDo you {'agree' if a == AGREE else 'think'}",
             "answer": {"answer": "yes" if said[at] == "y" else "no"}}
            for (s, a), said in SAID.items()
        ]  # fmt: skip
        (tmp_path / f"{rater}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in matched))
    recipe = {
        "name": "commonsense",
        "license": "cc-by-4.0",
        "source": {"file": {"path": "s.jsonl", "text": "text", "id": "id"}},
        "teachers": {rater: {"scripted": {"path": f"{rater}.jsonl"}} for rater in RATERS},
        "annotators": {"people": [{"teacher": rater} for rater in RATERS]},
        "roles": {"rate": "people"},
        "family": "commonsense",
    }
    (tmp_path / "recipe.yaml").write_text(json.dumps(recipe))
    dataset = pluriset.build(pluriset.recipe(tmp_path / "recipe.yaml"), tmp_path / "run")
    statements = {row.statement_id: row for row in dataset.rows("statement_scores")}
    assert (statements["s1"].consensus, statements["s1"].awareness) == (0.5, 0.75)
    assert statements["s1"].commonsensicality == pytest.approx((0.5 * 0.75) ** 0.5, abs=1e-6)
    assert (statements["s2"].consensus, statements["s2"].awareness, statements["s2"].n) == (0, 0.5, 4)
    raters = {row.annotator_id: row for row in dataset.rows("rater_scores")}
    assert [raters[r].consensus for r in RATERS] == [1, 1, 0.5, 0]
    assert [raters[r].awareness for r in RATERS] == [0.5, 0.5, 0.5, 1]
    figures = {(f.measure, *f.group.values()): f.value for f in dataset.report.figures}
    assert figures["commonsensicality", "statements", "awareness"] == 0.625
    assert dataset.report.count("error") == 0
    again = pluriset.build(pluriset.recipe(tmp_path / "recipe.yaml"), tmp_path / "run")
    assert again.manifest.books.requests.sent == 0 and again.manifest.tables == dataset.manifest.tables
