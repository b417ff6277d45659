import math
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import pyarrow as pa
import pytest
from duckdb import DuckDBPyConnection, DuckDBPyRelation
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from pluriset.schemas.report import Finding
from pluriset.schemas.row import ForeignKey, ItemKey, Key, Row, columns
from pluriset.schemas.rows.values import TABLES, Consideration, Situation
from pluriset.validators.judging.constraints import check_table
from pluriset.validators.tables.schema_sql import KEYWORDS, conditions


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(pattern=r"^[\s\d]*x?$")]
    note: str | None = None
    weights: list[Annotated[float, Field(gt=0, lt=1)]] = []


class Everything(Row):
    """Every keyword that a row type may use, at the top and inside lists and structs."""

    key: Annotated[str, Key(), Field(min_length=1)]
    blank: Annotated[str, Field(pattern=r"\S")] = "x"
    line: Annotated[str, Field(pattern=r"^a.\d\D$")] | None = None
    one: Literal["it's"] = "it's"
    some: Literal["a", "b", ""] = "a"
    count: Annotated[int, Field(ge=-1, le=3)] = 0
    share: Annotated[float, Field(gt=0, lt=1)] | None = None
    flag: bool = False
    few: Annotated[list[Annotated[str, Field(max_length=2)]], Field(min_length=1, max_length=2)]
    parts: list[Part]
    part: Part | None = None


PART = pa.struct({"code": pa.string(), "note": pa.string(), "weights": pa.list_(pa.float64())})
EVERYTHING = pa.schema(
    {
        **dict.fromkeys(("key", "blank", "line", "one", "some"), pa.string()),
        "count": pa.int64(),
        "share": pa.float64(),
        "flag": pa.bool_(),
        "few": pa.list_(pa.string()),
        "parts": pa.list_(PART),
        "part": PART,
    }
)
Relate = Callable[[Sequence[dict[str, Any]], type[Row] | pa.Schema], DuckDBPyRelation]
Case = tuple[str, dict[str, Any]]
ROW_TYPES: dict[str, type[Row]] = {**TABLES, "everything": Everything}
POOL = [
    "",
    " ",
    "x",
    "\xa0",
    "\x85",
    "\x0b",
    "\u200b",
    "é" * 2,
    "a1٣b",
    "a\n1b",
    "a١1b",
    "1٣x",
    "it's",
    "f" * 32,
    "e" * 101,
    "abc",
]
NUMBERS = [-2, -1, 0, 1, 3, 4]


