import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from duckdb import DuckDBPyConnection

from pluriset.schemas.component import load, names
from pluriset.schemas.errors import DataError
from pluriset.schemas.projections import arrow_schema
from pluriset.schemas.report import Report
from pluriset.schemas.rows.values import ASPECTS, TABLES
from pluriset.validators import checks, measures
from pluriset.validators.checks import Check
from pluriset.validators.validate import open_tables, row_types, validate_path, validate_run, validate_tables

KINDS = ("value", "right", "duty")
PREFIX = {"value": "Trust", "right": "Right to rest", "duty": "Duty to help"}


def dataset() -> dict[str, list[dict[str, Any]]]:
    """A small dataset in which everything holds."""
    situations = [{"situation_id": s, "text": f"Situation {s}", "source": "test"} for s in "ab"]
    considerations = [
        {
            "consideration_id": s + kind,
            "situation_id": s,
            "writer_id": "w",
            "kind": kind,
            "text": PREFIX[kind],
            "explanation": "It is at stake.",
            "digest": "",
        }
        for s in "ab"
        for kind in KINDS
    ]
    labels = {"value": "supports", "right": "opposes", "duty": "either"}
    annotations = [
        {
            "item_table": "considerations",
            "item_id": row["consideration_id"],
            "annotator_id": "w",
            "aspect": "valence",
            "sample": 0,
            "label": labels[row["kind"]],
            "options": ["supports", "opposes"],
            "digest": "",
        }
        for row in considerations
    ]
    aggregates: list[dict[str, Any]] = [
        {
            **{part: row[part] for part in ("item_table", "item_id", "aspect", "label")},
            "rule": "majority",
            "distribution": [],
            "n": 1,
            "abstained": 0,
        }
        for row in annotations
    ]
    return {
        "situations": situations,
        "considerations": considerations,
        "annotators": [{"annotator_id": "w", "kind": "model"}],
        "annotations": annotations,
        "aggregates": aggregates,
        "aspects": [aspect.model_dump() for aspect in ASPECTS],
    }


def write(folder: Path, tables: dict[str, list[dict[str, Any]]], manifest: object = None) -> Path:
    """The tables as a run: what is about situation `b` is the test split."""
    for table, rows in tables.items():
        for split, letter in (("train", "a"), ("test", "b")):
            of_split = [row for row in rows if _about(row).startswith(letter)]
            path = folder / "data" / table / f"{split}-00000-of-00001.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            schema = pa.schema([field.with_nullable(True) for field in arrow_schema(TABLES[table])])
            pq.write_table(pa.Table.from_pylist(of_split, schema=schema), path)
    if manifest:
        (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def _about(row: dict[str, Any]) -> str:
    return str(row.get("situation_id") or row.get("item_id") or "a")


def failing(report: Report) -> dict[str, int]:
    return {finding.check: finding.count for finding in report.findings if finding.count}


def test_a_clean_run_passes(tmp_path: Path) -> None:
    report = validate_run(write(tmp_path / "mine", dataset(), {"family": "values"}))
    assert (failing(report), report.skipped, report.dataset) == ({}, {}, "mine")
    assert report.rows == {
        "situations": 2,
        "considerations": 6,
        "annotators": 1,
        "annotations": 6,
        "aggregates": 6,
        "aspects": 2,
    }
    ran = {finding.check for finding in report.findings}
    every: dict[str, Check] = {name: load(checks.__name__, name) for name in names(checks.__name__)}
    there = {*report.rows, "*"}
    assert ran >= {n for n, c in every.items() if set(c.needs) <= there and "split" not in c.needs.get("*", ())} - {
        n for n, c in every.items() if c.implied_by_row_type
    }
    measured = {figure.measure for figure in report.figures}
    assert {"abstention", "agreement", "considerations_per_situation", "valence_by_kind"} <= measured
    assert measured <= set(names(measures.__name__))
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_the_same_run_has_the_same_report(tmp_path: Path) -> None:
    folder = write(tmp_path, dataset())
    assert validate_run(folder).model_dump_json() == validate_run(folder).model_dump_json()


def test_findings_are_sorted_worst_first(tmp_path: Path) -> None:
    tables = dataset()
    tables["situations"].append({"situation_id": "b2", "text": "situation A!", "source": ""})
    tables["considerations"][0] |= {"explanation": "trust."}
    tables["annotations"][0] |= {"label": "Supports", "annotator_id": "nobody"}
    report = validate_run(write(tmp_path, tables))
    assert failing(report) == {
        "aggregates_recompute": 1,
        "annotations.annotator_id.foreign_key": 1,
        "no_considerations": 1,
        "known_labels": 1,
        "situation_leak": 1,
        "situations.source.min_length": 1,
        "explanation_hygiene": 1,
    }
    failed = [finding.severity for finding in report.findings if finding.count]
    assert failed == ["error"] * 6 + ["warning"]
    assert not any(finding.count for finding in report.findings[len(failed) :])
    assert (report.count("error"), report.count("warning"), report.count("info")) == (6, 1, 0)


def test_a_finding_has_at_most_five_short_examples(tmp_path: Path) -> None:
    tables = dataset()
    tables["situations"] += [{"situation_id": f"a{i}", "text": "x" * 5000, "source": "s"} for i in range(20)]
    report = validate_run(write(tmp_path, tables))
    (finding,) = [f for f in report.findings if f.check == "situations.text.max_length"]
    assert (finding.count, len(finding.examples)) == (20, 5)
    assert len(finding.examples[0]["found"]) == 200


def test_row_types_without_a_manifest_follow_from_table_names(tmp_path: Path, connection: DuckDBPyConnection) -> None:
    some = {table: connection.sql("SELECT 1 AS x") for table in TABLES}
    assert row_types(tmp_path, some) == TABLES
    del some["situations"]
    assert set(row_types(tmp_path, some)) == {"annotators", "annotations", "aggregates", "aspects"}
    assert row_types(tmp_path, {"cats": some["annotators"]}) == {}


@pytest.mark.parametrize("family", ["os", "shared", "../values", "__init__", "", None, 3, ["values"]])
def test_a_manifest_imports_nothing_but_families(
    family: object, tmp_path: Path, connection: DuckDBPyConnection
) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"family": family}))
    assert row_types(tmp_path, {"cats": connection.sql("SELECT 1")}) == {}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000])
