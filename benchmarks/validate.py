"""What validating costs beside other ways to do the same. `python benchmarks/validate.py [rows]`

Rows are generated with known defects, written as parquet, and read by everybody from there. Beside us stand a DuckDB
statement written by hand, Great Expectations on pandas, pydantic row by row, dataframely and pandera on polars:
`pip install 'pluriset[expectations]' pandas dataframely 'pandera[polars]'`. Each runs in a process of its own; time is
the best of three, memory the peak of the process less what it has after its imports. Those that can (ours, by hand,
dataframely, pandera) write the failing rows with what they break as parquet.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from pluriset.schemas.row import Key, Row
from pluriset.validators.findings.failing_rows import write_rows_to
from pluriset.validators.tables.sql import connect

ROWS, MANY = 1_000_000, 10
"""Rows of the comparison, and how many times as many are judged with little memory."""
REPEATS = 3
STEPS = {
    "id": 9973, "text.null": 9949, "text.pattern": 9967, "kind.enum": 9941, "label.enum": 9931,
    "score.maximum": 9929, "age.minimum": 9923, "language.pattern": 9907,
}  # fmt: skip
"""Defect -> it is in every so many rows; all of them prime, so that they meet."""


class Judgement(Row):
    """A row with twelve constraints."""

    id: Annotated[str, Key(), Field(pattern="^id-[0-9]+$")]
    text: Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]
    kind: Literal["value", "right", "duty"]
    label: Literal["supports", "opposes", "either", "abstain"]
    score: Annotated[float, Field(ge=0, le=1)]
    age: Annotated[int, Field(ge=0, le=120)]
    language: Annotated[str, Field(pattern="^[a-z]{2}$")]


def generate(path: str, rows: int) -> dict[str, int]:
    """Write rows with defects, and say how many of each there are."""
    at = {defect: f"i % {step} = {place}" for place, (defect, step) in enumerate(STEPS.items(), 1)}
    with connect() as connection:
        connection.execute(
            f"""COPY (SELECT CASE WHEN {at["id"]} THEN 'id-' || (i - 1) ELSE 'id-' || i END AS id,
            CASE WHEN {at["text.null"]} THEN NULL WHEN {at["text.pattern"]} THEN '   '
                ELSE 'Reading the diary of friend ' || i || ' and telling somebody what was in it' END AS text,
            CASE WHEN {at["kind.enum"]} THEN 'virtue' ELSE ['value', 'right', 'duty'][i % 3 + 1] END AS kind,
            CASE WHEN {at["label.enum"]} THEN 'maybe'
                ELSE ['supports', 'opposes', 'either', 'abstain'][i % 4 + 1] END AS label,
            CASE WHEN {at["score.maximum"]} THEN 1.5 ELSE (i % 1000) / 1000.0 END::DOUBLE AS score,
            CASE WHEN {at["age.minimum"]} THEN -1 ELSE i % 90 END AS age,
            CASE WHEN {at["language.pattern"]} THEN 'EN' ELSE 'en' END AS language
            FROM range(10, {rows + 10}) AS numbers(i)) TO '{path}'"""
        )
        counted = ", ".join(f"count(*) FILTER ({sql})" for sql in at.values())
        found = connection.sql(f"SELECT {counted} FROM range(10, {rows + 10}) AS numbers(i)").fetchall()[0]
    planted = dict(zip(STEPS, map(int, found), strict=True))
    return {"key" if defect == "id" else defect: count for defect, count in planted.items()}


def ours(path: str, memory: str = "4GB") -> dict[str, int]:
    """All constraints, and all failing rows by rule in files."""
    from pluriset.validators.judging.constraints import check_table

    with tempfile.TemporaryDirectory() as room, connect(memory_limit=memory, temp_directory=room) as connection:
        rows = connection.read_parquet(path)
        count = rows.aggregate("count(*)").fetchall()[0][0]
        kept = write_rows_to(Path(room) / "failing")
        found = [*check_table("rows", {"rows": rows}, {"rows": Judgement}, {"rows": count}, kept)]
    return {finding.check.removeprefix("rows."): finding.count for finding in found if finding.count}


BY_HAND = {
    "id.null": "id IS NULL", "id.pattern": "NOT regexp_matches(id, '^id-[0-9]+$')", "text.null": "text IS NULL",
    "text.min_length": "length(text) < 1", "text.max_length": "length(text) > 400",
    "text.pattern": r"NOT regexp_matches(text, '[^\t-\r \x{85}\p{Z}]')", "kind.null": "kind IS NULL",
    "kind.enum": "kind NOT IN ('value', 'right', 'duty')", "label.null": "label IS NULL",
    "label.enum": "label NOT IN ('supports', 'opposes', 'either', 'abstain')", "score.null": "score IS NULL",
    "score.minimum": "score < 0", "score.maximum": "score > 1", "score.finite": "NOT isfinite(score)",
    "age.null": "age IS NULL", "age.minimum": "age < 0", "age.maximum": "age > 120",
    "language.null": "language IS NULL", "language.pattern": "NOT regexp_matches(language, '^[a-z]{2}$')",
}  # fmt: skip


def by_hand(path: str) -> dict[str, int]:
    """The statement that somebody who knows DuckDB and this table would write: every failing id with its rule."""
    cases = ", ".join(f"CASE WHEN {sql} THEN '{rule}' END" for rule, sql in BY_HAND.items())
    rules = f"unnest(list_filter([{cases}], lambda rule: rule IS NOT NULL))"
    anything = " OR ".join(f"({sql})" for sql in BY_HAND.values())
    with tempfile.TemporaryDirectory() as room, connect(memory_limit="4GB", temp_directory=room) as connection:
        connection.execute(
            f"""CREATE TABLE failing AS SELECT id, {rules} AS rule FROM '{path}' WHERE {anything}
            UNION ALL SELECT id, 'key' FROM '{path}' GROUP BY id HAVING count(*) > 1"""
        )
        connection.execute(f"COPY failing TO '{room}/failing.parquet'")
        return dict(connection.sql("SELECT rule, count(*) FROM failing GROUP BY rule").fetchall())


def great_expectations(path: str) -> dict[str, int]:
    """Twelve expectations on pandas, with the indexes of all failing rows."""
    import logging

    import great_expectations as gx
    import pandas as pd
    from great_expectations import expectations as gxe
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.disable(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("pandas").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": pd.read_parquet(path)})
    asked = {
        "key": gxe.ExpectColumnValuesToBeUnique(column="id"),
        "id.null": gxe.ExpectColumnValuesToNotBeNull(column="id"),
        "id.pattern": gxe.ExpectColumnValuesToMatchRegex(column="id", regex="^id-[0-9]+$"),
        "text.null": gxe.ExpectColumnValuesToNotBeNull(column="text"),
        "text.length": gxe.ExpectColumnValueLengthsToBeBetween(column="text", min_value=1, max_value=400),
        "text.pattern": gxe.ExpectColumnValuesToMatchRegex(column="text", regex=r"\S"),
        "kind.enum": gxe.ExpectColumnValuesToBeInSet(column="kind", value_set=["value", "right", "duty"]),
        "label.enum": gxe.ExpectColumnValuesToBeInSet(
            column="label", value_set=["supports", "opposes", "either", "abstain"]
        ),
        "score": gxe.ExpectColumnValuesToBeBetween(column="score", min_value=0, max_value=1),
        "score.null": gxe.ExpectColumnValuesToNotBeNull(column="score"),
        "age": gxe.ExpectColumnValuesToBeBetween(column="age", min_value=0, max_value=120),
        "language.pattern": gxe.ExpectColumnValuesToMatchRegex(column="language", regex="^[a-z]{2}$"),
    }
    suite = gx.ExpectationSuite(name="rows", expectations=[*asked.values()])
    said = batch.validate(suite, result_format={"result_format": "COMPLETE"})
    return {str(n): len(one.result["unexpected_index_list"]) for n, one in enumerate(said.results) if not one.success}


def pydantic(path: str) -> dict[str, int]:
    """Every row by the row type itself; keys in a set."""
    import pyarrow.parquet as pq
    from pydantic import ValidationError

    failing, seen, repeated = [], set[str](), 0
    for batch in pq.ParquetFile(path).iter_batches(10_000):
        for row in batch.to_pylist():
            repeated += row["id"] in seen
            seen.add(row["id"])
            try:
                Judgement.model_validate(row)
            except ValidationError as error:
                failing.append((row["id"], error))
    return {"rows": len(failing), "key": repeated}


def dataframely(path: str) -> dict[str, int]:
    """The same as a schema of dataframely."""
    import dataframely as dy
    import polars as pl

    class Rows(dy.Schema):  # type: ignore[misc, unused-ignore]
        id = dy.String(primary_key=True, regex="^id-[0-9]+$")
        text = dy.String(min_length=1, max_length=400, regex=r"\S")
        kind = dy.String(nullable=False, check=lambda c: c.is_in(["value", "right", "duty"]))
        label = dy.String(nullable=False, check=lambda c: c.is_in(["supports", "opposes", "either", "abstain"]))
        score = dy.Float64(min=0, max=1, nullable=False)
        age = dy.Int64(min=0, max=120, nullable=False)
        language = dy.String(regex="^[a-z]{2}$", nullable=False)

    _, failure = Rows.filter(pl.read_parquet(path))
    with tempfile.TemporaryDirectory() as room:
        failure.write_parquet(Path(room) / "failing.parquet")
    return dict(failure.counts())


def pandera(path: str) -> dict[str, int]:
    """The same as a schema of pandera on polars."""
    import pandera.polars as pa
    import polars as pl
    from pandera.errors import SchemaErrors

    checks = pa.Check
    schema = pa.DataFrameSchema(
        {
            "id": pa.Column(str, checks.str_matches("^id-[0-9]+$"), unique=True),
            "text": pa.Column(str, [checks.str_length(1, 400), checks.str_contains(r"\S")]),
            "kind": pa.Column(str, checks.isin(["value", "right", "duty"])),
            "label": pa.Column(str, checks.isin(["supports", "opposes", "either", "abstain"])),
            "score": pa.Column(float, checks.in_range(0, 1)),
            "age": pa.Column(int, checks.in_range(0, 120)),
            "language": pa.Column(str, checks.str_matches("^[a-z]{2}$")),
        }
    )
    try:
        schema.validate(pl.read_parquet(path), lazy=True)
    except SchemaErrors as errors:
        with tempfile.TemporaryDirectory() as room:
            errors.failure_cases.write_parquet(Path(room) / "failing.parquet")
        return {"rows": errors.failure_cases.height}
    return {}


WAYS: dict[str, Callable[[str], dict[str, int]]] = {
    "ours": ours, "DuckDB by hand": by_hand, "dataframely": dataframely, "pandera on polars": pandera,
    "pydantic": pydantic, "Great Expectations": great_expectations,
}  # fmt: skip


def measured(way: str, path: str, repeats: int = REPEATS) -> dict[str, Any]:
    """Seconds, peak memory in MB and what was found, of one way in a process of its own."""
    command = [sys.executable, __file__, "--way", way, path, str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return {"seconds": float("nan"), "mb": float("nan"), "found": {}, "why": done.stderr.strip().splitlines()[-1]}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def alone(way: str, path: str, repeats: int) -> None:
    """Run one way and print its figures; imports are not counted, a first small round makes them."""
    warm = str(Path(path).with_name("few.parquet"))
    WAYS[way](warm)
    before, times, found = peak(), [], dict[str, int]()
    for _ in range(repeats):
        start = time.perf_counter()
        found = WAYS[way](path)
        times.append(time.perf_counter() - start)
    print(json.dumps({"seconds": min(times), "mb": peak() - before, "peak": peak(), "found": found}))


def peak() -> float:
    """The most memory that this process ever had, in MB."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024


def main(rows: int) -> None:
    """Compare all ways on some rows, then judge ten times as many with 4 GB."""
    with tempfile.TemporaryDirectory() as room:
        path, few, many = (str(Path(room) / f"{name}.parquet") for name in ("rows", "few", "many"))
        generate(few, 1000)
        planted = generate(path, rows)
        first = measured("ours", path)
        print(f"{rows:,} rows, planted: {sum(planted.values()):,}; found all: {first['found'] == planted}")
        print(f"{'':20} {'seconds':>8} {'to ours':>8} {'MB':>8}")
        for way in WAYS:
            one = first if way == "ours" else measured(way, path, 1 if way in ("pydantic", "Great Expectations") else 3)
            times = f"{one['seconds'] / first['seconds']:.2f} x"
            print(f"{way:20} {one['seconds']:8.2f} {times:>8} {one['mb']:8.0f}  {one.get('why', '')}")
        generate(many, MANY * rows)
        large = measured("ours", many, 1)
        times, most = large["seconds"] / first["seconds"], large["peak"] / 1024
        print(f"{MANY * rows:,} rows with 4 GB: {large['seconds']:.1f} s, {times:.1f} x the time, peak {most:.2f} GB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        alone(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else ROWS)
