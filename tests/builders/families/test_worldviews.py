import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pluriset
from pluriset.builders.families._worldviews_references import SENTENCE_END
from pluriset.builders.families.worldviews import Worldviews
from pluriset.schemas.component import load
from pluriset.schemas.errors import RecipeError
from pluriset.tests.builders.making import made

QUESTIONS = [
    {"id": "q1", "text": "Who should care for the old?", "domain": "family", "culture": "Japanese"},
    {"id": "q2", "text": "What is owed to guests?", "domain": "ethics", "culture": "Martian"},
]
NO, YES = "It depends on the people.", "In Japan children do. In Sweden the state does."
CULTURES = {"East Asian": ["Japanese"], "Nordic": ["Swedish"], "Pacific": []}


def found(*references: tuple[str, str, str]) -> dict[str, Any]:
    names = ("culture", "sentiment", "quotation")
    return {"references": [dict(zip(names, each, strict=True)) for each in references]}


JAPAN, SWEDEN = ("East Asian", "positive", "In Japan children do."), ("Nordic", "neutral", "In Sweden the state does.")
FIRST = [
    {"match": f"Answer: {NO}", "answer": found()},
    {"match": f"Answer: {YES}", "answer": found(JAPAN, SWEDEN, JAPAN)},
    {"match": "open: ", "answer": {"open": "yes", "cultural": "abstain", "neutral": "yes"}},
    {"match": "Nordic: ", "answer": {"answer": {"text": YES}}},
    {"answer": {"answer": {"text": NO}}},
]
SECOND = [{"match": f"Answer: {YES}", "answer": found(JAPAN)}, {"answer": found()}]


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    for name, lines in (("questions", QUESTIONS), ("first", FIRST), ("second", SECOND)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    fields = {"domain": "domain", "culture": "culture"}
    source = {"path": "questions.jsonl", "text": "text", "id": "id", "fields": fields}
    said = {
        "name": "worldviews",
        "license": "cc-by-4.0",
        "source": {"file": source},
        "teachers": {name: {"scripted": {"path": f"{name}.jsonl"}} for name in ("first", "second")},
        "annotators": {"extractors": [{"teacher": "first"}, {"teacher": "second"}]},
        "roles": {"answer": "first", "review": "first", "extract": "extractors"},
        "card": {"sources": [{"name": "Written for the test", "license": "cc-by-4.0"}]},
        "family": {"worldviews": {"cultures": CULTURES, "voices": ["East Asian", "Nordic"]}},
    }
    (path := tmp_path / "recipe.yaml").write_text(json.dumps(said))
    return path


def test_a_synthesis_rests_on_its_voices_and_every_reference_quotes_its_answer(recipe: Path, tmp_path: Path) -> None:
    dataset = pluriset.build(pluriset.recipe(recipe), tmp_path / "run")
    answers = {row.answer_id: row for row in dataset.rows("answers")}
    assert len(answers) == 2 * (2 + 3) and {row.culture for row in dataset.rows("questions")} == {"East Asian", None}
    synthesis = answers["q1/first/multi_agent"]
    assert [ref.key for ref in synthesis.basis] == [f"q1/first/multi_agent/{c}/1" for c in ("East Asian", "Nordic")]
    references = [*dataset.rows("references")]
    assert {row.answer_id for row in references} == {"q1/first/multi_agent", "q2/first/multi_agent"}
    assert all(row.quotation in answers[row.answer_id].text for row in references) and len(references) == 6
    [repeated] = {row["reason"] for row in pluriset.show(tmp_path / "run", table="rejects", n=None)}
    assert repeated == "duplicate in listing"
    assert dataset.report.count("error") == 0
    figures = {(f.measure, *f.group.values()): f.value for f in dataset.report.figures}
    entropy = {key[1:4]: value for key, value in figures.items() if key[0] == "perspective_entropy"}
    assert entropy["multi_agent", "first", "first"] == pytest.approx(63.0930)
    assert entropy["baseline", "first", "first"] is None and entropy["multi_agent", "first", "second"] == 0
    assert figures["answers_without_references", "baseline", "first", "first"] == 1
    assert figures["cohen_kappa", "mentions East Asian", "first, second", "none"] == 1
    assert figures["sentiment_by_culture", "Nordic", "neutral"] == 1
    story = pluriset.why(tmp_path / "run", "answers", synthesis.answer_id)
    assert {row.key for row in story.rests_on} >= {ref.key for ref in synthesis.basis}
    assert pluriset.replay(tmp_path / "run", "answers", synthesis.answer_id).differs == []
    pluriset.publish(tmp_path / "run", tmp_path / "published")
    assert len([*pluriset.load(tmp_path / "published").rows("references")]) == 6


def test_a_second_build_makes_no_call_and_later_voices_rest_on_earlier_ones(recipe: Path, tmp_path: Path) -> None:
    said = json.loads(recipe.read_text())
    said["family"]["worldviews"]["rounds"] = 2
    recipe.write_text(json.dumps(said))
    first, second = (made(recipe, tmp_path / "run") for _ in range(2))
    assert second.books.requests.sent == 0 and first.tables == second.tables
    rows = pl.read_parquet(tmp_path / "run" / "data" / "answers")
    later = rows.filter(pl.col("round") == 2, pl.col("agent_role") == "voice")
    assert later.height == 4 and all(
        {ref["key"] for ref in basis} == {f"{key}/first/multi_agent/{c}/1" for c in ("East Asian", "Nordic")}
        for key, basis in later.select("question_id", "basis").iter_rows()
    )


def test_sentences_of_many_scripts_are_parts_of_the_text() -> None:
    text = "One. Two? 三。四！ هل؟ نعم"
    sentences = [part for part in SENTENCE_END.split(text) if part]
    assert sentences == ["One.", "Two?", "三。", "四！", "هل؟", "نعم"] and all(part in text for part in sentences)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"voices": ["Atlantean"]}, "none of the cultures"),
        ({"cultures": {"Nordic": ["nordic"]}}, "stands for two"),
        ({"voice_prompt": "Speak."}, "is missing"),
    ],
)
def test_unclear_cultures_are_an_error_of_the_recipe(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(RecipeError, match=problem):
        load("pluriset.builders.families", {"worldviews": options}, path="family")
    assert Worldviews().cultures
