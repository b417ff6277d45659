"""Characters from a scripted teacher: eleven types, the answers that follow, and a panel that does not see them."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import pluriset
from pluriset.builders.families.perspectives import Perspectives
from pluriset.cards.loading.dataset import Dataset
from pluriset.schemas.published.clash import Clash
from pluriset.schemas.published_dataset import REJECTS
from pluriset.schemas.rows.perspectives import CHARACTER_TYPES, CharacterType
from pluriset.tests.builders.making import made
from pluriset.validators.readers.run_folder import read
from pluriset.validators.tables.sql import connect

WRITER = [
    {
        "match": "Describe: ",
        "answer": {"answer": {"character": "Character A is a nurse. They value rest. They feel it."}},
    },
    {"match": "Rewrite: ", "answer": {"answer": {"character": "I am old. I value rest. I feel it."}}},
    {"match": "Why: ", "answer": {"answer": {"acceptable": "loyalty to a friend", "unacceptable": "honesty at work"}}},
    {"match": "current: ", "answer": {"current": "yes", "previous": "no", "discomfort": "abstain"}},
    {"answer": {"answer": {"action": "Covering for a friend"}}},
]
OTHER = [{"answer": {"current": "no", "previous": "not stated", "discomfort": "no"}}]
DECIDING = [{"answer": {"current": "ambiguous", "previous": "no", "discomfort": "yes"}}]


def recipe(folder: Path, **changes: Any) -> Any:
    for name, lines in (("main", WRITER), ("other", OTHER), ("deciding", DECIDING)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "seeds.csv").write_text(
        "id,text,act\nd1,Your friend stays in bed and asks you to cover.,\nd2,It is late.,Leave\n"
    )
    source = {"path": str(folder / "seeds.csv"), "text": "text", "id": "id", "fields": {"action": "act"}}
    scripts = ("main", "other", "deciding")
    said = {
        "license": "cc0-1.0",
        "card": {"sources": [{"name": "written for the test", "license": "cc0-1.0"}]},
        "source": {"file": source},
        "teachers": {name: {"scripted": {"path": str(folder / f"{name}.jsonl")}} for name in scripts},
        "annotators": {"panel": [{"teacher": "main"}, {"teacher": "other"}]},
        "roles": {"write": "main", "judge": "panel", "tie_break": "deciding"},
        "family": {"perspectives": {"first_person": True}},
    }
    return pluriset.recipe("perspectives", **{**said, **changes})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("perspectives")
    return pluriset.build(recipe(folder, curation=[]), folder / "run")


def rows(dataset: Dataset, table: str) -> list[Any]:
    return list(dataset.rows(table))


def test_every_case_has_eleven_characters_with_the_answer_of_their_type(built: Dataset) -> None:
    perspectives = rows(built, "perspectives")
    assert len(perspectives) == 2 * 11 * 2 and {p.person for p in perspectives} == {"first", "third"}
    gold = {each.type_id: (each.current, each.previous, each.discomfort) for each in CHARACTER_TYPES}
    assert all((p.current, p.previous, p.discomfort) == gold[p.type_id] for p in perspectives)
    cases = {case.case_id: case for case in rows(built, "cases")}
    assert (cases["d1"].action, cases["d2"].action) == ("Covering for a friend", "Leave")
    assert cases["d2"].digest == "", "an action of the source is not asked for"
    spoken = next(p for p in perspectives if p.person == "first")
    assert [ref.table for ref in spoken.basis] == ["perspectives"]


def test_a_tie_of_the_panel_is_broken_by_one_more_judge(built: Dataset) -> None:
    of = [a for a in rows(built, "annotations") if a.item_id == "d1/shift/yes/third" and a.aspect == "current"]
    assert {a.annotator_id: a.label for a in of} == {"main": "yes", "other": "no", "deciding": "ambiguous"}
    assert not {"type", "shift"} & {word for a in of for word in a.options}


def test_rules_of_style_are_data_and_are_checked(built: Dataset) -> None:
    found = {finding.check: finding for finding in built.report.findings}
    assert found["style_rules"].count == 1, "Leave is no verb in -ing"
    assert {"complete_perspectives", "gold_follows_type", "two_rationales"} <= {*found}
    assert not built.report.count("error")
    assert {figure.group["type"] for figure in built.report.figures if figure.measure == "accuracy_by_type"} == {
        each.type_id for each in CHARACTER_TYPES
    }


def test_a_gate_removes_what_the_reference_answers_right_and_sends_no_request(built: Dataset, tmp_path: Path) -> None:
    shutil.copytree(built.folder, tmp_path / "run")
    options = {"table": "perspectives", "answer": "current", "aspect": "current", "annotator": "main"}
    gated = made(recipe(tmp_path, curation=[{"keep_difficult": options}]), tmp_path / "run")
    assert gated.books.requests.sent == 0
    assert gated.books.rows["perspectives"].removed["keep_difficult"] == 2 * 2 * 4, "four types of eleven say yes"


def test_a_type_left_out_is_a_declared_hole(tmp_path: Path) -> None:
    family = Perspectives(types=("simple/ambiguous",))
    included = [row.type_id for row in family.once() if isinstance(row, CharacterType) and row.included]
    assert included == ["simple/ambiguous"]


def test_the_wide_shape_of_clash_and_back(built: Dataset, tmp_path: Path) -> None:
    exported = pluriset.export(built.folder, "clash", tmp_path / "shape")
    assert exported.rows == {"CLASH": {"test": 2}}
    assert exported.left_out == {"clash: it is in the first person": 22}
    with connect() as connection:
        connection.execute("CREATE SCHEMA ours")
        for table, relation in read(connection, built.folder).items():
            relation.create(f"ours.{table}")
        for statement in Clash().from_tables().statements("theirs"):
            connection.execute(statement)
        chosen = "SELECT perspective_id, text, current FROM ours.perspectives"
        before = connection.sql(f"{chosen} WHERE person = 'third'").fetchall()
        connection.execute(f"DROP SCHEMA ours CASCADE; DROP TABLE {REJECTS}")
        for statement in Clash().to_tables().statements("ours"):
            connection.execute(statement)
        after = connection.sql(chosen).fetchall()
    assert {*before} == {*after} and len(after) == 22


def test_the_answer_of_the_type_is_a_benchmark_beside_the_majority_of_the_panel(built: Dataset) -> None:
    files = (built.folder / "benchmark" / "gold_current").glob("*.parquet")
    targets = Counter(row["target"] for file in files for row in pq.read_table(file).to_pylist())
    assert targets == {"A": 2 * 2 * 4, "B": 2 * 2 * 4, "C": 2 * 2 * 3}


def test_characters_are_written_on_the_dilemmas_of_a_run(tmp_path: Path) -> None:
    script = [
        {"match": "Situation: ", "answer": {"answer": {"dilemma": "Your friend stays in bed. Do you cover?"}}},
        {"match": "first: ", "answer": {"choice": "first"}},
        {"match": "Action: ", "answer": {"answer": {"consequence": "It goes wrong."}}},
        {"answer": {"answer": {"to_do": "Cover for the friend", "not_to_do": "Tell the boss"}}},
    ]
    (tmp_path / "dilemmas.jsonl").write_text("".join(json.dumps(line) + "\n" for line in script))
    (tmp_path / "situations.csv").write_text("id,text\ns1,Covering for a friend\n")
    dilemmas = pluriset.recipe(
        "dilemmas",
        license="cc0-1.0",
        card={"sources": [{"name": "written for the test", "license": "cc0-1.0"}]},
        source={"file": {"path": str(tmp_path / "situations.csv"), "text": "text", "id": "id"}},
        teachers={"main": {"scripted": {"path": str(tmp_path / "dilemmas.jsonl")}}},
        family={"dilemmas": {"topics": []}},
        curation=[],
    )
    pluriset.build(dilemmas, tmp_path / "dilemmas")
    source = {"dataset": {"path": str(tmp_path / "dilemmas"), "table": "dilemmas", "text": "text"}}
    family = {"perspectives": {"types": ["simple/ambiguous"]}}
    manifest = made(recipe(tmp_path, source=source, family=family, curation=[]), tmp_path / "run")
    assert manifest.tables["perspectives"].rows == 1
    [case] = pq.read_table(next((tmp_path / "run/data/cases").iterdir())).to_pylist()
    assert (case["case_id"], case["text"]) == ("s1", "Your friend stays in bed. Do you cover?")
    assert "dilemmas" in case["source"] and "s1" in case["source"]
