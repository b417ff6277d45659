import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import duckdb
import pytest
from click.testing import CliRunner
from pydantic import Field

import pluriset
from pluriset.cli import main
from pluriset.schemas.errors import DataError, RecipeError
from pluriset.schemas.row import ForeignKey, Key, Row
from pluriset.schemas.rows.values import TABLES
from pluriset.validators.expectations.run_suite import run_suite
from pluriset.validators.expectations.suite import suite
from pluriset.validators.judging.constraints import check_table
from pluriset.validators.validate import open_tables


class Judged(Row):
    """A row with one constraint of each kind."""

    id: Annotated[str, Key(), Field(pattern="^(?:[a-z]+):[0-9]{1,3}$")]
    who: Annotated[str, ForeignKey("people.name")]
    kind: Annotated[str, Field(min_length=2, max_length=5)]
    share: Annotated[float, Field(ge=0, lt=1)]
    parts: list[Annotated[str, Field(pattern=r"\S")]]


class Person(Row):
    """Whom they point to."""

    name: Annotated[str, Key()]


BROKEN = """
SELECT 'a:' || i AS id, CASE WHEN i = 3 THEN 'nobody' ELSE 'me' END AS who,
    CASE WHEN i IN (4, 5) THEN 'x' WHEN i = 6 THEN NULL WHEN i = 9 THEN 'go d' ELSE 'good' END AS kind,
    CASE WHEN i = 7 THEN 1.0 ELSE 0.5 END AS share, CASE WHEN i = 8 THEN ['a', ''] ELSE ['b'] END AS parts
FROM range(20) AS rows(i) UNION ALL SELECT 'a:1', 'me', 'good', 0, [] UNION ALL SELECT 'bad', 'me', 'good', 0, []
"""
HITS = {
    "id.pattern": 1, "key": 1, "who.foreign_key": 1, "kind.null": 1, "kind.min_length": 2,
    "share.exclusive_maximum": 1, "parts.items.pattern": 1,
}  # fmt: skip
ABSENT = "cannot be evaluated: there is no column 'absent'"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for table, rows in {"judged": BROKEN, "people": "SELECT 'me' AS name"}.items():
        duckdb.execute(f"COPY ({rows}) TO '{tmp_path}/{table}.parquet'")
    return tmp_path


@pytest.fixture
def _alone() -> Iterator[None]:
    """Great Expectations changes the level of loggers when it is imported."""
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


def save(place: Path, expectations: Any, **more: Any) -> Path:
    path = place / "suite.txt"
    path.write_text(json.dumps({"expectations": expectations, **more}))
    return path


@pytest.mark.parametrize("table", TABLES)
def test_an_exported_suite_has_a_unique_expectation_per_constraint_and_text_check(table: str) -> None:
    said = suite(table, TABLES[table])
    assert json.loads(json.dumps(said)) == said and said["meta"]["table"] == table
    checks = [one["meta"]["check"] for one in said["expectations"]]
    assert len(checks) == len(set(checks)) and {f"{table}.key", f"{table}.control_characters"} <= {*checks}
    assert {one["severity"] for one in said["expectations"]} == {"critical", "warning", "info"}


@pytest.mark.slow
@pytest.mark.usefixtures("_alone")
@pytest.mark.filterwarnings("ignore")
def test_great_expectations_agrees_with_the_constraint_checks(data: Path) -> None:
    path = save(data, expectations=(said := suite("judged", Judged))["expectations"], meta=said["meta"])
    found = run_suite(data, path)
    assert found.report.skipped == {}
    theirs = {f.check.removeprefix("judged."): f.count for f in found.report.found()}
    # they count every row of a repeated key, we those after the first
    assert theirs == {**HITS, "key": 2, "invisible_characters": 1}
    assert found.validation_result["statistics"]["unsuccessful_expectations"] == len(HITS) + 1
    assert "<html" in found.data_docs and "expect" not in found.report.rows
    types: dict[str, type[Row]] = {"judged": Judged, "people": Person}
    with open_tables(data) as (_, tables):
        ours = {f.check.removeprefix("judged."): f.count for f in check_table("judged", tables, types, {"judged": 22})}
    assert {check: count for check, count in ours.items() if count} == HITS


