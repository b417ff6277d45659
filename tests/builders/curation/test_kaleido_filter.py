from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pluriset.builders.curation.kaleido_filter import KaleidoFilter
from pluriset.schemas.row import Row
from pluriset.tests.builders.curation.bench import Bench, consideration, situation, votes
from pluriset.validators.tables.normalise import rouge_l
from pluriset.validators.tables.sql import connect

Make = Callable[..., Bench]
LOW = "relevance below threshold"
BEATEN = "overlaps a more relevant one"
MANY = "more than the limit"
EMPTY = ("situations", "s", "no consideration kept", None)


def judged(key: str, said: str, kind: Any = "value", text: str = "", at: str = "s") -> list[Row]:
    """A consideration and what annotators said of its relevance: y, n, a for each."""
    labels = {"y": "yes", "n": "no", "a": "abstain"}
    return [consideration(key, at, kind, text), *votes(key, *(labels[letter] for letter in said))]


def test_relevance_is_the_share_of_yes_and_abstentions_do_not_count(bench: Make) -> None:
    rows = [*judged("half", "ynaaa"), *judged("third", "ynna"), *judged("all", "y")]
    done = bench(situation("s"), *rows).run(KaleidoFilter())
    assert done.keys("considerations") == ["half", "all"]
    assert done.rejects("key, reason, detail")[0] == ("third", LOW, "0.333333 yes among 3 who judged, at least 0.5")
    assert done.connection.sql("SELECT DISTINCT item_id FROM annotations ORDER BY 1").fetchall() == [
        ("all",),
        ("half",),
    ]


def test_each_kind_has_its_threshold(bench: Make) -> None:
    rows = [judged(kind, "yn", kind) for kind in ("value", "right", "duty")]
    step = KaleidoFilter.model_validate({"relevance": {"right": 0.6, "duty": 0}})
    done = bench(situation("s"), *(row for each in rows for row in each)).run(step)
    assert done.keys("considerations") == ["value", "duty"]


@pytest.mark.parametrize(("unjudged", "kept"), [("drop", ["sure"]), ("keep", ["mute", "unasked", "sure"])])
def test_what_nobody_judged_goes_for_a_reason_of_its_own(bench: Make, unjudged: Any, kept: list[str]) -> None:
    rows = [*judged("mute", "aa"), consideration("unasked"), *judged("sure", "y")]
    done = bench(situation("s"), *rows).run(KaleidoFilter(unjudged=unjudged))
    assert done.keys("considerations") == kept
    if unjudged == "drop":
        assert done.rejects("key, reason, detail")[:2] == [
            ("mute", "nobody judged its relevance", "2 abstained"),
            ("unasked", "nobody judged its relevance", "0 abstained"),
        ]


def test_the_more_relevant_of_two_that_overlap_is_kept_and_named(bench: Make) -> None:
    rows = [*judged("less", "yn", text="Honest speech"), *judged("more", "yy", text="honesty, speech")]
    done = bench(situation("s"), *rows).run(KaleidoFilter(overlap=0.4))
    assert done.rejects()[0] == ("considerations", "less", BEATEN, "more")
    assert "'Honest speech' and 'honesty, speech'" in done.rejects("detail")[0][0]


def test_equally_relevant_ones_are_kept_key_the_earlier(bench: Make) -> None:
    rows = [*judged("z", "y", text="Trust"), *judged("a", "y", text="Trust in friends")]
    assert bench(situation("s"), *rows).run(KaleidoFilter()).rejects()[0][1:] == ("a", BEATEN, "z")


@pytest.mark.parametrize("short_first", [True, False])
def test_precision_and_recall_count_as_well_as_f1(bench: Make, short_first: bool) -> None:
    texts = ["Life", "Life without pain or fear"] if short_first else ["Life without pain or fear", "Life"]
    assert rouge_l(*texts).f1 < 0.5
    rows = [*judged("1", "y", text=texts[0]), *judged("2", "y", text=texts[1])]
    assert bench(situation("s"), *rows).run(KaleidoFilter()).keys("considerations") == ["1"]


def test_the_prefix_of_rights_and_duties_is_no_overlap(bench: Make) -> None:
    rows = [*judged("1", "y", "right", "Right to life"), *judged("2", "y", "right", "Right to water")]
    assert bench(situation("s"), *rows).run(KaleidoFilter(overlap=0)).keys("considerations") == ["1", "2"]


def test_other_kinds_and_other_situations_do_not_overlap(bench: Make) -> None:
    rows = [*judged("1", "y", "right", "Right to life"), *judged("2", "y", "duty", "Duty to life")]
    there = judged("3", "y", "right", "Right to life", at="t")
    done = bench(situation("s"), situation("t"), *rows, *there).run(KaleidoFilter())
    assert done.keys("considerations") == ["1", "2", "3"]


def test_what_has_gone_drops_nobody(bench: Make) -> None:
    rows = [
        *judged("kept", "yyyy", text="care family"),
        *judged("gone", "yyyn", text="care family friends work"),
        *judged("stays", "yynn", text="friends work"),
    ]
    done = bench(situation("s"), *rows).run(KaleidoFilter())
    assert done.keys("considerations") == ["kept", "stays"]
    below = [*judged("low", "n", text="honest words"), *judged("fine", "y", text="honest words")]
    assert bench(situation("s"), *below).run(KaleidoFilter()).keys("considerations") == ["fine"]


