from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pluriset.builders.curation.coarsen import Coarsen
from pluriset.schemas.rows.shared import Annotator
from pluriset.tests.builders.curation.bench import Bench
from pluriset.validators.stats.k_anonymity import equivalence_classes
from pluriset.validators.tables.sql import connect

Make = Callable[..., Bench]


def people(*declared: dict[str, Any], kind: Any = "human") -> list[Annotator]:
    return [Annotator(annotator_id=f"a{i}", kind=kind, **attributes) for i, attributes in enumerate(declared)]


def known(made: Bench, column: str) -> list[str | None]:
    return [value for (value,) in made.connection.sql(f"SELECT {column} FROM annotators ORDER BY _seq").fetchall()]


def test_those_who_stand_out_lose_the_most_telling_attribute_first(bench: Make) -> None:
    ages = [{"country": "Kenya", "age_band": age} for age in ("18-24", "18-24", "25-34", "35-44")]
    made = bench(*people(*ages)).run(Coarsen(k=2))
    assert known(made, "age_band") == ["18-24", "18-24", None, None]
    assert known(made, "country") == ["Kenya"] * 4


def test_groups_come_first_and_may_be_enough(bench: Make) -> None:
    lands = [{"country": land} for land in ("Kenya", "Uganda", "Peru", "Chile")]
    groups = {"country": {"Kenya": "East Africa", "Uganda": "East Africa", "Peru": "Andes", "Chile": "Andes"}}
    made = bench(*people(*lands)).run(Coarsen(k=2, groups=groups))
    assert known(made, "country") == ["East Africa", "East Africa", "Andes", "Andes"]


def test_who_can_hide_among_nobody_loses_everything(bench: Make) -> None:
    made = bench(*people({"country": "Kenya", "description": "The only one."})).run(Coarsen(k=2))
    assert known(made, "country") == known(made, "description") == [None]


def test_personas_and_models_are_left_as_they_are(bench: Make) -> None:
    groups = {"country": {"Kenya": "Africa"}}
    made = bench(*people({"country": "Kenya"}, kind="persona")).run(Coarsen(groups=groups))
    assert known(made, "country") == ["Kenya"]


VALUES = st.sampled_from([None, "a", "b", "c'"])


@settings(max_examples=8)
@given(st.lists(st.fixed_dictionaries({"country": VALUES, "gender": VALUES, "religion": VALUES}), max_size=12))
def test_afterwards_nobody_stands_out(declared: list[dict[str, Any]]) -> None:
    with connect() as connection:
        made = Bench(connection, people(*declared)).run(Coarsen(k=3))
        assert equivalence_classes(connection.table("annotators")).filter("alike < 3").fetchall() == []
        kept = zip(*(known(made, name) for name in ("country", "gender", "religion")), strict=True)
        given = [tuple(one[name] for name in ("country", "gender", "religion")) for one in declared]
        assert all(
            k in (g, None) for row, before in zip(kept, given, strict=True) for k, g in zip(row, before, strict=True)
        )
