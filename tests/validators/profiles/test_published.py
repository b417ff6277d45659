"""Every published dataset that we know, through the machinery that validates it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from pluriset.schemas import published as package
from pluriset.schemas.component import find, names
from pluriset.schemas.errors import DataError, RecipeError
from pluriset.schemas.published_dataset import PublishedDataset
from pluriset.schemas.row import columns
from pluriset.schemas.views import VIEWS
from pluriset.validators.judging.runner import judge
from pluriset.validators.profiles.published import read_published
from pluriset.validators.profiles.recognise import recognise, require_profile
from pluriset.validators.tables.sql import connect

KNOWN = names(package.__name__)


@pytest.fixture
def empty() -> Iterator[DuckDBPyConnection]:
    with connect() as opened:
        yield opened


def profile(name: str) -> PublishedDataset:
    found = find(package.__name__, name)()
    assert isinstance(found, PublishedDataset)
    return found


def raw(
    connection: DuckDBPyConnection, tables: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, DuckDBPyRelation]:
    return {
        table: connection.from_arrow(pa.Table.from_pylist([{"_row": i, **row} for i, row in enumerate(rows, 1)]))
        for table, rows in tables.items()
    }


@pytest.mark.parametrize("name", KNOWN)
def test_all_sql_of_a_profile_runs_on_its_columns(name: str, empty: DuckDBPyConnection) -> None:
    known = profile(name)
    none = {config: empty.sql(f"SELECT 0 AS _row, {_nothing(known, config)} WHERE false") for config in known.configs}
    subject = read_published(empty, name, none, require_profile(name, none))
    assert subject.skipped == {} and not any(finding.count for finding in subject.findings)
    assert {finding.check for finding in subject.findings} == {f"{name}.{rule}" for rule in known.rules}
    assert set(subject.views) == {view.name for view in known.views}
    for view, rows in subject.views.items():
        assert rows.fetchall() == []
        if view in VIEWS:
            fields = VIEWS[view].model_fields
            assert {f for f in fields if fields[f].is_required()} <= set(rows.columns) <= set(fields), view


def _nothing(known: PublishedDataset, config: str) -> str:
    return ", ".join(f'NULL::VARCHAR AS "{c.name}"' for c in columns(known.configs[config].row))


@pytest.mark.parametrize("name", [name for name in KNOWN if profile(name).example])
def test_examples_are_recognised(name: str, empty: DuckDBPyConnection) -> None:
    tables = raw(empty, profile(name).example)
    found = recognise(tables)
    assert found is not None and (found.name, dict(found.configs)) == (name, {table: table for table in tables})
    subject = read_published(empty, name, tables, found)
    assert [f.check for f in subject.findings if f.count and f.severity != "info"] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in KNOWN if profile(name).example])
def test_examples_pass(name: str, empty: DuckDBPyConnection) -> None:
    tables = raw(empty, profile(name).example)
    found = recognise(tables)
    assert found is not None
    report = judge(read_published(empty, name, tables, found))
    assert [(f.check, f.examples) for f in report.findings if f.count and f.severity != "info"] == []


@pytest.mark.parametrize(("as_", "error"), [("nobody", RecipeError), ("clash", DataError)])
def test_a_name_that_does_not_fit_is_an_error(as_: str, error: type[Exception], empty: DuckDBPyConnection) -> None:
    with pytest.raises(error):
        require_profile(as_, raw(empty, {"t": [{"prompt": "a", "chosen": "b", "rejected": "c"}]}))


def test_additional_columns_keep_their_roles(empty: DuckDBPyConnection) -> None:
    row = {"prompt": "p", "chosen": "a", "rejected": "b"}
    tables = raw(empty, {"t": [{**row, "worker_id": worker} for worker in ("x", "y", "y")]})
    found = {
        f.check: f.count for f in judge(read_published(empty, "d", tables, require_profile("trl", tables))).findings
    }
    assert found["repeated_pairs"] == 1


@pytest.mark.parametrize(
    ("name", "rule", "column", "values", "counted"),
    [
        ("moralchoice", "ten_rules", "generation_rule", ["Do not kill", "Do not kill", "Kill"], "1 of 2 rules"),
        ("dices", "one_rater", "rater_id", ["a", "a", "b"], "0 of 2 raters"),
        ("morebench", "weights", "RUBRIC", ["[{'weight': 9}, {'weight': 0}]"], "2 weights"),
        ("rpr", "two_criteria", "criteria_y", ["c", "d"], "1 of 2 rows"),
    ],
)
def test_a_rule_states_its_unit(
    name: str, rule: str, column: str, values: list[str], counted: str, empty: DuckDBPyConnection
) -> None:
    config = next(iter(profile(name).configs))
    every = dict.fromkeys([c.name for c in columns(profile(name).configs[config].row)], "c")
    tables = raw(empty, {config: [{**every, column: value} for value in values]})
    [found] = [
        f
        for f in read_published(empty, "d", tables, require_profile(name, tables)).findings
        if f.check == f"{name}.{rule}"
    ]
    assert found.counted == counted


def test_scores_beside_the_sides_of_trl_are_judged(empty: DuckDBPyConnection) -> None:
    row = {"prompt": "p", "chosen": "a", "rejected": "b", "score_chosen": 1.0, "score_rejected": 2.0}
    tables = raw(empty, {"preference": [row]})
    report = judge(read_published(empty, "trl", tables, require_profile("trl", tables)))
    assert [finding.count for finding in report.findings if finding.check == "score_order"] == [1]


def test_a_label_outside_a_closed_set_is_reported(empty: DuckDBPyConnection) -> None:
    said = [{"evaluator": str(n), "overall_pref": pref} for n, pref in enumerate(["Tie", "A is better", None])]
    row = dict.fromkeys([c.name for c in columns(profile("multipref").configs["default"].row)], "c")
    of_workers = {"normal_worker_annotations": said, "expert_worker_annotations": said[:2]}
    tables = raw(empty, {"default": [{**row, **of_workers}]})
    found = read_published(empty, "d", tables, require_profile("multipref", tables)).findings
    [known] = [f for f in found if f.check == "multipref.known_preference"]
    assert (known.counted, known.severity) == ("2 judgements", "warning")
    assert known.examples[0] == {"comparison_id": "c", "evaluator": "1", "problem": "A is better"}


def test_a_profile_does_not_change_the_severity_of_checks(empty: DuckDBPyConnection) -> None:
    tables = raw(empty, {"preference": [{"prompt": "p", "chosen": "same", "rejected": "same"}]})
    known = judge(read_published(empty, "trl", tables, require_profile("trl", tables))).findings
    assert [(f.severity, f.evidence) for f in known if f.check == "identical_responses"] == [("error", None)]


def test_a_reference_into_a_missing_table_is_skipped(empty: DuckDBPyConnection) -> None:
    cells = _nothing(profile("prism"), "utterances")
    tables = {"utterances": empty.sql(f"SELECT * REPLACE ('u' AS user_id) FROM (SELECT 1 AS _row, {cells})")}
    report = judge(read_published(empty, "prism", tables, require_profile("prism", tables)))
    assert report.skipped["utterances.user_id.foreign_key"] == "no table survey"
    assert not [finding for finding in report.findings if finding.check.endswith("foreign_key")]


def test_an_uncastable_cell_is_a_type_finding(empty: DuckDBPyConnection) -> None:
    row = {"prompt": "p", "response_a": "a", "response_b": "b", "criteria_x": "c", "criteria_y": "d"}
    rows = [{**row, "id": number} for number in ("1", "2.5", "x")]
    tables = raw(empty, {"rpr": rows})
    report = judge(read_published(empty, "d", tables, require_profile("rpr", tables)))
    found = {f.check: (f.count, f.severity) for f in report.findings if f.check.startswith("rpr.") and f.count}
    assert [f.examples for f in report.findings if f.check == "rpr.id.type"] == [
        [{"_row": "2", "found": "2.5"}, {"_row": "3", "found": "x"}]
    ]
    # What is known from a card alone is never an error.
    assert found == {"rpr.id.type": (2, "warning")}
