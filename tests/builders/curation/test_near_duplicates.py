from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pluriset.builders.curation.near_duplicates import NearDuplicates
from pluriset.tests.builders.curation.bench import Bench, consideration, situation
from pluriset.validators.stats.near_duplicates import similar_pairs
from pluriset.validators.tables.sql import connect

Make = Callable[..., Bench]
TEXT = "A nurse finds out that {} friend has sold medicine from the ward to pay for a treatment"


def grams(text: str, n: int = 3) -> set[tuple[str, ...]]:
    words = text.split(" ")
    return {tuple(words[i : i + n]) for i in range(max(len(words) - n + 1, 1))}


def jaccard(one: str, other: str) -> float:
    return len(grams(one) & grams(other)) / len(grams(one) | grams(other))


def test_the_earlier_row_is_kept_and_named(bench: Make) -> None:
    rows = [situation("a", TEXT.format("her")), situation("b", TEXT.format("his")), situation("c", "Lying to a friend")]
    done = bench(*rows).run(NearDuplicates(min_similarity=0.6))
    assert done.keys("situations") == ["a", "c"]
    assert done.rejects() == [("situations", "b", "nearly the same text as a kept row", "a")]


def test_a_preferred_row_is_kept_though_it_comes_later(bench: Make) -> None:
    rows = [situation("s"), consideration("1", text="x", explanation=TEXT.format("her"))]
    rows += [consideration("22", text="yy", explanation=TEXT.format("his"))]
    step = NearDuplicates(table="considerations", column="explanation", prefer="consideration_id", min_similarity=0.6)
    assert bench(*rows).run(step).keys("considerations") == ["22"]


def test_a_removed_row_removes_no_other(bench: Make) -> None:
    """a and b are similar, b and c are, a and c are not: b goes, c stays."""
    words = [f"w{i}" for i in range(20)]
    texts = {"a": words, "b": [*words[:-2], "x", "y"], "c": ["p", "q", *words[2:-2], "x", "y"]}
    rows = [situation(key, " ".join(text)) for key, text in texts.items()]
    assert bench(*rows).run(NearDuplicates(min_similarity=0.75)).keys("situations") == ["a", "c"]


def test_texts_are_only_compared_within_a_column(bench: Make) -> None:
    rows = [situation("s"), consideration("1", kind="value", explanation=TEXT.format("her"))]
    rows += [consideration("2", kind="duty", explanation=TEXT.format("his"))]
    step = NearDuplicates(table="considerations", column="explanation", within="kind", min_similarity=0.6)
    assert bench(*rows).run(step).keys("considerations") == ["1", "2"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), min_size=1, max_size=7), min_size=2, max_size=12),
    st.sampled_from([0.3, 0.5, 0.7, 1.0]),
)
def test_exactly_the_similar_pairs_are_found(texts: list[list[str]], least: float) -> None:
    said = [" ".join(words) for words in texts]
    with connect() as connection:
        connection.execute("CREATE TABLE t (rank BIGINT, text VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(said)))
        found = similar_pairs(connection.table("t"), least).fetchall()
    expected = {(i, j) for i, j in combinations(range(len(said)), 2) if jaccard(said[i], said[j]) >= least}
    assert {(i, j) for i, j, _ in found} == expected
    assert all(similarity == pytest.approx(jaccard(said[i], said[j])) for i, j, similarity in found)
