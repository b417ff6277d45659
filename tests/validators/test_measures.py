from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from duckdb import DuckDBPyConnection, DuckDBPyRelation
from pluriset.schemas.component import load
from pluriset.schemas.report import Figure
from pluriset.validators import measures
from pluriset.validators.anonymity import ATTRIBUTES
from pluriset.validators.tables import Tables

TablesOf = Callable[[Mapping[str, Sequence[Mapping[str, Any]]]], dict[str, DuckDBPyRelation]]


def figures(name: str, tables: Tables) -> dict[tuple[str, ...], Figure]:
    measure = load(measures.__name__, name)
    return {tuple(figure.group.values()): figure for figure in measure.figures(tables)}


def annotations(*rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    names = ("item_id", "annotator_id", "aspect", "label", "sample")
    return [dict(zip(names, (*row, 0)[:5], strict=True), item_table="considerations") for row in rows]


def test_agreement_leaves_out_abstentions_and_further_samples(tables_of: TablesOf) -> None:
    judged = [(item, who, "it's", label) for item, label in (("a", "'yes'"), ("b", "no")) for who in "xyz"]
    more = [("a", "w", "it's", "abstain"), ("a", "x", "it's", "no", 1), ("c", "x", "alone", "yes")]
    found = figures("agreement", tables_of({"annotations": annotations(*judged, *more)}))
    assert (found["it's",].value, found["it's",].n) == (1.0, 2)
    assert (found["alone",].value, found["alone",].n) == (None, 0)


def test_free_text_has_no_agreement(tables_of: TablesOf) -> None:
    judged = [(str(i), who, "why", f"because {i}{who}") for i in range(40) for who in "xy"]
    assert figures("agreement", tables_of({"annotations": annotations(*judged)})) == {}


def test_abstention(tables_of: TablesOf) -> None:
    judged = [("a", "x", "valence", "abstain"), ("b", "x", "valence", "either"), ("a", "y", "valence", None)]
    found = figures("abstention", tables_of({"annotations": annotations(*judged)}))
    assert {group: (figure.value, figure.n) for group, figure in found.items()} == {
        ("valence", "x"): (0.5, 2),
        ("valence", "y"): (0.0, 1),
    }
    assert found["valence", "x"].low == pytest.approx(0.0945, abs=1e-4)


def test_only_the_busiest_annotators_are_shown(tables_of: TablesOf) -> None:
    judged = [("a", f"x{i}", "valence", "either") for i in range(5)] + [("b", "x3", "valence", "abstain")]
    measure = load(measures.__name__, {"abstention": {"most": 2}})
    found = [*measure.figures(tables_of({"annotations": annotations(*judged)}))]
    assert [figure.group["annotator"] for figure in found] == ["x0", "x3"]


def test_considerations_per_situation(tables_of: TablesOf) -> None:
    tables = tables_of(
        {
            "situations": [{"situation_id": id} for id in "abc"],
            "considerations": [{"situation_id": id} for id in "aaaabb"],
        }
    )
    found = figures("considerations_per_situation", tables)
    assert {group: figure.value for group, figure in found.items()} == {(): 2.0, ("0",): 1, ("2",): 1, ("4",): 1}
    assert (found[()].low, found[()].high) == pytest.approx((2 - 2.2632, 2 + 2.2632), abs=1e-4)
    assert found[()].n == 3


def test_considerations_per_situation_of_nothing(tables_of: TablesOf, connection: DuckDBPyConnection) -> None:
    empty = {
        table: connection.sql("SELECT 'a' AS situation_id WHERE false") for table in ("situations", "considerations")
    }
    (figure,) = figures("considerations_per_situation", empty).values()
    assert (figure.value, figure.low, figure.n) == (None, None, 0)


def test_valence_by_kind(tables_of: TablesOf) -> None:
    tables = tables_of(
        {
            "considerations": [
                {"consideration_id": "a", "kind": "value"},
                {"consideration_id": "b", "kind": "duty"},
            ],
            "annotations": annotations(
                ("a", "x", "valence", "supports"),
                ("a", "y", "valence", "supports"),
                ("a", "y", "relevance", "yes"),
                ("b", "x", "valence", "abstain"),
                ("a", "z", "valence", "opposes"),
            ),
        }
    )
    found = figures("valence_by_kind", tables)
    assert {group: (figure.value, figure.n) for group, figure in found.items()} == {
        ("duty", "abstain"): (1, 1),
        ("value", "opposes"): (1, 3),
        ("value", "supports"): (2, 3),
    }


def test_annotators_by_how_many_are_like_them_and_by_what_they_declare(tables_of: TablesOf) -> None:
    nothing = dict.fromkeys(ATTRIBUTES)
    people = [{**nothing, "kind": "human", "country": "Kenya"}] * 3 + [{**nothing, "kind": "human", "country": "Peru"}]
    rows = [*people, {**nothing, "kind": "human"}, {**nothing, "kind": "persona", "country": "Peru"}]
    tables = tables_of({"annotators": [{**row, "annotator_id": str(i)} for i, row in enumerate(rows)]})
    alike = {group: (figure.value, figure.n) for group, figure in figures("annotator_classes", tables).items()}
    assert alike == {("1",): (1, 4), ("3",): (3, 4)}
    shares = {group: (figure.value, figure.n) for group, figure in figures("annotator_coverage", tables).items()}
    assert shares == {
        ("kind", "human"): (round(5 / 6, 6), 6),
        ("kind", "persona"): (round(1 / 6, 6), 6),
        ("country", "Kenya"): (0.5, 6),
        ("country", "Peru"): (round(2 / 6, 6), 6),
        ("country", "not declared"): (round(1 / 6, 6), 6),
    }


def scored(*rows: tuple[str, str, float]) -> list[dict[str, Any]]:
    names = ("item_id", "annotator_id", "score")
    return [dict(zip(names, row, strict=True), item_table="items", aspect="harm", label=None) for row in rows]


def test_scores_agree_as_order_as_distance_and_as_proportion(tables_of: TablesOf) -> None:
    said = [("a", "x", 1.0), ("a", "y", 1.0), ("b", "x", 2.0), ("b", "y", 2.0), ("c", "x", 5.0), ("c", "y", 4.0)]
    found = figures("agreement_of_scores", tables_of({"annotations": scored(*said)}))
    assert {level: figure.n for (_, level), figure in found.items()} == {"ordinal": 3, "interval": 3, "ratio": 3}
    below = figures("agreement_of_scores", tables_of({"annotations": scored(("a", "x", -1.0), ("a", "y", 1.0))}))
    assert {level for _, level in below} == {"ordinal", "interval"}


def test_groups_that_judge_alike_agree_within(tables_of: TablesOf) -> None:
    people = [{"annotator_id": f"{side}{i}", "side": side} for side in ("left", "right") for i in range(5)]
    judged = [
        (str(item), person["annotator_id"], "ok", "yes" if (person["side"] == "left") == (item % 2 == 0) else "no")
        for item in range(20)
        for person in people
    ]
    found = figures("group_agreement", tables_of({"annotations": annotations(*judged), "annotators": people}))
    assert found["ok", "side", "within"].value == 1.0
    assert (found["ok", "side", "between"].value or 0) < 0
    assert (found["ok", "side", "p"].value or 1) < 0.02


def test_entropy_of_the_labels_of_an_item(tables_of: TablesOf) -> None:
    judged = [("a", "x", "ok", "yes"), ("a", "y", "ok", "no"), ("b", "x", "ok", "yes"), ("b", "y", "ok", "yes")]
    found = figures("label_entropy", tables_of({"annotations": annotations(*judged)}))
    assert {what: figure.value for (_, what), figure in found.items()} == {"entropy": 0.5, "unanimous": 0.5}


def test_the_first_option_is_not_favoured_by_chance(tables_of: TablesOf) -> None:
    shown = [["yes", "no"], ["no", "yes"]]
    rows = [
        {"item_id": str(i), "annotator_id": "x", "aspect": "ok", "label": shown[i % 2][0], "options": shown[i % 2]}
        for i in range(10)
    ]
    assert figures("option_position", tables_of({"annotations": rows}))["ok", "x"].value == 0.5


def test_words_give_a_preference_away_and_length_does_not(tables_of: TablesOf) -> None:
    pairs = [
        {
            "pair_id": str(i),
            "prompt": f"p{i}",
            "first": f"good one {i}",
            "second": f"poor one {i}",
            "preferred": "first",
        }
        for i in range(10, 30)
    ]
    tables = tables_of({"pairs": pairs})
    assert figures("separability", tables)[()].value == 1.0
    assert figures("length_separability", tables)[()].value == 0.5


def test_the_part_of_a_vocabulary_that_is_mentioned(tables_of: TablesOf) -> None:
    mentions = [{"item_id": "a", "value": value} for value in ("honesty", "honesty", "care", "care")]
    vocabulary = [{"value": value} for value in ("honesty", "care", "loyalty", "fairness")]
    found = figures("value_coverage", tables_of({"mentions": mentions, "vocabulary": vocabulary}))
    assert {what: figure.value for (what,), figure in found.items()} == {
        "distinct": 2.0,
        "effective": 2.0,
        "share of the vocabulary": 0.5,
    }
