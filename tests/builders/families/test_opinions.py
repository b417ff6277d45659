import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.builders.families._opinions_orders import orders
from pluriset.tests.builders.making import made

SURVEY: list[dict[str, Any]] = [
    {"id": "c", "type": "choice", "options": ["tax", "aid", "army"], "shares": {"north": [0.5, 0.5, 0]}},
    {"id": "l", "type": "likert", "options": ["agree", "neither", "disagree"], "shares": {"north": [0, 0, 1]}},
    {"id": "s", "type": "choices", "options": ["tea", "bread"]},
    {"id": "r", "type": "ranking", "options": ["sun", "sea", "sky"]},
    {"id": "b", "type": "budget", "options": ["roads", "schools"]},
    {"id": "n", "type": "scale", "low": 1, "high": 10},
    {"id": "h", "type": "numeric", "low": 0, "high": 80},
    {"id": "t", "type": "text"},
    {"id": "x", "type": "ranking", "options": ["only"]},
    {"id": "y", "type": "mood"},
]
FIRST = [
    {"match": "of all that apply", "answer": {"answers": ["B", "A"]}},
    {"match": "from first to last", "answer": {"answer": "C > A > B"}},
    {"match": "points of each", "answer": {"points": [70, 30]}},
    {"match": "from 1 to 10", "answer": {"answer": "7"}},
    {"match": "from 0 to 80", "answer": {"answer": "99"}},
    {"match": "Answer with one letter", "answer": {"answer": "A"}},
    {"answer": {"answer": {"text": "It depends."}}},
]
STEADY = [
    {"match": "A. aid", "answer": {"answer": "A"}},
    {"match": "B. aid", "answer": {"answer": "B"}},
    {"match": "C. aid", "answer": {"answer": "C"}},
    {"match": "one letter", "answer": {"answer": "abstain"}},
    {"match": "from 0 to 80", "answer": {"answer": "40"}},
    *FIRST,
]


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    survey = [{"question": f"Question {line['id']}?", **line} for line in SURVEY]
    for name, lines in (("survey", survey), ("first", FIRST), ("steady", STEADY)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    fields = {name: name for name in ("type", "options", "low", "high", "shares")}
    said = {
        "name": "opinions",
        "license": "cc-by-4.0",
        "source": {"file": {"path": "survey.jsonl", "text": "question", "id": "id", "fields": fields}},
        "teachers": {name: {"scripted": {"path": f"{name}.jsonl"}} for name in ("first", "steady")},
        "annotators": {"panel": [{"teacher": "first"}, {"teacher": "steady"}]},
        "roles": {"answer": "panel"},
        "family": "opinions",
        "card": {"sources": [{"name": "Written for the test", "license": "cc-by-4.0"}]},
    }
    (path := tmp_path / "recipe.yaml").write_text(json.dumps(said))
    return path


def test_every_type_is_answered_and_a_bias_to_the_first_option_disappears_over_all_orders(
    recipe: Path, tmp_path: Path
) -> None:
    dataset = pluriset.build(pluriset.recipe(recipe), tmp_path / "run")
    assert dataset.report.count("error") == 0
    shares = {(row.question_id, row.annotator_id, row.option): row for row in dataset.rows("response_shares")}
    assert [shares["c", "first", o].listed for o in ("tax", "aid", "army")] == [1, 0, 0]
    assert [shares["c", "first", o].adjusted for o in ("tax", "aid", "army")] == pytest.approx([1 / 3] * 3)
    assert shares["c", "steady", "aid"].adjusted == 1 and ("l", "steady", "agree") not in shares
    responses = {row.response_id: row for row in dataset.rows("responses")}
    assert responses["s/first/0"].selected == ["bread", "tea"] and responses["s/first/1"].selected == ["tea", "bread"]
    assert responses["r/first/1"].options == ["sky", "sea", "sun"]
    assert responses["r/first/1"].selected == ["sun", "sky", "sea"]
    assert {each.option: each.points for each in responses["b/first/1"].budget} == {"roads": 30, "schools": 70}
    reasons = Counter(row["reason"] for row in pluriset.show(tmp_path / "run", table="rejects", n=None))
    assert reasons == {"not a question": 2, "answer does not fit the question": 1}
    figures = {(f.measure, *f.group.values()): f.value for f in dataset.report.figures}
    assert figures["option_position", "answer", "first"] == pytest.approx((2 / 3 * 6 + 2 / 3 * 2) / 8, abs=1e-6)
    assert figures["order_adjustment", "first", "listed"] == pytest.approx(2 / 3, abs=1e-6)
    assert figures["order_adjustment", "first", "adjusted"] == pytest.approx(0, abs=1e-6)
    assert figures["order_reversal", "answer", "steady", "reversed"] == 1
    assert figures["order_reversal", "answer", "first", "every order"] == 0
    assert figures["survey_distance", "steady", "north", "adjusted", "jensen_shannon"] == pytest.approx(
        0.311278**0.5, abs=1e-6
    )
    assert figures["survey_distance", "first", "north", "adjusted", "wasserstein"] == 0.5
    assert pluriset.replay(tmp_path / "run", "responses", "r/first/1").differs == []
    pluriset.publish(tmp_path / "run", tmp_path / "published")
    assert len([*pluriset.load(tmp_path / "published").rows("responses")]) == len(responses)


def test_a_second_build_makes_no_call(recipe: Path, tmp_path: Path) -> None:
    first, second = (made(recipe, tmp_path / "run") for _ in range(2))
    assert second.books.requests.sent == 0 and first.tables == second.tables


def test_all_orders_or_a_sample_in_which_every_option_is_equally_often_in_each_position() -> None:
    assert len(orders(4, 24, "q")) == len({*orders(4, 24, "q")}) == 24 and orders(4, 24, "q")[0] == (0, 1, 2, 3)
    for options in range(4, 9):
        for limit in (options, 2 * options + 1, 23):
            sampled = orders(options, limit, "q")
            assert sampled[0] == tuple(range(options)) and len({*sampled}) == len(sampled) == limit // options * options
            places = Counter((place, option) for order in sampled for place, option in enumerate(order))
            assert {*places.values()} == {len(sampled) // options}
            assert options % 2 or tuple(range(options))[::-1] in sampled
    assert orders(6, 24, "q") == orders(6, 24, "q") != orders(6, 24, "p")
    assert orders(5, 2, "q") == [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0)]
    assert orders(3, 1, "q") == [(0, 1, 2)] and orders(0, 24, "q") == [()]