@pytest.mark.slow
@pytest.mark.usefixtures("_alone")
@pytest.mark.filterwarnings("ignore")
def test_a_suite_reads_the_tables_and_no_other_files(data: Path) -> None:
    (data / "secret.txt").write_text("x\n")
    secret = f"SELECT * FROM {{batch}} WHERE kind IN (SELECT column0 FROM read_csv('{data}/secret.txt'))"
    expectations: list[dict[str, Any]] = [
        {"expectation_type": "expect_table_column_count_to_equal", "kwargs": {"value": 5}},  # as before 1.0
        {"type": "expect_column_values_to_be_of_type", "kwargs": {"column": "share", "type_": "NUMERIC"}},
        {"type": "expect_column_median_to_be_between", "kwargs": {"column": "share", "min_value": 0.6}},
        {"type": "unexpected_rows_expectation", "kwargs": {"unexpected_rows_query": secret}},
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "absent"}, "severity": "warning"},
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "kind"}},
    ]
    found = run_suite(data, save(data, expectations), "judged").report
    shown = {f.check: (f.severity, f.count, f.examples) for f in found.found()}
    denied = shown.pop("judged.unexpected_rows_expectation")
    assert shown == {
        "judged.share.expect_column_median_to_be_between": ("error", 1, [{"found": 0.5}]),
        "judged.absent.expect_column_values_to_not_be_null": ("warning", 1, [{"problem": ABSENT}]),
        "judged.kind.expect_column_values_to_not_be_null": ("error", 1, []),
    }
    assert "disabled by configuration" in denied[2][0]["problem"] and found.skipped == {}
    with pytest.raises(DataError, match="unknown expectation: expect_magic"):
        run_suite(data, save(data, [{"type": "expect_magic", "kwargs": {}}]), "judged")


@pytest.mark.parametrize("text", ["{", "[]", '{"expectations": 3}', '{"expectations": [3]}'])
def test_an_invalid_suite_is_one_clear_error(data: Path, text: str) -> None:
    (data / "suite.txt").write_text(text)
    with pytest.raises(DataError, match=r"suite\.txt"):
        run_suite(data, data / "suite.txt")


def test_a_suite_for_several_tables_needs_a_table(data: Path) -> None:
    with pytest.raises(DataError, match="one of judged, people"):
        run_suite(data, save(data, []))


@pytest.mark.slow
@pytest.mark.usefixtures("_alone")
@pytest.mark.filterwarnings("ignore")
def test_validate_with_a_suite_reports_and_writes_the_result_beside_the_report(data: Path, tmp_path: Path) -> None:
    rule = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "kind"}}
    path = save(data, [rule], meta={"table": "judged"})
    report = pluriset.validate(data, suite=path, out=tmp_path / "out")
    assert [(finding.check, finding.count) for finding in report.findings] == [
        ("judged.kind.expect_column_values_to_not_be_null", 1)
    ]
    written = {file.name for file in (tmp_path / "out").iterdir()}
    assert written == {"report.json", "report.html", "validation_result.json", "data_docs.html"}
    result = CliRunner().invoke(main, ["validate", str(data), "--suite", str(path), "--json"])
    assert result.exit_code == 1 and json.loads(result.stdout) == report.model_dump()


def test_a_suite_is_not_combined_with_options_of_the_own_checks(data: Path) -> None:
    with pytest.raises(RecipeError, match="--suite"):
        pluriset.validate(data, suite=data / "suite.txt", as_="generic")


def test_numbers_in_csv_are_typed_as_in_parquet_and_codes_stay_text(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("id,rating,share,zip,flag\na,1,0.5,01234,true\nb,11,,99999,false\n")
    with open_tables(tmp_path, numbers=True) as (_, tables):
        types = dict(zip(tables["r"].columns, map(str, tables["r"].types), strict=True))
    assert types | {"_row": ""} == {
        "id": "VARCHAR", "rating": "BIGINT", "share": "DOUBLE", "zip": "VARCHAR", "flag": "BOOLEAN", "_row": "",
    }  # fmt: skip
    between = {"column": "rating", "min_value": 1, "max_value": 7}
    one = {"type": "expect_column_values_to_be_between", "kwargs": between}
    (tmp_path / "s.json").write_text(json.dumps({"name": "r", "expectations": [one]}))
    [finding] = run_suite(tmp_path / "r.csv", tmp_path / "s.json").report.findings
    assert (finding.count, finding.examples) == (1, [{"found": 11}])


@pytest.mark.usefixtures("_alone")
def test_a_suite_that_great_expectations_cannot_run_is_an_error_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("rating\n1\n")
    limit = {"column": "rating", "min_value": {"$PARAMETER": "least"}, "max_value": 7}
    one = {"type": "expect_column_values_to_be_between", "kwargs": limit}
    (tmp_path / "s.json").write_text(json.dumps({"name": "r", "expectations": [one]}))
    result = CliRunner().invoke(main, ["validate", str(tmp_path / "r.csv"), "--suite", str(tmp_path / "s.json")])
    assert result.exit_code == 2 and "No value found for $PARAMETER least" in result.stderr
    assert "Traceback" not in result.output
