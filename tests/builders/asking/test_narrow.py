from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from pluriset.builders.asking.narrow import check, narrowed


class Reason(BaseModel):
    text: Annotated[str, Field(max_length=100)]


class Reply(BaseModel):
    option: str
    first: Reason
    second: Reason
    tags: list[str] = []
    more: list[Reason] = []
    score: float = 0.5


REPLY = Reply(
    option="A", first=Reason(text="because"), second=Reason(text="and so"), tags=["a", "b"], more=[Reason(text="yes")]
)
SCHEMA = Reply.model_json_schema()


def test_bounds_reach_the_schema_and_leave_the_type_alone() -> None:
    before = Reply.model_json_schema()
    bounds: Any = {"option": {"enum": ["A", "B"]}, "tags": {"max_length": 2}, "score": {"ge": 0, "le": 1}}
    properties = narrowed(SCHEMA, bounds)["properties"]
    assert properties["option"]["enum"] == ["A", "B"] and properties["tags"]["maxItems"] == 2
    assert (properties["score"]["minimum"], properties["score"]["maximum"]) == (0, 1)
    assert before == SCHEMA == Reply.model_json_schema()


def test_a_nested_field_is_bounded_where_it_is_named_and_nowhere_else() -> None:
    schema = narrowed(SCHEMA, {"first.text": {"max_length": 10, "pattern": "^b"}})
    assert schema["properties"]["first"]["properties"]["text"]["maxLength"] == 10
    assert schema["properties"]["second"] == {"$ref": "#/$defs/Reason"}
    assert schema["$defs"]["Reason"]["properties"]["text"]["maxLength"] == 100


def test_members_of_a_list_are_bounded_and_the_list_itself_in_its_length() -> None:
    schema = narrowed(SCHEMA, {"tags": {"enum": ["a"], "max_length": 2}, "more.text": {"enum": ["yes"]}})["properties"]
    assert schema["tags"]["items"] == {"type": "string", "enum": ["a"]} and schema["tags"]["maxItems"] == 2
    assert schema["more"]["items"]["properties"]["text"]["enum"] == ["yes"]


def test_an_unknown_field_names_those_that_the_answer_has() -> None:
    with pytest.raises(ValueError, match=r"no field 'options'; there is option, first"):
        narrowed(SCHEMA, {"options": {"enum": ["A"]}})


@pytest.mark.parametrize(
    ("field", "bound", "broken"),
    [
        ("option", {"enum": ["A", "B"]}, {"enum": ["B", "C"]}),
        ("option", {"pattern": "^[A-D]$"}, {"pattern": "^[E-H]$"}),
        ("first.text", {"max_length": 7}, {"max_length": 6}),
        ("tags", {"min_length": 2}, {"min_length": 3}),
        ("tags", {"enum": ["a", "b"]}, {"enum": ["b", "c"]}),
        ("more.text", {"enum": ["yes"]}, {"enum": ["no"]}),
        ("score", {"ge": 0, "le": 1}, {"ge": 0.6}),
    ],
)
def test_an_answer_is_held_to_the_bounds_too(field: str, bound: Any, broken: Any) -> None:
    check(REPLY, {field: bound})
    with pytest.raises(ValidationError) as complaint:
        check(REPLY, {field: broken})
    assert complaint.value.errors()[0]["loc"] == (field,)
