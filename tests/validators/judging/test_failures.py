from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection

import pluriset
from pluriset.schemas.bounds import bounds
from pluriset.schemas.errors import DataError
from pluriset.validators.judging.failures import Failures
from pluriset.validators.tables.sql import connect
from pluriset.validators.validate import _database


@pytest.fixture(scope="module")
def connection() -> DuckDBPyConnection:
    return connect()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RuntimeError("boom\nmore"), "RuntimeError: boom"),
        (KeyError("a"), "KeyError: 'a'"),
        (MemoryError(), "out of memory"),
        (duckdb.OutOfMemoryException("x"), "out of memory"),
        (duckdb.InternalException("x"), "InternalException: x"),
    ],
)
def test_a_check_that_fails_is_unfinished_and_an_error(
    connection: DuckDBPyConnection, error: Exception, reason: str
) -> None:
    failures = Failures({})
    failures.add("a_check", error, [connection.sql("SELECT 1 AS a")])
    [finding] = failures.findings("data", 3)
    assert finding.severity == "error" and finding.problem.startswith("1 of 3 checks does not run to the end")
    assert finding.examples == [{"check": "a_check", "problem": reason}] and not failures.skipped


def test_a_check_of_unsuitable_contents_is_skipped(connection: DuckDBPyConnection) -> None:
    failures = Failures({})
    failures.add("a_check", duckdb.BinderException("no such function"), [connection.sql("SELECT 1 AS a")])
    assert failures.skipped == {"a_check": "no such function"} and not failures.findings("data", 3)


def test_a_table_that_cannot_be_read_is_named_as_the_cause(connection: DuckDBPyConnection) -> None:
    failures = Failures({})
    failures.add("a_check", duckdb.BinderException("x"), [connection.sql("SELECT error('torn') AS a")])
    assert failures.unfinished["a_check"].startswith("its table cannot be read to the end")


def test_a_validation_ends_in_time() -> None:
    endless = "SELECT count(*) FROM range(1000000000000) AS r(i) WHERE i % 7 = random()"
    with bounds(seconds=1), pytest.raises(DataError, match="took too long"), _database("100MB") as connection:
        connection.sql(endless).fetchall()


def test_a_wide_table_is_checked_in_parts(tmp_path: Path) -> None:
    columns = [f"c{n}" for n in range(150)]
    rows = [[f"v{(row + n) % 3}" for n in range(150)] for row in range(12)]
    rows[5][120] = " v1"
    (tmp_path / "wide.csv").write_text("\n".join(",".join(line) for line in [columns, *rows]))
    report = pluriset.validate(tmp_path / "wide.csv")
    found = {finding.check: finding for finding in report.findings}
    assert found["outer_white_space"].count == 1 and found["outer_white_space"].examples[0]["column"] == "c120"
    assert "checks.unfinished" not in found
