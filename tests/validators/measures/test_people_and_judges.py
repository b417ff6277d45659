from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyConnection

from pluriset.schemas.component import load
from pluriset.schemas.report import Figure
from pluriset.validators import measures
from pluriset.validators.tables.sql import Tables, connect

MEASURES = (
    "human_agreement",
    "human_ceiling",
    "judge_calibration",
    "judge_group_distance",
    "human_annotations_needed",
)


def tables_of(votes: dict[str, dict[str, str]], people: dict[str, str | None], kind: str = "human") -> Tables:
    """Item -> annotator -> label, and person -> country; every other annotator is a judge."""
    connection: DuckDBPyConnection = connect()
    connection.execute("CREATE TABLE annotators (annotator_id VARCHAR, kind VARCHAR, country VARCHAR)")
    connection.execute(
        "CREATE TABLE annotations (item_id VARCHAR, annotator_id VARCHAR, aspect VARCHAR, label VARCHAR)"
    )
    who = sorted({annotator for each in votes.values() for annotator in each})
    rows = [(one, kind if one in people else "model", people.get(one)) for one in who]
    connection.executemany("INSERT INTO annotators VALUES (?, ?, ?)", rows)
    given = [(item, one, "v", label) for item, each in votes.items() for one, label in each.items()]
    connection.executemany("INSERT INTO annotations VALUES (?, ?, ?, ?)", given)
    return {name: connection.table(name) for name in ("annotators", "annotations")}


def figures(measure: str | dict[str, Any], tables: Tables) -> dict[tuple[str, ...], Figure]:
    return {tuple(one.group.values()): one for one in load(measures.__name__, measure).figures(tables)}


PEOPLE = {"a": "Kenya", "b": "Kenya", "c": "Peru", "d": None}
VOTES = {
    "1": {"a": "yes", "b": "yes", "c": "no", "d": "yes", "j": "yes", "k": "no"},
    "2": {"a": "no", "b": "no", "c": "no", "d": "abstain", "j": "yes", "k": "no"},
    "3": {"a": "yes", "b": "no", "j": "yes", "k": "yes"},
    "4": {"a": "yes", "j": "no"},
}


def test_a_judge_is_compared_with_most_people() -> None:
    found = figures("human_agreement", tables_of(VOTES, PEOPLE))
    assert {key: (one.value, one.n) for key, one in found.items()} == {("v", "j"): (0.5, 2), ("v", "k"): (0.5, 2)}
    assert found["v", "j"].low is not None and found["v", "j"].low < 0.5


def test_the_ceiling_compares_each_person_with_the_others() -> None:
    # Item 1: a, b and d meet two others who tie; c meets yes. Item 2: all three agree.
    found = figures("human_ceiling", tables_of(VOTES, PEOPLE))["v",]
    assert (found.value, found.n) == (round(6 / 7, 6), 7)


def test_distance_of_a_judge_from_each_group() -> None:
    found = figures("judge_group_distance", tables_of(VOTES, PEOPLE))
    assert {key[2:]: (one.value, one.n) for key, one in found.items()} == {
        ("j", "Kenya"): ((0 + 1 + 0.5 + 1) / 4, 4),
        ("j", "Peru"): (1.0, 2),
        ("k", "Kenya"): ((1 + 0 + 0.5) / 3, 3),
        ("k", "Peru"): (0.0, 2),
    }


def test_calibration_compares_shares_of_judges_and_people() -> None:
    perfect = {str(i): {"a": "yes", "b": "no", "j": "yes", "k": "no"} for i in range(4)}
    assert figures("judge_calibration", tables_of(perfect, PEOPLE))["v",].value == 0
    certain = {str(i): {"a": "yes", "b": "no", "j": "yes", "k": "yes"} for i in range(4)}
    found = figures("judge_calibration", tables_of(certain, PEOPLE))["v",]
    assert (found.value, found.n) == (0.5, 4)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_the_planned_number_of_annotations_reaches_the_margin(share: float) -> None:
    draw = np.random.default_rng(7)

    def votes(items: int) -> dict[str, dict[str, str]]:
        return {str(i): {one: "yes" if draw.random() < share else "no" for one in "abc"} for i in range(items)}

    measure = {"human_annotations_needed": {"margin": 0.04}}
    planned = figures(measure, tables_of(votes(60), dict.fromkeys("abc")))
    more = planned["v", "needed for 0.04"].value
    assert more and more % 3 == 0
    reached = figures(measure, tables_of(votes(60 + int(more / 3)), dict.fromkeys("abc")))
    assert reached["v", "margin now"].value == pytest.approx(0.04, rel=0.25)


@pytest.mark.parametrize("measure", MEASURES)
def test_without_people_there_is_nothing_to_compare(measure: str) -> None:
    assert figures(measure, tables_of(VOTES, PEOPLE, kind="persona")) == {}