def values(schema: Any) -> st.SearchStrategy[Any]:
    """Values of the right type, good and bad, and null."""
    schema = next(kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null")
    allowed = schema.get("enum", [schema["const"]] if "const" in schema else [])
    match schema["type"]:
        case "string":
            some = st.sampled_from([*allowed, *POOL]) | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
        case "integer":
            some = st.sampled_from(NUMBERS)
        case "number":
            some = st.sampled_from([*map(float, NUMBERS), 0.5, float("nan"), float("inf")])
        case "boolean":
            some = st.booleans()
        case "array":
            some = st.lists(values(schema["items"]), max_size=3)
        case "object":
            some = st.fixed_dictionaries({name: values(part) for name, part in schema["properties"].items()})
    return some if allowed else some | st.none()


def good(row_type: type[Row]) -> dict[str, Any]:
    """A row without a fault."""
    found = {c.name: None if c.nullable else GOOD.get(c.name, _good(c.schema)) for c in columns(row_type)}
    return row_type(**found).model_dump()


GOOD = {"digest": "", "few": ["a"]}


def _good(schema: Any) -> Any:
    simple = {"string": "x", "integer": 0, "number": 0.5, "boolean": True, "array": [], "object": {}}
    return schema.get("const") or next(iter(schema.get("enum", [])), simple[schema["type"]])


@st.composite
def rows(draw: st.DrawFn, tables: Sequence[str] = tuple(ROW_TYPES)) -> Case:
    """A good row in which up to three columns were overwritten."""
    table = draw(st.sampled_from(tables))
    known = columns(ROW_TYPES[table])
    spoiled = draw(st.lists(st.sampled_from(known), max_size=3, unique_by=lambda column: column.name))
    return table, {**good(ROW_TYPES[table]), **{column.name: draw(values(column.schema)) for column in spoiled}}


def accepted(row_type: type[Row], row: dict[str, Any]) -> bool:
    """What pydantic says; besides, a number must be finite, for JSON has no others."""
    try:
        row_type.model_validate(row)
    except ValidationError:
        return False
    return finite(row)


def finite(value: Any) -> bool:
    if isinstance(value, dict | list):
        return all(map(finite, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)


def arrow(table: str) -> pa.Schema | type[Row]:
    return EVERYTHING if table == "everything" else ROW_TYPES[table]


def broken(table: str, relation: DuckDBPyRelation, of: int = 1) -> list[Finding]:
    """Findings on columns and rows; what points elsewhere is not looked at."""
    found = check_table(table, {table: relation}, ROW_TYPES, {table: of})
    return [f for f in found if f.count and not f.check.endswith((".key", "_key"))]


@settings(max_examples=100)
@given(case=rows())
def test_sql_finds_the_rows_that_pydantic_rejects(case: Case, relate: Relate) -> None:
    table, row = case
    findings = broken(table, relate([row], arrow(table)))
    assert (not findings) == accepted(ROW_TYPES[table], row), findings


@settings(max_examples=25)
@given(cases=st.lists(rows(["everything"]), min_size=5, max_size=5))
def test_and_finds_no_others_among_many(cases: list[Case], relate: Relate) -> None:
    listed = [{**row, "key": str(i)} for i, (_, row) in enumerate(cases)]
    shown = {example["key"] for f in broken("everything", relate(listed, EVERYTHING), 5) for example in f.examples}
    assert shown == {row["key"] for row in listed if not accepted(Everything, row)}


@pytest.mark.parametrize(
    ("table", "change", "check"),
    [
        ("considerations", {"text": "x" * 101}, "considerations.text.max_length"),
        ("considerations", {"text": "\xa0"}, "considerations.text.pattern"),
        ("considerations", {"kind": "virtue"}, "considerations.kind.enum"),
        ("considerations", {"explanation": None}, "considerations.explanation.null"),
        ("considerations", {"consideration_id": ""}, "considerations.consideration_id.min_length"),
        ("annotations", {"sample": -1}, "annotations.sample.minimum"),
        ("annotations", {"score": float("inf")}, "annotations.score.finite"),
        ("annotations", {"options": ["yes", None]}, "annotations.options.items.null"),
        (
            "aggregates",
            {"distribution": [{"label": "a", "share": 1.5}]},
            "aggregates.distribution.items.share.maximum",
        ),
        ("everything", {"one": "its"}, "everything.one.const"),
        ("everything", {"few": []}, "everything.few.min_items"),
        ("everything", {"part": {"code": "!", "weights": []}}, "everything.part.code.pattern"),
    ],
)
def test_ids(table: str, change: dict[str, Any], check: str, relate: Relate) -> None:
    (finding,) = broken(table, relate([{**good(ROW_TYPES[table]), **change}], arrow(table)))
    assert (finding.check, finding.count, finding.severity) == (check, 1, "error")


def test_every_keyword_of_every_row_type_is_known() -> None:
    silent = {
        "type",
        "title",
        "description",
        "default",
        "items",
        "properties",
        "required",
        "additionalProperties",
        "anyOf",
    }

    def keywords(schema: Any) -> set[str]:
        parts = [*schema.get("anyOf", []), *schema.get("properties", {}).values()]
        parts += [schema["items"]] if "items" in schema else []
        return set(schema) | {word for part in parts for word in keywords(part)}

    used = {word for type_ in ROW_TYPES.values() for c in columns(type_) for word in keywords(c.schema)}
    assert used - silent <= set(KEYWORDS)


def test_columns_missing_and_of_another_type(connection: DuckDBPyConnection) -> None:
    relation = connection.sql("SELECT 1 AS situation_id, [{'a': 1}] AS source FROM range(3)")
    findings = {f.check: f for f in broken("situations", relation, 3)}
    assert set(findings) == {"situations.situation_id.type", "situations.source.type", "situations.text.missing"}
    assert all(finding.count == 3 for finding in findings.values())
    assert findings["situations.situation_id.type"].examples == [{"found": "INTEGER"}]


def test_columns_with_a_default_may_be_missing(connection: DuckDBPyConnection) -> None:
    relation = connection.sql(
        """SELECT 'c' AS consideration_id, 's' AS situation_id, 'w' AS writer_id, 'value'::ENUM('value', 'x') AS kind,
        'x' AS text, 'x' AS explanation"""
    )
    assert broken("considerations", relation) == []


def test_a_column_of_nulls_is_null_and_of_any_type(connection: DuckDBPyConnection) -> None:
    relation = connection.sql("SELECT NULL AS situation_id, 'x' AS text, 'x' AS source")
    assert [f.check for f in broken("situations", relation)] == ["situations.situation_id.null"]


def test_keys(relate: Relate) -> None:
    situations = [{**good(Situation), "situation_id": id} for id in ("a", "b", "a", "a", "b")]
    found = [*check_table("situations", {"situations": relate(situations, Situation)}, TABLES, {"situations": 5})]
    (finding,) = [f for f in found if f.check == "situations.key"]
    assert finding.count == 3
    assert finding.examples == [
        {"situation_id": "a", "found": "3 rows"},
        {"situation_id": "b", "found": "2 rows"},
    ]


def test_what_points_nowhere(relate: Relate) -> None:
    considerations = [{**good(Consideration), "situation_id": id} for id in ("a", "b")]
    tables = {
        "situations": relate([{**good(Situation), "situation_id": "a"}], Situation),
        "considerations": relate(considerations, Consideration),
    }
    found = {f.check: f for f in check_table("considerations", tables, TABLES, {"considerations": 2})}
    situation, writer = found["considerations.situation_id.foreign_key"], found["considerations.writer_id.foreign_key"]
    assert (situation.count, situation.examples[0]["found"]) == (1, "b")
    assert writer.count == 2  # there is no table of annotators


def test_a_row_without_a_key_is_told_by_its_number(connection: DuckDBPyConnection) -> None:
    class Note(Row):
        score: Annotated[int, Field(le=3)]

    notes = connection.sql("SELECT 1 + i AS _row, i AS score FROM range(12) t(i)")
    (found,) = check_table("notes", {"notes": notes}, {"notes": Note}, {"notes": 12})
    assert found.examples[:2] == [{"_row": "5", "found": "4"}, {"_row": "6", "found": "5"}]


def test_items(relate: Relate) -> None:
    items = [("situations", "x"), ("situations", "y"), ("nowhere", "x"), ("annotations", "x")]
    annotations = [{**good(TABLES["annotations"]), "item_table": t, "item_id": i} for t, i in items]
    tables = {
        "situations": relate([{**good(Situation), "situation_id": "x"}], Situation),
        "annotations": relate(annotations, TABLES["annotations"]),
    }
    found = {f.check: f for f in check_table("annotations", tables, TABLES, {"annotations": 4})}
    assert found["annotations.item_id.item_key"].count == 3


def test_an_item_whose_key_has_parts_is_named_by_a_list(relate: Relate) -> None:
    class Cell(Row):
        a: Annotated[str, Key()]
        b: Annotated[int, Key()]

    class Note(Row):
        about: Annotated[str, Key()]
        item: Annotated[str, Key(), ItemKey("about")]

    types: dict[str, type[Row]] = {"cells": Cell, "notes": Note}
    items = ['["it\'s \\"é\\"",1]', '["it\'s \\"é\\"",2]']
    tables = {
        "cells": relate([{"a": 'it\'s "é"', "b": 1}], Cell),
        "notes": relate([{"about": "cells", "item": item} for item in items], Note),
    }
    found = {f.check: f for f in check_table("notes", tables, types, {"notes": 2})}
    assert found["notes.item.item_key"].examples == [{"about": "cells", "item": items[1], "found": items[1]}]


def test_a_missing_table_is_a_finding() -> None:
    (finding,) = check_table("situations", {}, TABLES, {})
    assert (finding.check, finding.count) == ("situations.missing", 1)


def test_hostile_names(relate: Relate) -> None:
    column, table = 'a"; DROP TABLE t; --', "t\"'; --"
    fields: dict[str, Any] = {
        column: (Annotated[str, Key(), Field(max_length=1, pattern=r"^[^']'$")], ...),
        "other": (Annotated[str, ForeignKey(f"{table}.{column}")], ...),
    }
    hostile = create_model("Hostile", __base__=Row, **fields)
    rows = [{column: "'''", "other": "x"}]
    found = {f.check: f.count for f in check_table(table, {table: relate(rows, hostile)}, {table: hostile}, {table: 1})}
    assert found == {
        f"{table}.{column}.max_length": 1,
        f"{table}.{column}.pattern": 1,
        f"{table}.key": 0,
        f"{table}.other.foreign_key": 1,
    }


@settings(max_examples=60, deadline=None)
@given(
    pattern=st.lists(
        st.sampled_from(["a", "-", "_", " ", "9", "[a-c]", "[A-Z0-9]", "[a9]{2}", "[a-z]{3}", "[0-9_]{0}"]), min_size=1
    ).map("".join),
    texts=st.lists(st.text("ab9Z-_ [*?\\\n\u00e9", max_size=6), min_size=1, max_size=20),
)
def test_a_code_is_matched_as_pydantic_matches_it(
    connection: DuckDBPyConnection, pattern: str, texts: list[str]
) -> None:
    coded = {"code": Annotated[str, Field(pattern=f"^{pattern}$")]}
    model: type[Row] = type("Coded", (Row,), {"__annotations__": coded, "__module__": __name__})
    (code,) = columns(model)
    (broken,) = [c.broken for c in conditions(code, connection.sql("SELECT ''").types[0]) if c.constraint == "pattern"]
    found = connection.sql(f"SELECT {broken} FROM (SELECT unnest($texts) AS code)", params={"texts": texts}).fetchall()
    assert "GLOB" in broken
    assert [wrong for (wrong,) in found] == [not _fits(model, text) for text in texts]


def _fits(model: type[Row], code: str) -> bool:
    try:
        model.model_validate({"code": code})
    except ValidationError:
        return False
    return True
