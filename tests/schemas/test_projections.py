from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any

import datasets
import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from pluriset.schemas import rows
from pluriset.schemas.projections import arrow_schema, hub_features, json_schema, schema_hash
from pluriset.schemas.row import Column, Key, Row, columns, key, key_of
from pluriset.schemas.rows.shared import Annotation
from pluriset.validators.tables.sql import query


def discovered() -> Iterator[type[Row]]:
    for module in iter_modules(rows.__path__, f"{rows.__name__}."):
        found = vars(import_module(module.name)).values()
        yield from (
            type_
            for type_ in found
            if isinstance(type_, type) and issubclass(type_, Row) and type_.__module__ == module.name
        )


EVERY = list(discovered())
every = pytest.mark.parametrize("row_type", EVERY, ids=lambda row_type: row_type.__name__)
CHARACTERS = st.characters(codec="utf-8")
TEXT = st.text(CHARACTERS)


def values(schema: Any) -> st.SearchStrategy[Any]:
    """What a JSON Schema of ours allows, as Python values."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of(*map(values, schema["anyOf"]))
    match schema["type"]:
        case "null":
            return st.none()
        case "string":
            least, most = schema.get("minLength", 0), schema.get("maxLength", 200)
            if pattern := schema.get("pattern"):
                fits = st.from_regex(pattern, fullmatch=pattern.startswith("^"), alphabet=CHARACTERS)
                return fits.filter(lambda text: least <= len(text) <= most)
            return st.text(CHARACTERS, min_size=least, max_size=most)
        case "integer":
            least, most = schema.get("minimum", -(2**63)), schema.get("maximum", 2**63 - 1)
            return st.integers(least, most)
        case "number":
            least, above = schema.get("minimum"), schema.get("exclusiveMinimum")
            return st.floats(
                least if above is None else above,
                schema.get("maximum"),
                exclude_min=above is not None,
                allow_nan=False,
                allow_infinity=False,
            )
        case "array":
            least = schema.get("minItems", 0)
            return st.lists(values(schema["items"]), min_size=least, max_size=max(3, least))
        case "object":
            return st.fixed_dictionaries({name: values(part) for name, part in schema["properties"].items()})
        case "boolean":
            return st.booleans()
    raise AssertionError(schema)


def cell(column: Column) -> st.SearchStrategy[Any]:
    schema = {"enum": [column.schema["const"]]} if "const" in column.schema else column.schema
    return st.none() | values(schema) if column.nullable else values(schema)


def row_of(row_type: type[Row]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({column.name: cell(column) for column in columns(row_type)})


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for model in [schema, *schema.get("$defs", {}).values()]:
        yield from model.get("properties", {}).items()


def test_every_family_is_discovered() -> None:
    assert {"Situation", "Consideration", "Annotator", "Annotation", "Aggregate", "Reject"} <= {
        t.__name__ for t in EVERY
    }


@every
def test_arrow_and_the_hub_agree(row_type: type[Row]) -> None:
    schema = arrow_schema(row_type)
    from_arrow, from_card = (
        datasets.Features.from_arrow_schema(schema),
        datasets.Features._from_yaml_list(hub_features(row_type)),
    )
    assert from_arrow == from_card
    assert from_arrow._to_yaml_list() == hub_features(row_type)
    assert [field.name for field in schema if field.nullable] == [c.name for c in columns(row_type) if c.nullable]
    assert sorted(schema.names) == sorted(row_type.model_fields)


@every
@settings(max_examples=40)
@given(data=st.data())
def test_what_the_json_schema_allows_is_a_row_and_survives_json_and_arrow(
    row_type: type[Row], data: st.DataObject
) -> None:
    said = data.draw(row_of(row_type))
    row = row_type.model_validate(said)
    assert row.model_dump() == said
    assert row_type.model_validate_json(row.model_dump_json()) == row
    [back] = pa.Table.from_pylist([said], schema=arrow_schema(row_type)).to_pylist()
    assert row_type.model_validate(back) == row


@every
def test_a_row_type_forbids_what_it_does_not_know(row_type: type[Row]) -> None:
    schema = json_schema(row_type)
    assert schema["additionalProperties"] is False and set(schema["properties"]) == set(row_type.model_fields)
    assert set(schema["required"]) == {name for name, field in row_type.model_fields.items() if field.is_required()}


@every
def test_every_field_says_what_it_means(row_type: type[Row]) -> None:
    assert row_type.__doc__ and all(column.description for column in columns(row_type))
    silent = [name for name, part in properties(json_schema(row_type)) if not part.get("description", "").strip()]
    assert silent == []


def test_the_schema_hash_changes_with_a_constraint_a_type_and_a_column_only() -> None:
    def made(**fields: Any) -> str:
        body = {"__annotations__": fields, "__module__": __name__, "__qualname__": "Made"}
        return schema_hash(type("Made", (Row,), body))

    plain = made(text=str)
    assert plain == made(text=str)
    others = [
        made(text=Annotated[str, Field(min_length=1)]),
        made(text=Annotated[str, Field(min_length=2)]),
        made(text=Annotated[str, Field(pattern="^a")]),
        made(text=str | None),
        made(text=int),
        made(text=str, more=str),
    ]
    assert len({plain, *others}) == len(others) + 1
    assert len({schema_hash(row_type) for row_type in EVERY}) == len(EVERY)


HOSTILE = [
    "",
    '"',
    "\\",
    "'; DROP TABLE x; --",
    "\n\t\r\b\f",
    "\x01\x1b\x1f\x7f\x80",
    "/",
    "</script>",
    "\\u001b",
    "\\\x1b",
    "\u2028",
    "😀é",
    "null",
]


class Pair(Row):
    left: Annotated[str, Key()]
    right: Annotated[str, Key()]


def in_duckdb(pairs: list[tuple[str, str]]) -> list[str]:
    table = pa.table({"n": range(len(pairs)), "a": [a for a, _ in pairs], "b": [b for _, b in pairs]})
    found = query(duckdb.from_arrow(table), "SELECT json_array(a, b)::VARCHAR FROM rows ORDER BY n").fetchall()
    return [key for (key,) in found]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_composite_key_is_what_duckdb_makes_of_it(text: str) -> None:
    assert key_of(Pair(left=text, right="b")) == in_duckdb([(text, "b")])[0]


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=20))
def test_any_composite_key_is_what_duckdb_makes_of_it(pairs: list[tuple[str, str]]) -> None:
    ours = [key_of(Pair(left=left, right=right)) for left, right in pairs]
    assert ours == in_duckdb(pairs) and len(set(ours)) == len(set(pairs))


def test_a_key_of_one_part_is_that_part_and_a_number_stays_one() -> None:
    row = Annotation(item_table="a", item_id='"', annotator_id="b", aspect="c", sample=3, label="yes", options=[])
    assert key(Annotation) == ("item_table", "item_id", "annotator_id", "aspect", "sample")
    assert (
        key_of(row)
        == duckdb.connect().execute("""SELECT json_array('a', '"', 'b', 'c', 3)::VARCHAR""").fetchall()[0][0]
    )

    class One(Row):
        id: Annotated[str, Key()]

    assert key_of(One(id='["x"]')) == '["x"]'
