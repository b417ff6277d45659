import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pluriset.schemas.report import Finding
from pluriset.validators.validate import validate_path

TOPICS = ["home", "work", "money", "family", "health"]


def found(folder: Path, rows: Iterable[dict[str, Any]]) -> list[Finding]:
    (folder / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return [f for f in validate_path(folder).findings if f.check == "structure.near_dependencies"]


def variants(n: int = 60) -> list[dict[str, Any]]:
    """Three variants of each scenario, with the topic of the scenario."""
    return [
        {"scenario": f"s{i}", "topic": TOPICS[i % 5], "text": f"A friend in town {i} asks you about matter {v} of {i}"}
        for i in range(n)
        for v in range(3)
    ]


def test_rows_that_break_what_nearly_all_keep_are_shown(tmp_path: Path) -> None:
    rows = variants()
    rows[31]["topic"] = "work"
    [broken] = found(tmp_path, rows)
    assert (broken.count, broken.severity, broken.parts) == (1, "warning", {"scenario -> topic": 1})
    assert broken.examples[0]["_row"] == "32"
    assert broken.examples[0]["problem"] == '"work" where 2 rows of "s10" have "home"'


def test_a_gold_that_contradicts_the_rest_of_its_question_is_shown(tmp_path: Path) -> None:
    rows = [{"question": f"May one do thing {i}?", "wave": w, "gold": "ABC"[i % 3]} for i in range(40) for w in (1, 2)]
    rows[7]["gold"] = "A" if rows[7]["gold"] != "A" else "B"
    assert [f.parts for f in found(tmp_path, rows)] == [{"question -> gold": 1}]


def test_what_people_judge_differently_is_no_broken_rule(tmp_path: Path) -> None:
    rows = [
        {"item_id": f"i{i}", "text": f"Is it fine to do thing {i}?", "annotator_id": f"a{a}", "label": "yes"}
        for i in range(50)
        for a in range(5)
    ]
    for row in rows[::90]:
        row["label"] = "no"
    assert found(tmp_path, rows) == []


def test_a_column_that_hardly_varies_is_determined_by_nothing(tmp_path: Path) -> None:
    rows = variants()
    for at, row in enumerate(rows):
        row["topic"] = "work" if at == 31 else "home"
    assert found(tmp_path, rows) == []


def test_a_design_breaks_no_rule(tmp_path: Path) -> None:
    rows = [{"template": f"t{i}", "age": age, "gender": g} for i in range(40) for age in (20, 40, 60) for g in "fmn"]
    assert found(tmp_path, rows) == []
