from collections import Counter
from collections.abc import Callable
from hashlib import md5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pluriset.builders.curation.split import Split
from pluriset.tests.builders.curation.bench import Bench, consideration, situation, votes
from pluriset.validators.tables.normalise import norm
from pluriset.validators.tables.sql import connect

Make = Callable[..., Bench]
HALVES = Split(test=0.3, validation=0.3)


def many(number: int) -> list[str]:
    return [f"Text number {i}" for i in range(number)]


def split(make: Make, texts: list[str], step: Split = HALVES, seed: int = 7) -> dict[str, str]:
    return make(*(situation(str(i), text) for i, text in enumerate(texts))).run(step, seed=seed).splits()


def test_shares_are_met_on_average(bench: Make) -> None:
    counts = Counter(split(bench, many(5000), Split(test=0.1, validation=0.2)).values())
    assert counts["test"] == pytest.approx(500, abs=90)
    assert counts["validation"] == pytest.approx(1000, abs=130)
    assert sum(counts.values()) == 5000


def test_no_shares_put_everything_into_train(bench: Make) -> None:
    assert set(split(bench, many(20), Split(test=0)).values()) == {"train"}


def test_a_row_stays_in_its_split_when_rows_are_added(bench: Make) -> None:
    few, more = split(bench, many(100)), split(bench, many(300))
    assert few == {key: more[key] for key in few}


def test_the_seed_of_the_recipe_divides_anew(bench: Make) -> None:
    assert split(bench, many(100), seed=1) != split(bench, many(100), seed=2)
    assert split(bench, many(100), seed=1) == split(bench, many(100), seed=1)


def test_the_division_is_a_plain_digest_and_the_same_everywhere(bench: Make) -> None:
    texts = ["Lying", "Stealing!", "HELPING", "嘘をつく。", "Ölwechsel", "Waiting", *many(20)]
    places = [int(md5(f"7/{norm(text)}".encode()).hexdigest()[:13], 16) / 16**13 for text in texts]
    expected = ["test" if place < 0.3 else "validation" if place < 0.6 else "train" for place in places]
    assert list(split(bench, texts).values()) == expected
    assert set(expected) == {"test", "validation", "train"}


@settings(max_examples=10)
@given(
    st.lists(st.text(st.sampled_from("abAB !.é"), min_size=1, max_size=3).filter(str.strip), min_size=8, max_size=60)
)
def test_texts_that_differ_in_case_or_punctuation_only_are_never_divided(texts: list[str]) -> None:
    with connect() as connection:
        rows = [situation(str(i), text) for i, text in enumerate(texts)]
        Bench(connection, rows).run(HALVES)
        divided = connection.sql(
            """SELECT norm(text) FROM situations JOIN _splits ON key = situation_id
            GROUP BY ALL HAVING count(DISTINCT split) > 1"""
        )
        assert divided.fetchall() == []


def test_naming_the_key_is_the_same_as_the_default(bench: Make) -> None:
    texts = [*many(50), *(text.upper() for text in many(50))]
    default, named = split(bench, texts), split(bench, texts, HALVES.model_copy(update={"by": "situation_id"}))
    assert default == named
    assert all(default[str(i)] == default[str(i + 50)] for i in range(50))


def test_a_column_keeps_what_shares_its_value_together(bench: Make) -> None:
    rows = [situation(str(i)).model_copy(update={"source": f"Forum {i % 10}"}) for i in range(100)]
    found = bench(*rows).run(Split(by="source", test=0.5)).splits()
    assert all(len({found[str(i)] for i in range(digit, 100, 10)}) == 1 for digit in range(10))
    assert set(found.values()) == {"train", "test"}


def test_rows_without_a_value_stand_for_themselves() -> None:
    with connect() as connection:
        rows = connection.sql("SELECT 'k' || range AS id, NULL::INTEGER AS topic, range AS _seq FROM range(200)")
        outcome = Split(by="topic", test=0.5).apply({"rows": rows}, 0).splits
        assert outcome is not None
        assert Counter(dict(outcome.fetchall()).values())["test"] == pytest.approx(100, abs=40)


def test_what_belongs_to_a_situation_goes_with_it(bench: Make) -> None:
    rows = [
        row for i in range(30) for row in (situation(str(i)), consideration(f"c{i}", str(i)), *votes(f"c{i}", "yes"))
    ]
    made = bench(*rows).run(HALVES)
    assert made.curation.place()["considerations"] == ["test", "train", "validation"]
    places = made.connection.sql("SELECT tab, key, split FROM _places WHERE tab = 'considerations'").fetchall()
    assert {key[1:]: place for _, key, place in places} == made.splits()


@pytest.mark.parametrize("shares", [{"test": 1}, {"test": -0.1}, {"test": 0.5, "validation": 0.5}, {"train": 0.8}])
def test_wrong_shares_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Split.model_validate(shares)
