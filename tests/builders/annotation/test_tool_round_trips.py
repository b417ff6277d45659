"""Tasks go out to each tool, are filled in there as the tool writes it, and come back as the same annotations."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pluriset.builders.annotation.importing import Imported, import_answers
from pluriset.builders.annotation.tool_tasks import export_tasks, items
from pluriset.schemas.component import names
from pluriset.schemas.errors import DataError
from pluriset.tests.builders.annotation.conftest import Site

Filled = dict[str, dict[str, tuple[str, str, str]]]
"""Person -> task -> relevance, valence and reason."""


def load(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    return json.loads(path.read_text())  # type: ignore[no-any-return]


def put(path: Path, records: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(record) + "\n" for record in records)
    path.write_text(lines if path.suffix == ".jsonl" else json.dumps(records))
    return path


def put_csv(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(rows)
    return path


def read_csv(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [*csv.reader(file)]


def of_csv(out: Path, filled: Filled) -> Path:
    head, *rows = read_csv(out / "tasks.csv")
    at = head.index("annotator")
    lines = [[*row[:at], who, *filled[who][row[0]]] for row in rows for who in filled]
    return put_csv(out / "filled.csv", [head, *lines])


def of_label_studio(out: Path, filled: Filled) -> Path:
    def result(name: str, kind: str, value: Any) -> dict[str, Any]:
        return {"from_name": name, "to_name": "question", "type": kind, "value": value, "origin": "manual"}

    def annotation(who: str, task: str) -> dict[str, Any]:
        relevance, valence, reason = filled[who][task]
        results = [
            result("relevance", "choices", {"choices": [relevance]}),
            result("valence", "choices", {"choices": [valence]}),
            result("reason", "textarea", {"text": [reason]}),
        ]
        return {"completed_by": {"email": who}, "was_cancelled": False, "lead_time": 4.25, "result": results}

    tasks = load(out / "tasks.json")
    assert "<script" not in (out / "config.xml").read_text()
    done = [{**task, "annotations": [annotation(who, task["data"]["task_id"]) for who in filled]} for task in tasks]
    return put(out / "export.json", done)


def of_argilla(out: Path, filled: Filled) -> Path:
    def responses(task: str) -> dict[str, Any]:
        return {
            name: [{"value": filled[who][task][at], "user_id": who, "status": "submitted"} for who in filled]
            for at, name in enumerate(("relevance", "valence", "reason"))
        }

    done = [{**record, "responses": responses(record["id"])} for record in load(out / "records.json")]
    return put(out / "export.json", done)


def of_prodigy(out: Path, filled: Filled) -> Path:
    done = [
        {**task, "accept": [given[0] if field == "relevance" else given[1]], "answer": "accept", "comment": given[2],
         "_annotator_id": who}
        for task in load(out / "tasks.jsonl")
        for who in filled
        for field, given in [(task["meta"]["field"], filled[who][task["meta"]["task_id"]])]
    ]  # fmt: skip
    return put(out / "db.jsonl", done)


def of_potato(out: Path, filled: Filled) -> Path:
    for who in filled:
        done = [
            {
                "id": record["id"],
                "displayed_text": record["text"],
                "label_annotations": {
                    "relevance": {given[0]: "1"},
                    "valence": {given[1]: "2"},
                    "reason": {"text_box": given[2]},
                },
                "behavioral_data": {"time_string": "Time spent: 0d 0h 0m 7s"},
            }
            for record in load(out / "data.jsonl")
            for given in [filled[who][record["id"]]]
        ]
        put(out / "annotation_output" / who / "annotated_instances.jsonl", done)
    return out / "annotation_output"


def of_doccano(out: Path, filled: Filled) -> Path:
    for at, field in enumerate(("relevance", "valence")):
        for who in filled:
            done = [
                {**record, "id": 9000 + number, "label": [filled[who][record["task_id"]][at]],
                 "Comments": [filled[who][record["task_id"]][2]]}
                for number, record in enumerate(load(out / field / "texts.jsonl"))
            ]  # fmt: skip
            put(out / "export" / field / f"{who}.jsonl", done)
    return out / "export"


def of_google_forms(out: Path, filled: Filled) -> Path:
    titles = [row[0] for row in read_csv(out / "questions.csv")[1:]]

    def cell(who: str, title: str) -> str:
        task, _, field = title[1 : title.index("]")].partition(".")
        return filled[who][task][("relevance", "valence", "reason").index(field)]

    rows = [["2026/03/01 10:00:00 AM", who, *(cell(who, title) for title in titles)] for who in filled]
    return put_csv(out / "Responses.csv", [["Timestamp", "Email Address", *titles], *rows])


def of_qualtrics(out: Path, filled: Filled) -> Path:
    survey = (out / "survey.txt").read_text()
    tags = [line[5:-2] for line in survey.splitlines() if line.startswith("[[ID:")]

    def cell(who: str, tag: str) -> str:
        task, _, field = tag.removeprefix("T").partition("_")
        return filled[who][task][("relevance", "valence", "reason").index(field)]

    head = ["StartDate", "Status", "Finished", "ResponseId", *tags]
    ids = [f'{{"ImportId":"{name}"}}' for name in head]
    labels = ["Start Date", "Response Type", "Finished", "Response ID", *("the question\nof it" for _ in tags)]
    preview = ["2026-03-01", "Survey Preview", "False", "R_0", *("yes" for _ in tags)]
    rows = [["2026-03-01", "IP Address", "True", who, *(cell(who, tag) for tag in tags)] for who in filled]
    return put_csv(out / "survey.csv", [head, labels, ids, preview, *rows])


FILLERS: dict[str, Callable[[Path, Filled], Path]] = {
    "argilla": of_argilla,
    "csv": of_csv,
    "doccano": of_doccano,
    "google_forms": of_google_forms,
    "label_studio": of_label_studio,
    "potato": of_potato,
    "prodigy": of_prodigy,
    "qualtrics": of_qualtrics,
}


def filled_in(site: Site, people: list[str]) -> Filled:
    """What each person answers: other labels for each, and reasons with characters that formats care for."""
    relevances, valences = ("yes", "no", "abstain"), ("supports", "opposes", "either", "abstain")
    return {
        who: {
            task: (relevances[(at + n) % 3], valences[(at + 2 * n) % 4], f'{n}, "{at}";\n=<b>ü</b>')
            for at, task in enumerate(items(site.run))
        }
        for n, who in enumerate(people)
    }


def take(site: Site, tool: str, export: Path) -> Imported:
    return import_answers(site.run, tool, export, site.people)


def test_every_tool_is_tested() -> None:
    assert [*FILLERS] == names("pluriset.builders.annotation_tools")


@pytest.mark.parametrize("tool", FILLERS)
def test_what_goes_out_and_is_filled_in_comes_back_as_the_same_annotations(
    site: Site, tool: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert export_tasks(site.run, tool, out).rows == {"tasks": {"all": 6}}
    people = ["ana@example.org", "R_bo"]
    filled = filled_in(site, people)
    export = FILLERS[tool](out, filled)
    done = take(site, tool, export)
    expected = ["a preview"] * 6 if tool == "qualtrics" else []
    assert [each.reason for each in done.rejected] == expected
    assert (done.added, done.changed, done.unchanged) == (12, 0, 0) and done.annotators == {"p-1": 6, "p-2": 6}
    annotations = site.build()("annotations").filter(pl.col("annotator_id") != "main")
    assert len(annotations) == 2 * 2 * 6
    assert sorted(annotations["label"]) == sorted(
        label
        for answers in filled.values()
        for relevance, valence, _ in answers.values()
        for label in (relevance, valence)
    )
    orders = annotations.filter(pl.col("aspect") == "valence")["options"].list.join("/").n_unique()
    assert (orders == 1) is (tool in ("argilla", "doccano", "potato"))
    reasons = {reason for answers in filled.values() for _, _, reason in answers.values()}
    assert set(annotations["rationale"]) == reasons
    people_in_run = [path for path in site.run.rglob("*") if path.is_file() and b"ana@example.org" in path.read_bytes()]
    assert not people_in_run
    again = take(site, tool, export)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 12)
    task = next(iter(filled["R_bo"]))
    filled["R_bo"][task] = ("no", "opposes", "I have changed my mind")
    edited = take(site, tool, FILLERS[tool](out, filled))
    assert (edited.added, edited.changed, edited.unchanged) == (0, 1, 11)
    after = site.build()("annotations").filter(pl.col("annotator_id") != "main")
    assert (
        len(after.join(annotations, on=[*after.columns[:4], "label", "rationale"], how="anti", nulls_equal=True)) == 2
    )


def test_every_answer_is_kept_or_rejected_with_a_reason(site: Site, tmp_path: Path) -> None:
    export_tasks(site.run, "csv", tmp_path / "out")
    first, second, *_ = items(site.run)
    head = ["task_id", "question", "annotator", "relevance", "valence", "reason", "age"]
    rows = [
        [first, "", "ana", "yes", "either", "", "18-34"],
        [first, "", "bo", "perhaps", "either", "", ""],
        [second, "", "bo", "yes", "", "", ""],
        ["ffffffffffff", "", "bo", "yes", "either", "", ""],
        [second, "", "", "yes", "either", "", ""],
        [second, "", "bo", "no", "either", "", "a hundred"],
        [first, "", "cleo", "no", "either", "", ""],
    ]
    done = import_answers(
        site.run, {"csv": {"attributes": {"age_band": "age"}}}, put_csv(tmp_path / "x.csv", [head, *rows]), site.people
    )
    assert [each.reason for each in done.rejected] == [
        "relevance: Please choose one of these.",
        "valence: Please answer this.",
        "no task of this run",
        "nobody is named who answered",
        "attribute age_band: 'a hundred' is none that is asked for",
        "no annotator of the recipe is left for another person",
    ]
    assert done.annotators == {"p-1": 1, "p-2": 1}
    annotators = site.build(without_answers=True)("annotators")
    assert annotators.filter(pl.col("annotator_id") == "p-1")["age_band"].to_list() == ["18-34"]


def test_tasks_come_in_an_order_that_tells_nothing_and_show_no_answers(site: Site, tmp_path: Path) -> None:
    export_tasks(site.run, "label_studio", tmp_path / "out")
    tasks = load(tmp_path / "out" / "tasks.json")
    questions = [task["data"]["question"] for task in tasks]
    assert questions != sorted(questions) and len({*questions}) == 6
    orders = {tuple(one["value"] for one in task["data"]["valence_options"]) for task in tasks}
    assert len(orders) > 1 and all(sorted(order) == ["abstain", "either", "opposes", "supports"] for order in orders)
    with pytest.raises(DataError, match="already there"):
        export_tasks(site.run, "csv", tmp_path / "out")


def test_a_text_of_a_hostile_item_is_no_formula_and_no_markup(tmp_path: Path) -> None:
    site = Site(tmp_path, people=1, situations=0)
    (tmp_path / "seeds.jsonl").write_text(
        json.dumps({"situation": '=cmd()"<script>alert(1)</script> [[Question:MC]]'}) + "\n"
    )
    site.start()
    for tool in ("csv", "qualtrics", "google_forms"):
        export_tasks(site.run, tool, tmp_path / tool)
    cells = [row[1] for row in read_csv(tmp_path / "csv" / "tasks.csv")[1:]]
    assert all(not cell.startswith(("=", "+", "-", "@")) for cell in cells)
    survey = (tmp_path / "qualtrics" / "survey.txt").read_text()
    assert "<script>" not in survey and survey.count("[[Question:MC") == 2 * 3
