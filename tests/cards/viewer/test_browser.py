from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import pluriset
from pluriset.cards.viewer.browser import Browser
from pluriset.schemas.errors import DataError

Browse = Callable[..., Browser]


def keys(page: dict[str, Any]) -> list[str]:
    return [item["key"] for item in page["items"]]


def code(browser: Browser, answer: str) -> str:
    return next(str(one["code"]) for one in browser.index()["answers"] if one["answer"] == answer)


def test_an_item_of_a_run_holds_the_rows_below_it_and_all_judgements(
    browse: Browse, finished: Callable[..., Path]
) -> None:
    browser = browse(finished())
    page = browser.items({"order": "disagreement"})
    assert keys(page) == ["s2", "s0", "s1"] and page["items"][0]["figure"] == 1.0
    shown = browser.item(1)
    [consideration] = shown["now"]["below"]["considerations"]
    assert consideration["row"]["text"] == "Joy" and consideration["key"] == "c0"
    assert {one["annotator_id"]: one["label"] for one in consideration["judgements"]} == {
        "main": "supports", "elder": "opposes",
    }  # fmt: skip
    assert shown["annotators"]["elder"]["country"] == "Kenya"


def test_items_are_filtered_by_split_answer_group_and_text(browse: Browse, foreign: Path) -> None:
    browser = browse(foreign)
    assert keys(browser.items({"order": "disagreement"})) == ["q0", "q2", "q1"]
    assert keys(browser.items({"answer": code(browser, "no")})) == ["q0", "q2"]
    assert keys(browser.items({"attribute": "country", "group": "Kenya", "answer": code(browser, "no")})) == ["q2"]
    assert keys(browser.items({"search": "ALL agree"})) == ["q1"]
    assert keys(browser.items({"low": "0.9", "high": "0.95"})) == ["q2"]
    assert keys(browser.items({"split": "elsewhere"})) == []


def test_the_item_that_divides_two_groups_most_comes_first(browse: Browse, foreign: Path) -> None:
    query = {"attribute": "country", "group": "Kenya", "other": "Peru", "order": "difference"}
    page = browse(foreign).items(query)
    assert [(item["key"], item["figure"]) for item in page["items"]] == [("q0", 1.0), ("q2", 0.5), ("q1", 0.0)]


def test_counts_are_those_of_the_selected_items(browse: Browse, foreign: Path) -> None:
    browser = browse(foreign)
    counts = browser.distributions({"search": "of four"})
    assert counts["total"] == 1
    answers = {one["code"]: one["answer"] for one in browser.index()["answers"]}
    assert {answers[number]: n for number, n in counts["answers"]} == {"yes": 1, "no": 1, "abstain": 1}
    groups = browser.groups({"by": "country"})
    assert {one["group"]: {answers[n]: count for n, count in one["answers"].items()} for one in groups} == {
        "Kenya": {"yes": 5, "no": 1}, "Peru": {"yes": 3, "no": 2, "abstain": 1},
    }  # fmt: skip


def test_scores_of_many_values_are_answers_in_five_bins(browse: Browse, tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    rows = "".join(f"q{n % 3},text {n % 3},p{n},{n}\n" for n in range(101))
    path.write_text(f"item_id,text,annotator_id,score\n{rows}")
    answers = [one["answer"] for one in browse(path).index()["answers"]]
    assert answers == ["0 to 20", "20 to 40", "40 to 60", "60 to 80", "80 to 100"]


def test_failing_rows_of_a_check_select_their_items(browse: Browse, finished: Callable[..., Path]) -> None:
    browser = browse(finished())
    finding = {"check": "few_considerations", "table": "situations"}
    assert browser.failing(finding)["items"] == 3
    assert keys(browser.items({"check": "few_considerations\nsituations"})) == ["s2", "s0", "s1"]
    problem = next(one for one in browser.problems(1) if one["check"] == finding["check"])
    assert problem["key"] == "s0" and "considerations" in problem["problem"]


def test_two_versions_are_compared_item_by_item(
    browse: Browse, finished: Callable[..., Path], tables: dict[str, Any], tmp_path: Path
) -> None:
    old = tmp_path / "old"
    shutil.copytree(finished(), old)
    annotations = tables["annotations"]["train"]
    annotations[0] = annotations[0].model_copy(update={"label": "either"})
    tables["situations"]["train"][1:] = []
    tables["considerations"]["train"][1:] = []
    tables["annotations"]["train"][2:] = []
    new = browse(finished(tables), before=old)
    assert dict(new.distributions({})["changes"]) == {"changed": 1, "same": 1, "removed": 1}
    [gone] = new.items({"change": "removed"})["items"]
    shown = new.item(gone["number"])
    assert gone["title"] == "Telling a joke, 1" and shown["now"] is None and shown["before"]["key"] == "s1"
    labels = [
        {one["label"] for one in new.item(1)[side]["below"]["considerations"][0]["judgements"]}
        for side in ("now", "before")
    ]
    assert labels == [{"either", "opposes"}, {"supports", "opposes"}]


def test_a_row_of_a_run_is_explained_and_one_of_others_is_not(
    browse: Browse, finished: Callable[..., Path], foreign: Path
) -> None:
    run = finished()
    story = browse(run, why=partial(pluriset.why, run)).why({"table": "considerations", "key": "c0"})
    assert [one["key"] for one in story["rests_on"]] and story["licence"] == "cc-by-4.0"
    with pytest.raises(DataError, match="runs alone"):
        browse(foreign).why({"table": "items", "key": "q0"})


@pytest.mark.parametrize(
    "query",
    [{"offset": "-1"}, {"limit": "100000"}, {"answer": "1; DROP TABLE x"}, {"low": "nan"}, {"order": "upwards"},
     {"order": "difference"}],
)  # fmt: skip
def test_a_selection_that_makes_no_sense_is_refused(browse: Browse, foreign: Path, query: dict[str, str]) -> None:
    with pytest.raises(DataError):
        browse(foreign).items(query)


def test_texts_of_the_reader_are_never_sql(browse: Browse, hostile: Path) -> None:
    browser = browse(hostile)
    attack = "'); DROP TABLE shown.item; --"
    assert browser.items({"search": attack})["total"] == 2
    assert browser.items({"attribute": "annotator", "group": attack})["total"] == 0
    assert browser.rows({"name": "hostile", "search": attack})["total"] == 8
    assert browser.items({})["total"] == 4


def test_an_order_by_disagreement_is_offered_where_several_judged(
    browse: Browse, foreign: Path, tmp_path: Path
) -> None:
    assert browse(foreign).index()["has_disagreement"]
    alone = tmp_path / "alone.csv"
    alone.write_text("item_id,text,annotator_id,label\nq0,A,ann,yes\nq1,B,ann,no\n")
    assert not browse(alone).index()["has_disagreement"]


def test_an_item_of_a_run_knows_what_fails_by_its_report(browse: Browse, finished: Callable[..., Path]) -> None:
    folder = finished()
    (folder / "report.json").write_text(pluriset.validate(folder).model_dump_json())
    assert "few_considerations" in {one["check"] for one in browse(folder).problems(1)}
