from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from pluriset.builders.preflight.plan import extreme
from pluriset.schemas.row import Row, unvalidated_rows

Short = Annotated[str, Field(max_length=3)]


class Reply(BaseModel):
    words: Annotated[list[Short], Field(min_length=1, max_length=2)]
    pair: tuple[Short, Annotated[str, Field(max_length=5)]]
    free: str


class Named(Row):
    """A row that made-up answers do not fit."""

    name: Annotated[str, Field(pattern="^Right to .+$")]


def test_bounds_inside_lists_and_tuples_hold() -> None:
    largest = extreme(Reply, True)
    assert [len(word) for word in largest.words] == [3, 3] and [len(part) for part in largest.pair] == [3, 5]
    assert [len(word) for word in extreme(Reply, False).words] == [0]


def test_bounds_of_a_request_replace_those_of_the_type() -> None:
    reply = extreme(Reply, True, narrow={"words": {"max_length": 1}, "free": {"enum": ["yes", "no"]}})
    assert len(reply.words) == 1 and reply.free == "no"


def test_rows_are_not_validated_while_a_plan_runs_and_are_afterwards() -> None:
    with unvalidated_rows():
        assert Named(name="x").name == "x"
    with pytest.raises(ValidationError):
        Named(name="x")
