from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pluriset.builders.curation.exact_duplicates import ExactDuplicates
from pluriset.tests.builders.curation.bench import Bench, consideration, situation, votes
from pluriset.validators.tables.normalise import norm
from pluriset.validators.tables.sql import connect

Make = Callable[..., Bench]
SAME = "same text as an earlier row"


def test_the_first_of_equal_texts_stays_and_beats_the_others(bench: Make) -> None:
    texts = {
        "b": "Lying to a friend",
        "a": "  LYING to a\tfriend!! ",
        "c": "Lying to friends",
        "d": "lying to a friend",
    }
    done = bench(*(situation(key, text) for key, text in texts.items())).run(ExactDuplicates())
    assert done.keys("situations") == ["b", "c"]
    assert done.rejects() == [("situations", "a", SAME, "b"), ("situations", "d", SAME, "b")]
    assert done.rejects("detail")[0] == ("  LYING to a\tfriend!! ",)


def test_what_belongs_to_a_duplicate_goes_with_it(bench: Make) -> None:
    rows = [situation("1", "Same"), situation("2", "same."), consideration("x", "2"), consideration("y", "1")]
    done = bench(*rows, *votes("x", "yes"), *votes("y", "yes")).run(ExactDuplicates())
    assert done.keys("considerations") == ["y"]
    assert done.connection.sql("SELECT DISTINCT item_id FROM annotations").fetchall() == [("y",)]


def test_other_scripts_are_normalised_too(bench: Make) -> None:
    rows = [
        situation("1", "ＳＴＲＡẞＥ。"),
        situation("2", "strasse"),
        situation("3", "嘘をつく。"),
        situation("4", "嘘をつく"),
    ]
    assert bench(*rows).run(ExactDuplicates()).keys("situations") == ["1", "3"]


def test_considerations_are_the_same_within_a_situation_and_kind(bench: Make) -> None:
    rows = [
        situation("s"),
        situation("t"),
        consideration("1", "s", "value", "Honesty"),
        consideration("2", "s", "duty", "Honesty"),
        consideration("3", "t", "value", "Honesty"),
        consideration("4", "s", "value", "honesty."),
    ]
    step = ExactDuplicates(table="considerations", within=("situation_id", "kind"))
    done = bench(*rows).run(step)
    assert done.keys("considerations") == ["1", "2", "3"]
    assert done.rejects() == [("considerations", "4", SAME, "1")]


def test_several_columns_are_compared_one_by_one(bench: Make) -> None:
    rows = [
        situation("s"),
        consideration("1", text="a", explanation="b c"),
        consideration("2", text="a b", explanation="c"),
        consideration("3", text="A.", explanation="B c!"),
    ]
    done = bench(*rows).run(ExactDuplicates(table="considerations", columns=("text", "explanation")))
    assert done.keys("considerations") == ["1", "2"]
    assert done.rejects("detail") == [("A. / B c!",)]


def test_a_null_is_like_no_other() -> None:
    with connect() as connection:
        rows = connection.sql("FROM (VALUES ('a', NULL, 0), ('b', NULL, 1), ('c', 'x', 2)) AS t(id, text, _seq)")
        assert ExactDuplicates().apply({"t": rows}, 0).removed["t"].fetchall() == []


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=10)
@given(st.lists(st.text(st.sampled_from("aA .!ßs\u00a0é"), min_size=1).filter(str.strip), min_size=4, max_size=40))
def test_what_stays_is_unique_by_norm_and_nothing_else_goes(texts: list[str]) -> None:
    with connect() as connection:
        done = Bench(connection, [situation(str(i), text) for i, text in enumerate(texts)]).run(ExactDuplicates())
        first: dict[str, str] = {}
        for i, text in enumerate(texts):
            first.setdefault(norm(text), str(i))
        assert done.keys("situations") == list(first.values())
        assert {key: by for _, key, _, by in done.rejects()} == {
            str(i): first[norm(text)] for i, text in enumerate(texts) if first[norm(text)] != str(i)
        }