def test_an_invalid_manifest_is_an_error(content: bytes, tmp_path: Path) -> None:
    write(tmp_path, dataset())
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(DataError, match="manifest"):
        validate_run(tmp_path)


def test_a_missing_table_of_the_family_is_reported(tmp_path: Path) -> None:
    tables = dataset()
    del tables["annotators"]
    found = failing(validate_run(write(tmp_path, tables, {"family": "values"})))
    assert found == {
        "annotators.missing": 1,
        "annotations.annotator_id.foreign_key": 6,
        "considerations.writer_id.foreign_key": 6,
    }


def test_a_damaged_run_is_one_clear_error(tmp_path: Path) -> None:
    write(tmp_path, dataset())
    path = tmp_path / "data/considerations/train-00000-of-00001.parquet"
    content = bytearray(path.read_bytes())
    content[8:400] = bytes(392)
    path.write_bytes(content)
    with pytest.raises(DataError, match="cannot be read"):
        validate_run(tmp_path)


def test_checks_without_their_columns_are_skipped_with_a_reason(connection: DuckDBPyConnection) -> None:
    tables = {
        "situations": connection.sql("SELECT 'a' AS situation_id"),
        "considerations": connection.sql("SELECT 'c' AS consideration_id, 'a' AS situation_id, ['x'] AS text"),
    }
    report = validate_tables(tables, {}, "theirs")
    assert report.skipped["blank_text"] == "no column situations.text, no column considerations.explanation"
    assert "prefix_matches_kind" in report.skipped
    assert "agreement" not in report.skipped
    assert "conflicting_valences" not in report.skipped
    assert failing(report) == {}
    assert {f.check for f in report.findings if "*" not in load(checks.__name__, f.check).needs} == {
        "no_considerations"
    }


def test_an_unreadable_column_skips_its_check_with_a_reason(connection: DuckDBPyConnection) -> None:
    full = connection.sql("SELECT 1 AS situation, 'x' AS vrd, 'x' AS text, 'x' AS explanation, ['Either'] AS valence")
    relevance = connection.sql("SELECT 1 AS situation, 'x' AS vrd, 'x' AS text, 'No' AS output")
    report = validate_tables({"full": full, "relevance": relevance}, {}, "theirs")
    assert "relevance_balance" in report.skipped
    assert report.skipped["relevance_balance"].startswith("Binder Error: ")


def test_numbers_in_text_columns_are_checked_as_text(connection: DuckDBPyConnection) -> None:
    tables = {
        "situations": connection.sql("SELECT 1 AS situation_id, 2 AS text, 'x' AS source"),
        "considerations": connection.sql(
            "SELECT 7 AS consideration_id, 1 AS situation_id, 2 AS writer_id, 3 AS kind, 4 AS text, 5 AS explanation"
        ),
        "annotations": connection.sql(
            """SELECT 8 AS item_table, 7 AS item_id, 1.5 AS annotator_id, true AS aspect, 0 AS sample, 6 AS label,
            'yes' AS options, [1] AS score"""
        ),
    }
    report = validate_tables(tables, TABLES, "theirs")
    assert {"situations.text.type", "considerations.kind.type", "annotations.label.type"} <= set(failing(report))
    assert failing(report)["annotations.options.type"] == 1
    assert {figure.group.get("annotator") for figure in report.figures} >= {"1.5"}


