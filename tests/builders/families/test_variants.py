import json
from pathlib import Path
from typing import Any

import pluriset
from pluriset.schemas.recipe import Recipe

RATINGS = {"a": {"mild": 10, "severe": 90}, "b": {"mild": 20, "severe": 70}, "c": {"mild": 90, "severe": 80}}
TEXTS = {"mild": "Borrowing a ladder.", "severe": "Taking a ladder away."}


def write(path: Path, lines: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def recipe(folder: Path, **changed: Any) -> Recipe:
    variants = [{"match": f"Level: {level}", "answer": {"answer": {"text": text}}} for level, text in TEXTS.items()]
    write(folder / "t.jsonl", [{"id": "t", "text": "Using a ladder"}])
    write(folder / "w.jsonl", [*variants, {"match": "Features: ", "answer": {"features": ["social", "social"]}}])
    for rater, ratings in RATINGS.items():
        answers = [{"match": TEXTS[level], "answer": {"rating": rating}} for level, rating in ratings.items()]
        write(folder / f"{rater}.jsonl", answers)
    levels = {"mild": "nobody is harmed", "severe": "people are harmed"}
    whole = {
        "name": "variants",
        "license": "cc-by-4.0",
        "source": {"file": {"path": "t.jsonl", "text": "text", "id": "id"}},
        "teachers": {name: {"scripted": {"path": f"{name}.jsonl"}} for name in ("w", *RATINGS)},
        "annotators": {"people": [{"teacher": rater} for rater in RATINGS]},
        "roles": {"write": "w", "describe": "w", "rate": "people"},
        "family": {"variants": {"levels": levels, "features": ["social", "property"]}},
    } | changed
    (folder / "recipe.yaml").write_text(json.dumps(whole))
    return pluriset.recipe(folder / "recipe.yaml")


def test_variants_at_every_level_are_described_and_rated_by_everyone(tmp_path: Path) -> None:
    dataset = pluriset.build(recipe(tmp_path), tmp_path / "run")
    assert {row.level: row.text for row in dataset.rows("variants")} == TEXTS
    assert [(row.variant_id, row.feature) for row in dataset.rows("variant_features")] == [
        ("t/mild", "social"),
        ("t/severe", "social"),
    ]
    ratings = {(row.annotator_id, row.item_id): row.score for row in dataset.rows("annotations")}
    assert ratings == {(r, f"t/{level}"): score for r, scores in RATINGS.items() for level, score in scores.items()}
    [mild, severe] = dataset.rows("variant_scores")
    assert (mild.mean, mild.deviation, mild.low, mild.high) == (40, 43.588989, 0.666667, 0.333333)
    assert (severe.mean, severe.deviation, severe.entropy) == (80, 10, 1.098612)
    figures = {(f.measure, f.group.get("level")): f.value for f in dataset.report.figures}
    assert figures["level_correlation", None] == 1
    assert figures["disagreement_by_level", "0"] == 43.588989
    assert dataset.report.count("error") == 0
    assert pluriset.replay(tmp_path / "run", "variants", "t/mild").differs == []
    again = pluriset.build(recipe(tmp_path), tmp_path / "run")
    assert again.manifest.books.requests.sent == 0 and again.manifest.tables == dataset.manifest.tables


def test_variants_are_selected_first_and_rated_by_a_second_recipe(tmp_path: Path) -> None:
    levels = {"mild": "nobody is harmed", "severe": "people are harmed"}
    select = {"select_to_target": {"table": "variants", "n": 1, "target": {"level": {"severe": 1}}}}
    unrated = {"variants": {"levels": levels, "features": [], "rated": False}}
    written = pluriset.build(recipe(tmp_path, family=unrated, curation=[select]), tmp_path / "written")
    assert [row.level for row in written.rows("variants")] == ["severe"] and not [*written.rows("annotations")]
    source = {"dataset": {"path": "written", "table": "variants", "text": "text", "fields": {"level": "level"}}}
    rated = pluriset.build(
        recipe(tmp_path, family={"variants": {"levels": levels, "features": []}}, source=source), tmp_path / "rated"
    )
    assert [(row.level, row.text) for row in rated.rows("variants")] == [("severe", TEXTS["severe"])]
    assert sorted(row.score for row in rated.rows("annotations")) == [70, 80, 90]
    assert [row.variant_id for row in rated.rows("variant_scores")] == ["t/severe"]
