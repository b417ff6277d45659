from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from pluriset.schemas.component import load
from pluriset.schemas.report import Figure
from pluriset.validators import checks, measures
from pluriset.validators.measures.group_count import GroupCount
from pluriset.validators.stats.agreement import Floats
from pluriset.validators.stats.k_anonymity import ATTRIBUTES
from pluriset.validators.tables.sql import Tables, connect, using

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


def test_raw_agreement_is_high_and_alpha_low_where_one_label_dominates(tables_of: TablesOf) -> None:
    judged = [(str(i), who, "harm", "yes" if (i, who) == (0, "x") or (i, who) == (1, "y") else "no")
              for i in range(20) for who in "xy"]  # fmt: skip
    tables = tables_of({"annotations": annotations(*judged, ("a", "x", "alone", "yes"))})
    found = figures("raw_agreement", tables)
    assert (found["harm",].value, found["harm",].n) == (0.9, 20)
    assert (found["alone",].value, found["alone",].n) == (None, 0)
    assert (figures("agreement", tables)["harm",].value or 0) < 0


def test_raw_agreement_counts_pairs(tables_of: TablesOf) -> None:
    judged = [("a", who, "harm", label) for who, label in zip("wxyz", ("yes", "yes", "yes", "no"), strict=True)]
    judged += [("b", who, "harm", "no") for who in "xy"]
    found = figures("raw_agreement", tables_of({"annotations": annotations(*judged)}))
    assert found["harm",].value == pytest.approx((3 + 1) / (6 + 1), abs=1e-6)


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
    measure = load(measures.__name__, {"abstention": {"max_annotators": 2}})
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
    alike = {group: (figure.value, figure.n) for group, figure in figures("equivalence_classes", tables).items()}
    assert alike == {("1",): (1, 4), ("3",): (3, 4)}
    shares = {group: (figure.value, figure.n) for group, figure in figures("annotator_coverage", tables).items()}
    assert shares == {
        ("kind", "human"): (round(5 / 6, 6), 6),
        ("kind", "persona"): (round(1 / 6, 6), 6),
        ("country", "Kenya"): (0.5, 6),
        ("country", "Peru"): (round(2 / 6, 6), 6),
        ("country", "not declared"): (round(1 / 6, 6), 6),
    }
    judged = tables | tables_of({"annotations": annotations(("c", "3", "valence", "either"))})
    assert {group: figure.n for group, figure in figures("annotator_coverage", judged).items()} == {
        ("kind", "human"): 1,
        ("country", "Peru"): 1,
    }


def test_what_somebody_else_calls_it_is_known_of_people_too(tables_of: TablesOf) -> None:
    people = [("a", "low", 1), ("b", "low", 1), ("c", "high", 2), ("d", "", None)]
    tables = tables_of({"annotators": [{"annotator_id": a, "Income": i, "locale": x} for a, i, x in people]})
    alike = {group: figure.value for group, figure in figures("equivalence_classes", tables).items()}
    assert alike == {("1",): 1, ("2",): 2}
    assert figures("annotator_coverage", tables)[("Income", "low")].value == 0.5
    failing = load(checks.__name__, "k_anonymity").failing(tables).order("annotator_id").fetchall()
    assert [who for who, _ in failing] == ["a", "b", "c"]
    assert figures("equivalence_classes", tables_of({"annotators": [{"annotator_id": "a"}]})) == {}


def test_pairs_of_labels_count_every_item_once(tables_of: TablesOf) -> None:
    judged = [("a", "x", "v", "yes"), ("a", "y", "v", "yes"), ("a", "z", "v", "no"), ("b", "x", "v", "no")]
    more = [("b", "y", "v", "no"), ("b", "z", "v", "abstain"), ("c", "x", "v", "no"), ("a", "x", "v", "no", 1)]
    found = figures("label_pairs", tables_of({"annotations": annotations(*judged, *more)}))
    assert {group: (figure.value, figure.n) for group, figure in found.items()} == {
        ("v", "no", "no"): (0.5, 2),
        ("v", "no", "yes"): (0.333333, 2),
        ("v", "yes", "yes"): (0.166667, 2),
    }


def test_annotators_per_item_and_who_is_missing(tables_of: TablesOf) -> None:
    judged = [("a", "x", "v", "yes"), ("a", "y", "v", "no"), ("b", "x", "v", "abstain"), ("a", "x", "v", "no", 1)]
    tables = tables_of({"annotations": annotations(*judged)})
    per_item = {group: (figure.value, figure.n) for group, figure in figures("annotations_per_item", tables).items()}
    assert per_item == {("v", "fewest"): (1, 2), ("v", "mean"): (1.5, 2), ("v", "most"): (2, 2)}
    missing = {group: (figure.value, figure.n) for group, figure in figures("missing_judgements", tables).items()}
    assert missing == {("v", "y"): (0.5, 2)}


def test_divided_votes_are_counted_where_votes_are(tables_of: TablesOf) -> None:
    cast = {"a": (3, 2), "b": (5, 0), "c": (0, 0), "d": (None, 4), "e": (2, 2)}
    rows = [{"item_id": i, "option": o, "votes": v} for i, votes in cast.items() for o, v in enumerate(votes)]
    found = figures("divided_votes", tables_of({"votes": rows}))
    assert (found["items",].value, found["items",].n, found["share",].value) == (2, 4, 0.5)
    assert found["ties",].value == 1
    assert figures("divided_votes", tables_of({"votes": [row | {"scored": True} for row in rows]})) == {}


