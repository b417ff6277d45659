import pytest
from duckdb import DuckDBPyConnection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pluriset.validators.findings.evidence import evidence, parts
from pluriset.validators.tables.normalise import norm
from pluriset.validators.tables.sql import quote_identifier, quote_literal

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SPACED = st.text(" .,;:!?aÄ\t\n\x0b\x0c\r\x1c\x1f\x85\xa0", max_size=12)


@settings(max_examples=300)
@given(said=st.lists(ANY_TEXT | SPACED, min_size=1, max_size=20))
@example(said=["a .", "a . .", " a", "a ", "A  b", "...", "", "\x0b", "ﬁ ß ŉ", "İ", "a\x00b", "ＡＢＣ！", "a。 "])
def test_norm_in_sql_equals_norm_in_python(said: list[str], connection: DuckDBPyConnection) -> None:
    found = connection.sql("SELECT norm(s) FROM (SELECT unnest($said) AS s)", params={"said": said}).fetchall()
    assert [one for (one,) in found] == [norm(one) for one in said]


def test_norm_of_null_is_null(connection: DuckDBPyConnection) -> None:
    assert connection.sql("SELECT norm(NULL::VARCHAR)").fetchall() == [(None,)]


@settings(max_examples=100)
@given(hostile=ANY_TEXT.filter(lambda said: "\x00" not in said))
@example(hostile="'; DROP TABLE t; --")
def test_hostile_text_is_quoted_as_a_literal(hostile: str, connection: DuckDBPyConnection) -> None:
    assert connection.sql(f"SELECT {quote_literal(hostile)}").fetchall() == [(hostile,)]


@settings(max_examples=100)
@given(hostile=ANY_TEXT.filter(lambda said: said and "\x00" not in said))
@example(hostile='"; DROP TABLE t; --')
def test_hostile_names_are_quoted_as_identifiers(hostile: str, connection: DuckDBPyConnection) -> None:
    relation = connection.sql(f"SELECT 1 AS {quote_identifier(hostile)}")
    assert relation.columns == [hostile]
    assert evidence(relation) == (1, [{hostile: "1"}])


@pytest.mark.parametrize("kind", ["BIGINT", "VARCHAR", "DOUBLE"])
def test_examples_are_in_the_order_of_numbers(kind: str, connection: DuckDBPyConnection) -> None:
    relation = connection.sql(f"SELECT i::{kind} AS id, 'b' AS found FROM range(100, 0, -1) t(i)")
    assert [float(row["id"]) for row in evidence(relation)[1]] == [1, 2, 3, 4, 5]
    mixed = connection.sql("SELECT unnest(['b', '10', NULL, '9', 'a']) AS id")
    assert [row["id"] for row in evidence(mixed)[1]] == ["9", "10", "a", "b", None]


def test_parts_are_empty_without_repetition(connection: DuckDBPyConnection) -> None:
    assert parts(connection.sql("SELECT unnest(['a', 'b']) AS problem"), 2) == {}
    assert parts(connection.sql("SELECT unnest(['a', 'b', 'b']) AS problem"), 3) == {"b": 2, "a": 1}


def test_evidence_is_short_and_the_same_each_time(connection: DuckDBPyConnection) -> None:
    relation = connection.sql("SELECT repeat('x', 10000) || i AS long, i FROM range(100000) t(i)")
    count, shown = evidence(relation)
    assert count == 100_000
    assert len(shown) == 5
    assert all(len(row["long"]) == 200 for row in shown)
    assert shown == evidence(relation)[1]
