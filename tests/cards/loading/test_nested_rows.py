from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

import pluriset
from pluriset.cards.loading import nested_rows
from pluriset.cards.loading.dataset import load
from pluriset.schemas.errors import DataError
from pluriset.schemas.row import Row, key_of
from pluriset.schemas.rows.values import TABLES
from pluriset.tests.cards.conftest import add_situation


def rows(n: int) -> list[Row]:
    found: dict[str, dict[str, list[Row]]] = {table: {"train": []} for table in TABLES}
    for number in range(n):
        add_situation(found, number, "train")
    return [row for splits in found.values() for row in splits["train"]]


def test_rows_are_nested_under_the_rows_they_point_to() -> None:
    (second,) = [one for one in nested_rows.nest(rows(3), TABLES) if one["situation_id"] == "s1"]
    (below,) = second["considerations"]
    assert below["consideration_id"] == "c1" and below["judgements"] == {
        "valence": {"main": "supports", "elder": "opposes"}
    }
    assert "annotations" not in below and "aggregates" not in below


def test_nesting_is_linear_in_the_rows() -> None:
    looks = []
    for n in (20, 40):
        with patch.object(nested_rows, "key_of", side_effect=key_of) as looked:
            list(nested_rows.nest(rows(n), TABLES))
        looks.append(looked.call_count)
    assert looks[1] == 2 * looks[0]


def test_rows_of_several_splits_have_their_split(finished: Callable[..., Path]) -> None:
    dataset = load(finished())
    shown = nested_rows.nested_rows(dataset, None, None)
    assert [row["split"] for row in shown] == [
        split for split in dataset.splits("situations") for _ in dataset.rows("situations", split)
    ]
    key = shown[-1]["situation_id"]
    assert [(row["situation_id"], row["split"]) for row in nested_rows.nested_rows(dataset, key, None)] == [
        (key, shown[-1]["split"])
    ]


@pytest.mark.parametrize("table", [None, "situations", "rejects"])
def test_a_key_that_no_row_has_is_an_error(finished: Callable[..., Path], table: str | None) -> None:
    for key in ("", "no such key"):
        with pytest.raises(DataError, match=f"{table or 'situations'}: no such row\n  got: {key or 'an empty key'}"):
            pluriset.show(finished(), key, table=table)


def test_one_table_is_shown_by_split_or_by_key(finished: Callable[..., Path]) -> None:
    dataset = load(run := finished())
    shown = pluriset.show(run, n=None, table="considerations")
    assert {row["split"] for row in shown} == {*dataset.splits("considerations")}
    key = shown[-1]["consideration_id"]
    assert pluriset.show(run, key, table="considerations") == [shown[-1]]
