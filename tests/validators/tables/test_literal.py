import json
import math
from collections import Counter, OrderedDict, defaultdict
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pluriset.validators.tables.literal import MAX_DEPTH, MAX_LENGTH, parse, to_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text("'\"\\nx[]{},: ", max_size=8)
FINITE = st.floats(allow_nan=False)
SCALAR = st.none() | st.booleans() | st.integers() | FINITE | TEXT
HASHABLE = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=5)
ANY = st.recursive(
    SCALAR | st.sets(HASHABLE, max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(HASHABLE, inner, max_size=3)
    ),
    max_leaves=12,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=60)
@given(ANY)
def test_repr_round_trips(value: Any) -> None:
    assert parse(repr(value)) == value


@settings(max_examples=60)
@given(JSON, st.booleans())
def test_json_round_trips(value: Any, ascii_only: bool) -> None:
    written = json.dumps(value, ensure_ascii=ascii_only)
    assert parse(written) == value
    assert json.loads(to_json(written)) == value


@settings(max_examples=100)
@given(st.text("[](){}'\",:=\\ x1.-enaNT_<>", max_size=30) | TEXT)
@example("defaultdict(<class 'list'>, {")
@example("{1: 2, 3}")
@example("{[]: 1}")
@example("OrderedDict([1])")
def test_anything_else_is_a_value_error(garbage: str) -> None:
    for read in (parse, to_json):
        try:
            read(garbage)
        except ValueError as error:
            assert str(error)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (repr(defaultdict(list, {"Chile": [0.5, 0.5]})), {"Chile": [0.5, 0.5]}),
        (repr(OrderedDict(a=1)), {"a": 1}),
        ("OrderedDict([('a', 1)])", {"a": 1}),
        (repr(Counter("aab")), {"a": 2, "b": 1}),
        ("array(['a', None], dtype=object)", ["a", None]),
        ("[np.float64(0.5), np.str_('x')]", [0.5, "x"]),
        ("set()", set()),
        ("{}", {}),
        ("frozenset({'a'})", {"a"}),
        ("(1,)", (1,)),
        ("(1)", 1),
        ("[1, ]", [1]),
        ("[\"it's\", '\"']", ["it's", '"']),
        ("[-inf, 1e400]", [-math.inf, math.inf]),
        (" ['self-respect', 'a, b'] \n", ["self-respect", "a, b"]),
    ],
)
def test_literals_of_common_libraries_are_parsed(written: str, value: Any) -> None:
    assert parse(written) == value


def test_nan_becomes_null_in_json() -> None:
    assert math.isnan(parse("['a', nan]")[1])
    assert to_json("['a', nan, -inf]") == '["a", null, -1e999]'


@pytest.mark.parametrize(
    "hostile",
    [
        "__import__('os').system('true')",
        "[x for x in y]",
        "os.system('x')",
        "set(set)",
        "lambda: 1",
        "'a' 'b'",
        "['a' 'b']",
        "[1, 2",
        "['a]",
        "1 + 1",
        "f'{x}'",
        "b'x'",
        "'\\N{BULLET}'",
        "'\\ud800'",
        "9" * 5000,
        "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
        "[" * 100_000,
        " " * (MAX_LENGTH + 1),
        "",
    ],
)
def test_hostile_literals_are_neither_evaluated_nor_endless(hostile: str) -> None:
    with pytest.raises(ValueError):
        parse(hostile)


def test_the_sql_function_equals_the_parser(connection: DuckDBPyConnection) -> None:
    cells = ["['a', 'b']", '["a"]', "['it\\'s', nan]", "{'a': (1, None)}", "set()", "nonsense", "['a', ", None, "{'x'}"]
    found = connection.sql("SELECT literal(c)::VARCHAR FROM (SELECT unnest($c) AS c)", params={"c": cells}).fetchall()
    assert [cell and json.loads(cell) for (cell,) in found] == [
        ["a", "b"],
        ["a"],
        ["it's", None],
        {"a": [1, None]},
        [],
        None,
        None,
        None,
        ["x"],
    ]
