from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest
from duckdb import DuckDBPyRelation
from hypothesis import given, settings
from hypothesis import strategies as st

from pluriset.schemas.row import Row, columns
from pluriset.schemas.rows.shared import Aggregate, Annotation, Rule
from pluriset.validators.stats.aggregates import aggregates, wilson

Rows = Sequence[dict[str, Any]]
Relate = Callable[[Rows, type[Row]], DuckDBPyRelation]
Units = list[list[str]]

LABELS = st.sampled_from(["yes", "no", "abstain", "either", "it's", None])
RULES: dict[str, tuple[Rule, ...]] = {"relevance": ("mean", "soft", "majority"), "it's": ("majority", "mean")}
ANNOTATIONS = st.lists(
    st.fixed_dictionaries(
        {
            "item_table": st.sampled_from(["considerations", "situations"]),
            "item_id": st.sampled_from(["a", "b"]),
            "aspect": st.sampled_from(["relevance", "it's", "left out"]),
            "label": LABELS,
            "score": st.none() | st.floats(-10, 10),
        }
    ),
    max_size=25,
)


def plainly(annotations: Rows) -> list[tuple[Any, ...]]:
    """The rules in plain Python, over the same rows in the same order."""
    places: dict[tuple[str, str], int] = {}
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in annotations:
        if row["aspect"] in RULES:
            item = (row["item_table"], row["item_id"])
            places.setdefault(item, len(places))
            groups[*item, row["aspect"]].append(row)
    return [
        (*group, rule, *joined(groups[group], rule))
        for group in sorted(groups, key=lambda group: (places[group[:2]], group[2]))
        for rule in sorted(RULES[group[2]])
    ]


def joined(rows: Rows, rule: Rule) -> tuple[Any, ...]:
    votes = Counter(row["label"] for row in rows if row["label"] not in (None, "abstain"))
    ranked = sorted(votes, key=lambda label: (-votes[label], label))
    scores = [row["score"] for row in rows if row["score"] is not None]
    yes, no = votes["yes"], votes["no"]
    winner = ranked[0] if ranked and (len(ranked) == 1 or votes[ranked[0]] > votes[ranked[1]]) else None
    mean = sum(map(Fraction, scores)) / len(scores) if scores else Fraction(yes, yes + no) if yes + no else None
    shares = [{"label": label, "share": votes[label] / votes.total()} for label in ranked]
    n = votes.total() + sum(row["label"] is None and row["score"] is not None for row in rows)
    abstained = sum(row["label"] == "abstain" for row in rows)
    return (
        winner if rule == "majority" else None,
        float(mean) if rule == "mean" and mean is not None else None,
        shares if rule == "soft" else [],
        n,
        abstained,
    )


@settings(max_examples=60)
@given(annotations=ANNOTATIONS)
def test_aggregates_equal_a_plain_python_implementation(annotations: Rows, relate: Relate) -> None:
    relation = relate(annotations, Annotation)
    numbered = relation.select("*, row_number() OVER () AS _seq")
    made = aggregates(numbered, RULES)
    assert made.columns == [column.name for column in columns(Aggregate)]
    found, expected = made.fetchall(), plainly(annotations)
    assert [row[:5] for row in found] == [row[:5] for row in expected]
    assert [row[-2:] for row in found] == [row[-2:] for row in expected]
    assert [row[5] for row in found] == pytest.approx([row[5] for row in expected], abs=1e-6)
    for row, wanted in zip(found, expected, strict=True):
        assert [share["label"] for share in row[6]] == [share["label"] for share in wanted[6]]
        assert [share["share"] for share in row[6]] == pytest.approx([s["share"] for s in wanted[6]], abs=1e-6)


def test_items_without_seq_are_sorted_by_key(relate: Relate) -> None:
    rows = [{"item_table": "t", "item_id": i, "aspect": "relevance", "label": "yes"} for i in ("b", "a")]
    made = aggregates(relate(rows, Annotation), {"relevance": ["mean"]}).fetchall()
    assert [(row[1], row[5]) for row in made] == [("a", 1.0), ("b", 1.0)]


def test_an_item_of_abstentions_has_no_label(relate: Relate) -> None:
    rows = [{"item_table": "t", "item_id": "a", "aspect": "relevance", "label": "abstain"}] * 2
    made = aggregates(relate(rows, Annotation), {"relevance": ["mean", "majority", "soft"]}).fetchall()
    assert [row[3:] for row in made] == [
        ("majority", None, None, [], 0, 2),
        ("mean", None, None, [], 0, 2),
        ("soft", None, None, [], 0, 2),
    ]


def test_without_rules_there_are_no_aggregates(relate: Relate) -> None:
    row = {"item_table": "t", "item_id": "a", "aspect": "relevance", "label": "yes"}
    assert aggregates(relate([row], Annotation), {}).fetchall() == []


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)]
)
def test_wilson(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=1e-4)  # Newcombe 1998 for 81 of 263