@pytest.mark.parametrize("hostile", ['"; DROP TABLE t; --', "'; SELECT 1; --", "a b", "ü", "rows", "select"])
def test_hostile_table_and_column_names_are_quoted(hostile: str, connection: DuckDBPyConnection) -> None:
    tables = {hostile: connection.sql(f'SELECT 1 AS "{hostile.replace(chr(34), chr(34) * 2)}"')}
    report = validate_tables(tables, {}, hostile)
    assert (report.rows, failing(report), report.skipped) == ({hostile: 1}, {}, {})


def test_no_tables_give_an_empty_report() -> None:
    report = validate_tables({}, {}, "nothing")
    assert (report.rows, report.findings, report.figures) == ({}, [], [])


def test_validation_spills_to_disk(tmp_path: Path, connection: DuckDBPyConnection) -> None:
    """More rows than the memory holds: what does not fit goes to the given folder, and goes away."""
    folder, spill = tmp_path / "run", tmp_path / "spill"
    spill.mkdir()
    path = folder / "data/considerations/train-00000-of-00001.parquet"
    path.parent.mkdir(parents=True)
    connection.execute(
        f"""COPY (SELECT 'c' || i AS consideration_id, 's' || (i // 3) AS situation_id, 'w' AS writer_id,
        ['value', 'right', 'duty'][1 + i % 3] AS kind, 'Trust ' || hash(i) AS text, 'It matters.' AS explanation
        FROM range(300000) t(i)) TO '{path}' (FORMAT parquet)"""
    )
    report = validate_run(folder, memory="120MB", spill=spill)
    assert report.rows == {"considerations": 300_000}
    assert list(spill.iterdir()) == []


def test_a_finding_states_its_unit(connection: DuckDBPyConnection) -> None:
    texts = (
        "(VALUES ('a', 'one x', 'train'), ('a', 'two ', 'train'), ('b', 'one x', 'test')) AS t(item_id, text, split)"
    )
    pairs = "SELECT i AS pair_id, 'p' AS prompt, 'long ' || i AS first, 'x' AS second, 'first' AS preferred"
    tables = {"items": connection.sql(f"FROM {texts}"), "pairs": connection.sql(f"{pairs} FROM range(200) AS r(i)")}
    found = validate_tables(tables, {}, "theirs").found()
    assert {f"{f.check}: {f.problem}" for f in found} == {
        "split_leak: 1 of 2 texts is in more than one split",
        "unique_items: 1 of 2 item IDs is missing or shared by several items",
        "repeated_items: 1 of 3 items repeats the text of an earlier item",
        "outer_white_space: 1 of 9 cells has leading or trailing white space",
        "constant_columns: 3 of 5 columns have a single value",
        "length_bias: Preferences depend on the length of the responses",
    }
    [bias] = [finding for finding in found if finding.check == "length_bias"]
    assert (bias.count, bias.of, bias.unit, bias.share) == (1, 200, None, None)


def test_the_profile_name_of_a_report_is_accepted_by_as(tmp_path: Path) -> None:
    (tmp_path / "theirs.jsonl").write_text('{"prompt": "a", "chosen": "b", "rejected": "c"}\n')
    told = [validate_path(tmp_path / "theirs.jsonl", as_=as_).profile for as_ in (None, "generic")]
    assert [profile and profile.name for profile in told] == ["trl", "generic"]


@pytest.mark.parametrize("said", [{"as_": "generic"}, {"roles": {"situations.text": "text"}}])
def test_a_run_with_tables_may_be_read_by_its_columns(tmp_path: Path, said: dict[str, Any]) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / "recipe.yaml").write_text("name: x\n")
    with pytest.raises(DataError, match="not complete"):
        validate_path(tmp_path, **said)
    with pytest.raises(DataError, match="not complete"), open_tables(tmp_path):
        pass
    report = validate_path(write(tmp_path, dataset()), **said)
    assert report.profile is not None and report.profile.columns["situations.text"] == "text"
    assert validate_path(tmp_path).profile is None


def test_an_uncheckable_table_does_not_stop_checks_of_others(connection: DuckDBPyConnection) -> None:
    broken = "SELECT i AS id, CASE WHEN i > 0 THEN error('torn') ELSE 'x' END AS text FROM range(3) AS r(i)"
    report = validate_tables({"a": connection.sql(broken), "b": connection.sql("SELECT ' x' AS text")}, {}, "theirs")
    [unfinished] = [finding for finding in report.findings if finding.check == "checks.unfinished"]
    reasons = {example["check"]: example["problem"] for example in unfinished.examples}
    assert unfinished.severity == "error" and "cannot be read to the end" in reasons["outer_white_space"]
    assert [f.table for f in report.findings if f.check == "outer_white_space" and f.count] == ["b"]