def test_items_per_annotator(tables_of: TablesOf) -> None:
    judged = [(item, "x", "valence", "either") for item in "abb"] + [("a", None, "valence", "either")]
    found = figures(
        "items_per_annotator", tables_of({"annotations": annotations(*judged, ("a", "y", "valence", None))})
    )
    told = {group: (figure.value, figure.n) for group, figure in found.items()}
    assert told == {("valence", "fewest"): (1, 2), ("valence", "mean"): (1.5, 2), ("valence", "most"): (2, 2)}


def test_label_shares(tables_of: TablesOf) -> None:
    judged = [("a", "x", "valence", label) for label in ("either", "either", "abstain", "it's", None)]
    found = figures("label_shares", tables_of({"annotations": annotations(*judged)}))
    assert [(*group, figure.value, figure.n) for group, figure in found.items()] == [
        ("valence", "either", 0.5, 4),
        ("valence", "abstain", 0.25, 4),
        ("valence", "it's", 0.25, 4),
    ]


def test_an_aspect_with_many_labels_has_no_shares(tables_of: TablesOf) -> None:
    judged = [("a", "x", "why", f"because {n}") for n in range(25)]
    assert figures("label_shares", tables_of({"annotations": annotations(*judged)})) == {}


def test_agreement_with_others_leaves_the_annotator_out(tables_of: TablesOf) -> None:
    judged = [(f"{n}", who, "valence", "yes") for n in range(10) for who in "abc"]
    judged += [(f"{n}", "d", "valence", "no" if n < 8 else "yes") for n in range(10)]
    judged += [("alone", "d", "valence", "no"), ("tied", "a", "valence", "yes"), ("tied", "b", "valence", "no")]
    judged += [("tied", who, "valence", "either") for who in "c"] + [("9", "e", "valence", "no")]
    found = figures("majority_agreement", tables_of({"annotations": annotations(*judged)}))
    told = {group: (figure.value, figure.n) for group, figure in found.items()}
    assert told["valence", "d"] == (0.2, 10)
    assert told["valence", "a"] == (1.0, 10)
    assert ("valence", "e") not in told


def test_group_distance_is_the_jensen_shannon_distance_from_the_mean(tables_of: TablesOf) -> None:
    drawn = np.random.default_rng(7).dirichlet([0.5] * 4, size=(5, 3))  # items, groups, options
    drawn[0, 0] = [1, 0, 0, 0]
    rows = [
        {"item_id": str(item), "group_id": f"g{group}", "option": str(option), "share": float(share)}
        for (item, group, option), share in np.ndenumerate(drawn)
        if share
    ]
    alone = {"item_id": "alone", "group_id": "g0", "option": "0", "share": 1.0}
    found = figures("group_distance", tables_of({"distributions": [*rows, alone]}))
    for group in range(3):
        expected = np.mean([_distance(drawn[item, group], drawn[item].mean(axis=0)) for item in range(5)])
        assert found[f"g{group}",].value == pytest.approx(expected, abs=1e-6)
        assert found[f"g{group}",].n == 5
    assert found["mean of all",].n == 3


def _distance(p: Floats, q: Floats) -> float:
    middle = (p + q) / 2
    bits = sum(float(np.sum(x[x > 0] * np.log2(x[x > 0] / middle[x > 0]))) for x in (p, q)) / 2
    return float(np.sqrt(bits))


def test_groups_without_common_items_are_not_compared(tables_of: TablesOf) -> None:
    rows = [{"item_id": g, "group_id": g, "option": "0", "share": 1.0} for g in "ab"]
    assert figures("group_distance", tables_of({"distributions": rows})) == {}


def test_words_are_told_apart_by_enough_pairs_only(tables_of: TablesOf) -> None:
    pairs = [
        {"pair_id": i, "prompt": str(i), "first": f"sure {i}", "second": f"never {i}", "preferred": "first"}
        for i in range(100)
    ]
    [figure] = figures("separability", tables_of({"pairs": pairs})).values()
    assert (figure.value, figure.n) == (1.0, 100)
    assert figures("separability", tables_of({"pairs": pairs[1:]})) == {}


@pytest.mark.parametrize("repeated", [0, 1])
def test_words_that_never_repeat_say_nothing(repeated: int, tables_of: TablesOf) -> None:
    """Whether no word is in two responses at all, or only where one part is looked at without another."""
    pairs = [
        {"pair_id": i, "prompt": str(i), "first": f"yes{i}", "second": f"no{i}", "preferred": "first"}
        for i in range(120)
    ]
    pairs[0] |= {"first": "no0 so", "second": "so no0"} if repeated else {}
    assert figures("separability", tables_of({"pairs": pairs})) == {}


def test_pairs_are_counted_by_group() -> None:
    with connect() as connection, using(connection):
        pairs = connection.sql("SELECT i AS pair_id, i // 4 AS group_id FROM range(12) AS rows(i)")
        found = {figure.group["what"]: figure.value for figure in GroupCount().figures({"pairs": pairs})}
    assert found == {"groups": 3, "pairs a group": 4}
