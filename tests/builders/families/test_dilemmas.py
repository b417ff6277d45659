"""Dilemmas from a scripted teacher: every stage has rows, and the run reads as any other."""

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

import pluriset
from pluriset.builders.families._dilemmas_vocabulary import Vocabulary
from pluriset.builders.families.dilemmas import Dilemmas
from pluriset.cards.loading.dataset import Dataset
from pluriset.schemas.published.daily_dilemmas import DailyDilemmas
from pluriset.tests.builders.making import made
from pluriset.validators.tables.sql import connect

DATA = Path(__file__).parents[4] / "shared" / "data" / "daily_dilemmas"
STAKES = {
    "direct": [
        {"party": "You", "value": "Honesty", "reason": "You would hide it."},
        {"party": "You", "value": "faith", "reason": "You would doubt yourself."},
    ],
    "indirect": [{"party": "The shop", "value": "fortune", "reason": "It lives on its customers."}],
}
SCRIPT = [
    {"match": "Situation: Refusing", "answer": {"answer": {"declined": "I do not write about this."}}},
    {"match": "Situation: ", "answer": {"answer": {"dilemma": "You got too much change. Do you give it back?"}}},
    {"match": "Topic: ", "answer": {"topic": "money"}},
    {"match": "What happened: You keep", "answer": {"answer": {**STAKES, "direct": STAKES["direct"][:1]}}},
    {"match": "What happened: ", "answer": {"answer": STAKES}},
    {"match": "Action: Keep", "answer": {"answer": {"consequence": "You keep it and sleep badly."}}},
    {"match": "Action: ", "answer": {"answer": {"consequence": "You cannot pay for the bus."}}},
    {"match": "first: ", "answer": {"choice": "first"}},
    {"answer": {"answer": {"to_do": "Give it back", "not_to_do": "Keep the change"}}},
]
VOCABULARY = {"values": ["honesty", "trust"], "synonyms": {"faith": "trust"}}
THEORIES = {"source": "a table", "categories": {"MFT": {"honesty": "Fairness"}, "Maslow": {}}}