def test_an_overlap_of_one_lets_all_stay(bench: Make) -> None:
    rows = [*judged("1", "y", text="Trust"), *judged("2", "y", text="trust")]
    assert bench(situation("s"), *rows).run(KaleidoFilter(overlap=1)).keys("considerations") == ["1", "2"]


def test_the_limit_takes_equally_relevant_ones_from_each_kind_in_turn(bench: Make) -> None:
    rows = [
        *judged("v1", "yy", "value", "Trust"),
        *judged("v2", "yy", "value", "Peace"),
        *judged("r1", "yy", "right", "Right to know"),
        *judged("d1", "yy", "duty", "Duty to help"),
        *judged("d2", "yn", "duty", "Duty to warn"),
        *judged("u", "a", "duty", "Duty to wait"),
    ]
    done = bench(situation("s"), *rows).run(KaleidoFilter(max_considerations=3, unjudged="keep"))
    assert done.keys("considerations") == ["v1", "r1", "d1"]
    assert sorted(done.rejects("key, reason, detail"), key=lambda row: row[2]) == [
        ("v2", MANY, "number 4, at most 3"),
        ("d2", MANY, "number 5, at most 3"),
        ("u", MANY, "number 6, at most 3"),
    ]


def test_a_situation_that_is_left_empty_goes(bench: Make) -> None:
    rows = [*judged("1", "n"), *judged("2", "y", at="full")]
    done = bench(situation("s"), situation("full"), situation("never"), *rows).run(KaleidoFilter())
    assert done.keys("situations") == ["full"]
    assert done.rejects()[1:] == [EMPTY, ("situations", "never", "no consideration kept", None)]
    assert done.rejects("level") == [("row",), ("seed",), ("seed",)]


def test_only_relevance_of_considerations_counts(bench: Make) -> None:
    said = votes("c", "yes")[0]
    others = [
        said.model_copy(update={"item_table": "situations", "label": "no"}),
        said.model_copy(update={"aspect": "valence", "label": "no"}),
    ]
    assert bench(situation("s"), consideration("c"), said, *others).run(KaleidoFilter()).keys("considerations") == ["c"]


def test_the_order_of_rows_decides_not_the_order_of_groups(bench: Make) -> None:
    """Rows of a situation need not stand together, and are many more than a page."""
    number = 6_000
    rows: list[Row] = [situation(str(i)) for i in range(number)]
    for turn in ("a", "b"):
        for i in range(number):
            rows += [consideration(f"{turn}{i}", str(i), text="Trust"), votes(f"{turn}{i}", "yes")[0]]
    done = bench(*rows).run(KaleidoFilter())
    assert done.keys("considerations") == [f"a{i}" for i in range(number)]
    assert {(key, by) for _, key, _, by in done.rejects()} == {(f"b{i}", f"a{i}") for i in range(number)}


@pytest.mark.parametrize(
    "wrong", [{"relevance": {"virtue": 1}}, {"overlap": 1.5}, {"max_considerations": 0}, {"unjudged": "maybe"}]
)
def test_wrong_options_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KaleidoFilter.model_validate(wrong)


WORDS = st.lists(st.sampled_from(["care", "family", "work", "peace"]), min_size=1, max_size=3).map(" ".join)
Said = list[tuple[str, str, str]]
ROWS = st.lists(st.tuples(st.text("yna", max_size=4), st.sampled_from(["value", "right", "duty"]), WORDS), max_size=9)


def kept_of(rows: Said, most_alike: float) -> list[int]:
    """The numbers of the rows of a situation that stay, by the definition."""
    ranked = []
    for i, (said, kind, text) in enumerate(rows):
        if sure := said.count("y") + said.count("n"):
            ranked.append((-round(said.count("y") / sure, 6), i, kind, text))
    kept: list[tuple[float, int, str, str]] = []
    for row in sorted(ranked):
        rivals = [other for other in kept if other[2] == row[2]]
        if row[0] <= -0.5 and all(max(rouge_l(row[3], other[3])) <= most_alike for other in rivals):
            kept.append(row)
    return sorted(row[1] for row in kept)


@settings(max_examples=8)
@given(st.lists(ROWS, min_size=3, max_size=8), st.sampled_from([0.3, 0.5, 0.75]))
def test_what_stays_is_what_the_definition_says(situations: list[Said], most_alike: float) -> None:
    made: list[Row] = []
    for at, rows in enumerate(situations):
        made.append(situation(str(at)))
        for i, (said, kind, text) in enumerate(rows):
            made += judged(f"{at}/{i}", said, kind, text, str(at))
    kept = {str(at): kept_of(rows, most_alike) for at, rows in enumerate(situations)}
    with connect() as connection:
        done = Bench(connection, made).run(KaleidoFilter(overlap=most_alike))
        assert done.keys("considerations") == [f"{at}/{i}" for at, stay in kept.items() for i in stay]
        assert done.keys("situations") == [at for at, stay in kept.items() if stay]
        stayed, empty = sum(map(len, kept.values())), sum(not stay for stay in kept.values())
        assert len(done.rejects()) == sum(map(len, situations)) - stayed + empty
