"""Published preference datasets into the tables of `preferences` and back: what comes back is what went in."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest

from pluriset.schemas.projections import arrow_schema
from pluriset.schemas.published.criticbench import CriticBench
from pluriset.schemas.published.crome import Crome
from pluriset.schemas.published.multiobj_align import MultiobjAlign
from pluriset.schemas.published.pandalm import PandaLM
from pluriset.schemas.published.rpr import RPR
from pluriset.schemas.published.ultrafeedback_p import UltraFeedbackP
from pluriset.schemas.published_dataset import REJECTS, PublishedDataset
from pluriset.schemas.row import columns
from pluriset.schemas.rows import tables_of
from pluriset.tests.validators.test_real_data import REAL
from pluriset.validators.tables.sql import connect

Rows = list[dict[str, Any]]


def there_and_back(
    shape: PublishedDataset, config: str, rows: Rows, table: str = "file"
) -> tuple[Rows, dict[str, Rows]]:
    """The rows of a config after the way into our tables and back, and the tables; every table fits its row types."""
    part = shape.configs[config]
    with connect() as connection:
        connection.execute("CREATE SCHEMA theirs")
        names = [column.name for column in columns(part.row)]
        given = [{**{name: row.get(name) for name in names}, "split": "test", "_table": table} for row in rows]
        extra = [pa.field("split", pa.string()), pa.field("_table", pa.string())]
        schema = pa.schema([*arrow_schema(part.row), *extra])
        connection.register("_input", pa.Table.from_pylist(given, schema))
        connection.execute(f"CREATE TABLE theirs.{config} AS FROM _input")
        for statement in shape.to_tables().statements("ours"):
            connection.execute(statement)
        ours = {name: dicts(connection.table(f"ours.{name}")) for name in shape.to_tables().rows}
        ours["rejects"] = dicts(connection.table(REJECTS))
    with connect() as connection:
        connection.execute("CREATE SCHEMA ours")
        for name, row_type in tables_of(shape.family or "").items():
            for row in ours.get(name, []):
                row_type.model_validate({key: value for key, value in row.items() if key != "split"})
            schema = arrow_schema(row_type).append(pa.field("split", pa.string()))
            connection.register("_input", pa.Table.from_pylist(ours.get(name, []), schema))
            connection.execute(f"CREATE TABLE ours.{name} AS FROM _input")
        for statement in shape.from_tables().statements("theirs"):
            connection.execute(statement)
        chosen = ", ".join(names)
        return dicts(connection.sql(f"SELECT {chosen} FROM theirs.{config}")), ours


def dicts(relation: Any) -> Rows:
    found: Rows = relation.to_arrow_table().to_pylist()
    return found


def real(name: str) -> Rows:
    path = REAL / name
    if not path.exists():
        pytest.skip("needs the published files")
    found: Rows = json.loads(path.read_text())
    return found


def test_pandalm_comes_back_as_it_was() -> None:
    rows = [
        {column: str(value) if isinstance(value, bool) else value for column, value in row.items()}
        for row in real("pandalm/testset-v1.json")
    ]
    found, ours = there_and_back(PandaLM(), "testset", rows)
    assert sorted(found, key=lambda row: row["idx"]) == sorted(rows, key=lambda row: row["idx"])
    assert len(ours["annotations"]) == 3 * len(rows) and {row["label"] for row in ours["annotations"]} == {
        "first", "second", "tie",
    }  # fmt: skip


def test_multiobj_align_comes_back_but_for_a_pair_of_one_response() -> None:
    rows = real("multiobj_align/sm_acc.json")
    found, ours = there_and_back(MultiobjAlign(), "pairs", rows, "sm_acc")
    decided = [row for row in rows if row["metadata"]["chosen_index"] != row["metadata"]["rejected_index"]]
    assert by_id(found) == by_id(decided) and len(decided) == 999
    assert [row["reason"] for row in ours["rejects"]] == ["chosen and rejected are one response"]
    assert len(ours["responses"]) == 5 * len(rows) and {pair["objective"] for pair in ours["pairs"]} == {"sm_acc"}


def by_id(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: str(row["metadata"]["original_id"]))


def test_criticbench_is_numbered_anew_and_loses_half_of_a_critique() -> None:
    (first, second) = (dict(row) for row in CriticBench.example["criticbench"])
    rows = [
        {**first, "id": 0, "critique": "The sum is off.", "verdict": "wrong", "correction": "It is 2."},
        {**second, "id": 7, "critique": "No verdict."},
    ]
    found, ours = there_and_back(CriticBench(), "criticbench", rows)
    assert found[0] == rows[0] and (found[1]["id"], found[1]["critique"]) == (1, None)
    assert [row["reason"] for row in ours["rejects"]] == ["a critique, verdict or correction without the others"]


def test_crome_comes_back_where_it_tells_the_edit_of_a_tie() -> None:
    up, down, alone = (dict(row) for row in Crome.example["pairs"][:3])
    tie = {**alone, "pair_id": "1/tie", "response_2": up["response_2"]}
    found, ours = there_and_back(Crome(), "pairs", [up, down, alone, tie])
    assert {row["pair_id"]: row for row in found} == {row["pair_id"]: row for row in (up, down, tie)}
    assert [(row["key"], row["reason"]) for row in ours["rejects"]] == [
        ("1/neutral", "a neutral pair without the edit that it is of")
    ]


def test_rpr_comes_back_without_its_profiles() -> None:
    rows = [{**row, "category_x": "brevity", "profile_0": "A busy person."} for row in RPR.example["rpr"]]
    found, ours = there_and_back(RPR(), "rpr", rows)
    full = [RPR.configs["rpr"].row.model_validate(row).model_dump() for row in rows]
    assert found == [{**row, "profile_0": None} for row in full]
    assert {row["reason"] for row in ours["rejects"]} == {"by which criterion a profile goes is not stated"}
    assert [(pair["context"], pair["preferred"]) for pair in ours["pairs"][:2]] == [
        ("Be short.", "first"),
        ("Be thorough.", "second"),
    ]


def test_ultrafeedback_p_comes_back_with_the_contexts_that_its_users_label() -> None:
    one, other, *_ = (dict(row) for row in UltraFeedbackP.example["pairs"])
    shown = {name: one[name] for name in ("prompt", "chosen", "rejected")}
    later = [{**row, "Index": row["Index"] + 2, "original_idx": 1, "prompt": "Talk again."} for row in (one, other)]
    rows = [
        *({**row, "survey_options": True, "contexts": [], "context_length": 0} for row in (one, other)),
        {**later[0], "contexts": [shown]},
        {**later[1], "contexts": [], "context_length": 0},
    ]
    found, ours = there_and_back(UltraFeedbackP(), "pairs", rows)
    full = [{**row, "satisfied_subset": not row["reversed"]} for row in rows]
    assert sorted(found, key=lambda row: row["Index"]) == full and ours["rejects"] == []
    elsewhere = [*rows[:2], {**later[0], "contexts": [{**shown, "chosen": "Fish."}]}, rows[3]]
    found, ours = there_and_back(UltraFeedbackP(), "pairs", elsewhere)
    assert [row["key"] for row in ours["rejects"]] == ["000000002/cats/1"]


@pytest.mark.parametrize(
    ("shape", "config"),
    [(PandaLM(), "testset"), (MultiobjAlign(), "pairs"), (RPR(), "rpr")],
)
def test_the_example_of_a_dataset_comes_back(shape: PublishedDataset, config: str) -> None:
    rows = [dict(row) for row in shape.example[config]]
    found, _ = there_and_back(shape, config, rows)
    full = [shape.configs[config].row.model_validate(row).model_dump() for row in rows]
    assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, full))