def recipe(folder: Path, **changes: Any) -> Any:
    (folder / "answers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in SCRIPT))
    (folder / "seeds.csv").write_text("id,text\n1,Getting too much change\n2,Refusing\n")
    said = {
        "license": "cc0-1.0",
        "card": {"sources": [{"name": "written for the test", "license": "cc0-1.0"}]},
        "source": {"file": {"path": str(folder / "seeds.csv"), "text": "text", "id": "id"}},
        "teachers": {"main": {"scripted": {"path": str(folder / "answers.jsonl")}}},
        "family": {"dilemmas": {"vocabulary": VOCABULARY, "theories": THEORIES}},
    }
    return pluriset.recipe("dilemmas", **{**said, **changes})


def rows(dataset: Dataset, table: str) -> list[Any]:
    return list(dataset.rows(table))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("dilemmas")
    return pluriset.build(recipe(folder), folder / "run")


def test_every_stage_has_rows_and_a_parent(built: Dataset) -> None:
    [dilemma] = rows(built, "dilemmas")
    assert (dilemma.dilemma_id, dilemma.topic) == ("1", "money")
    assert [a.action_id for a in rows(built, "actions")] == ["1/to_do", "1/not_to_do"]
    assert [c.action_id for c in rows(built, "consequences")] == ["1/to_do", "1/not_to_do"]
    assert [(p.party_id, p.name) for p in rows(built, "parties")][:2] == [
        ("1/to_do/0", "You"),
        ("1/to_do/1", "The shop"),
    ]
    stakes = {stake.stake_id: stake for stake in rows(built, "stakes")}
    assert [(r.table, r.key) for r in stakes["1/to_do/1"].basis] == [("actions", "1/to_do"), ("parties", "1/to_do/0")]
    assert {row.table for row in pluriset.why(built.folder, "stakes", "1/to_do/1").rests_on} >= {"parties", "dilemmas"}
    [refused] = pluriset.show(built.folder, table="rejects", n=None)
    assert (refused["key"], refused["reason"]) == ("2", "declined")


def test_values_are_counted_by_the_vocabulary_and_every_merge_is_logged(built: Dataset) -> None:
    counted = {term.value: (term.mentions, term.dilemmas) for term in rows(built, "value_terms")}
    assert counted == {"honesty": (2, 1), "trust": (1, 1)}
    merges = {(m.written, m.value, m.rule) for m in rows(built, "value_merges")}
    assert merges == {
        ("Honesty", "honesty", "spelling"),
        ("faith", "trust", "synonym"),
        ("fortune", None, "not in the vocabulary"),
    }
    mapped = {(m.value, m.theory): m.category for m in rows(built, "theory_mappings")}
    assert mapped[("honesty", "MFT")] == "Fairness" and mapped[("trust", "MFT")] == "unmapped"


def test_the_choice_is_stored_as_an_action_whatever_was_shown_first(built: Dataset) -> None:
    [choice] = rows(built, "annotations")
    assert choice.label == choice.options[0] and {*choice.options} == {"to_do", "not_to_do", "depends", "abstain"}
    ran = {finding.check for finding in built.report.findings}
    assert {"two_actions", "asks_the_reader", "merges_recompute", "same_consequence", "known_values"} <= ran
    assert not built.report.count("error")


def test_a_second_build_makes_no_request_and_the_same_files(built: Dataset, tmp_path: Path) -> None:
    shutil.copytree(built.folder, tmp_path / "run")
    again = made(recipe(built.folder.parent), tmp_path / "run")
    assert again.books.requests.sent == 0 and again.tables == built.manifest.tables


def test_dilemmas_are_exported_and_published(built: Dataset, tmp_path: Path) -> None:
    exported = pluriset.export(built.folder, "daily_dilemmas", tmp_path / "shape")
    assert {config: sum(n.values()) for config, n in exported.rows.items()} == {
        "Dilemmas_with_values_aggregated": 2, "Values": 2, "dilemma": 1, "detail": 2,
    }  # fmt: skip
    assert exported.left_out == {"daily_dilemmas: not in the vocabulary": 2}
    assert pluriset.validate(tmp_path / "shape").count("error") == 0
    judged = pluriset.export(built.folder, "ethics", tmp_path / "ethics", "jsonl")
    assert judged.rows == {"commonsense": {"train": 2}, "deontology": {}}
    assert pluriset.validate(tmp_path / "ethics").count("error") == 0
    pluriset.publish(built.folder, tmp_path / "published")
    assert (tmp_path / "published" / "README.md").exists()


def test_a_vocabulary_is_closed_only_over_given_values() -> None:
    with pytest.raises(ValidationError):
        Vocabulary(closed=True)
    assert Vocabulary().value_of("Self-Respect.") == ("self-respect", "spelling")
    assert Vocabulary(values=("trust",)).value_of("luck") == (None, None)


@pytest.mark.skipif(not DATA.exists(), reason="DailyDilemmas is not beside the checkout")
def test_published_dilemmas_become_our_tables_and_come_back_unchanged() -> None:
    with connect() as connection:
        connection.execute("CREATE SCHEMA theirs")
        connection.execute(
            f"""CREATE TABLE theirs."Dilemmas_with_values_aggregated" AS SELECT * REPLACE (
                CAST(literal(values_aggregated) AS VARCHAR[]) AS values_aggregated), 'test' AS split
            FROM read_csv('{DATA}/dilemma_to_action_to_values_aggregated.csv', header = true)"""
        )
        connection.execute(
            f"""CREATE TABLE theirs."Values" AS SELECT value, WVS, MFT, Virtue, Emotion, Maslow, 'test' AS split
            FROM read_csv('{DATA}/values.csv', header = true)"""
        )
        for statement in DailyDilemmas().to_tables().statements("ours"):
            connection.execute(statement)
        assert connection.sql("FROM _rejects").fetchall() == []
        read = {
            table: connection.sql(f'FROM theirs."{table}"') for table in ("Dilemmas_with_values_aggregated", "Values")
        }
        before = {table: (rows.columns, {*map(repr, rows.fetchall())}) for table, rows in read.items()}
        connection.execute("DROP SCHEMA theirs CASCADE; DROP TABLE _rejects")
        for statement in DailyDilemmas().from_tables().statements("theirs"):
            connection.execute(statement)
        for table, (names, rows) in before.items():
            after = connection.sql(f'SELECT {", ".join(names)} FROM theirs."{table}"').fetchall()
            assert {*map(repr, after)} == rows and len(after) == len(rows)


def test_seeds_of_full_topics_are_rejected_before_their_other_stages(tmp_path: Path) -> None:
    (tmp_path / "many.csv").write_text("id,text\n" + "".join(f"{n},Getting too much change {n}\n" for n in range(6)))
    source = {"file": {"path": str(tmp_path / "many.csv"), "text": "text", "id": "id"}}
    family = {"dilemmas": {"per_topic": 2, "round_size": 2, "topics": ["money", "health"]}}
    manifest = made(recipe(tmp_path, source=source, family=family, curation=[]), tmp_path / "run")
    assert manifest.tables["dilemmas"].rows == 2
    by_role = {(each.role): each.answers for each in manifest.books.spending}
    assert by_role["choose"] == 2, "the panel was asked about two dilemmas alone"
    reasons = [row["reason"] for row in pq.read_table(tmp_path / "run" / "rejects.parquet").to_pylist()]
    assert reasons == ["topic is full"] * 4


def test_annotators_place_values_in_theories(tmp_path: Path) -> None:
    family = {"vocabulary": VOCABULARY, "asked_theories": {"Maslow": ["safety", "self-esteem"]}}
    places = [
        {"match": "Value: honesty", "answer": {"category": "self-esteem"}},
        {"match": "Value: trust", "answer": {"category": "unmapped"}},
    ]
    asked = recipe(tmp_path, family={"dilemmas": family})
    with (tmp_path / "answers.jsonl").open("w") as script:
        script.writelines(json.dumps(line) + "\n" for line in [*places, *SCRIPT])
    made(asked, tmp_path / "run")
    placed = pq.read_table(next((tmp_path / "run/data/theory_mappings").iterdir())).to_pylist()
    assert [(row["value"], row["category"], row["source"]) for row in placed] == [
        ("honesty", "self-esteem", "1 of 1 annotations"),
        ("trust", "unmapped", "1 of 1 annotations"),
    ]
    with pytest.raises(ValueError, match="MFT is declared"):
        Dilemmas.model_validate({"theories": THEORIES, "asked_theories": {"MFT": ["Care"]}})
