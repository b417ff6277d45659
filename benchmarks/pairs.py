"""Rated responses to pairs: the SELECT of the family `preferences` beside a statement by hand and polars.

python benchmarks/pairs.py [responses]: every way runs in a process of its own, on the same generated tables with four
responses to a prompt and one rating of each, and prints pairs, seconds, CPU seconds and peak memory. The statement by
hand and polars make ids, scores, margin and preference; ours also makes the distribution and what a pair rests on.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl

from pluriset.builders.families._preferences_pairs import pairs_select

RESPONSES = 1_000_000
BY_HAND = """
SELECT f.item_id || '/' || s.item_id || '/good' AS pair_id, a.prompt_id, f.item_id AS first_id, s.item_id AS second_id,
    avg(f.score) AS first_score, avg(s.score) AS second_score, abs(first_score - second_score) AS margin, count(*) AS n,
    CASE WHEN margin < 0.5 THEN 'tie' WHEN first_score > second_score THEN 'first' ELSE 'second' END AS preferred
FROM annotations f JOIN responses a ON a.response_id = f.item_id
JOIN responses b ON b.prompt_id = a.prompt_id AND a.place < b.place
JOIN annotations s ON s.item_id = b.response_id AND s.annotator_id = f.annotator_id AND s.aspect = f.aspect
GROUP BY ALL ORDER BY prompt_id, first_id, second_id"""


def generate(folder: Path, responses: int) -> None:
    """The tables as parquet files."""
    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.5)")
        connection.execute(
            f"""COPY (SELECT (i // 4)::VARCHAR AS prompt_id, i // 4 || '/' || i % 4 AS response_id,
                (i % 4)::INTEGER AS place, 'm' || i % 4 AS model, 'text ' || i AS text FROM range({responses}) r(i))
            TO '{folder}/responses.parquet'"""
        )
        connection.execute(
            f"""COPY (SELECT 'responses' AS item_table, response_id AS item_id, 'a' AS annotator_id, 'good' AS aspect,
                NULL::VARCHAR AS label, floor(random() * 5) AS score, 0 AS sample
                FROM '{folder}/responses.parquet') TO '{folder}/annotations.parquet'"""
        )


def in_duckdb(select: str) -> Callable[[Path], int]:
    """A SELECT over the tables, written to parquet; rows."""

    def run(folder: Path) -> int:
        with duckdb.connect() as connection:
            for table in ("responses", "annotations"):
                connection.execute(f"CREATE TABLE {table} AS FROM '{folder}/{table}.parquet'")
            connection.execute(
                "CREATE TABLE comparisons (comparison_id TEXT, prompt_id TEXT, first_id TEXT, second_id TEXT)"
            )
            written = connection.execute(f"COPY ({select}) TO '{folder}/pairs.parquet'").fetchone()
            return int(written[0]) if written else 0

    return run


def in_polars(folder: Path) -> int:
    """The same with polars."""
    responses = pl.read_parquet(folder / "responses.parquet", columns=["prompt_id", "response_id", "place"])
    scores = pl.read_parquet(folder / "annotations.parquet", columns=["item_id", "annotator_id", "aspect", "score"])
    rated = scores.join(responses, left_on="item_id", right_on="response_id")
    by = ["prompt_id", "annotator_id", "aspect"]
    pairs = (
        rated.join(rated, on=by, suffix="_2")
        .filter(pl.col("place") < pl.col("place_2"))
        .group_by("prompt_id", "item_id", "item_id_2", "aspect")
        .agg(pl.col("score").mean(), pl.col("score_2").mean(), pl.len().alias("n"))
        .with_columns(
            pair_id=pl.concat_str("item_id", "item_id_2", "aspect", separator="/"),
            margin=(pl.col("score") - pl.col("score_2")).abs(),
        )
        .with_columns(
            preferred=pl.when(pl.col("margin") < 0.5)
            .then(pl.lit("tie"))
            .when(pl.col("score") > pl.col("score_2"))
            .then(pl.lit("first"))
            .otherwise(pl.lit("second"))
        )
        .sort("prompt_id", "item_id", "item_id_2")
    )
    pairs.write_parquet(folder / "pairs.parquet")
    return pairs.height


WAYS: dict[str, Callable[[Path], int]] = {
    "DuckDB by hand": in_duckdb(BY_HAND),
    "ours": in_duckdb(pairs_select(["good"], {}, 0.5, "gap", "all", "leave_out")),
    "polars": in_polars,
}


def main() -> None:
    """Run every way in a process of its own; with a way as argument, run that."""
    if len(sys.argv) > 2:
        started = time.perf_counter()
        rows = WAYS[sys.argv[2]](Path(sys.argv[1]))
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20
        seconds = time.perf_counter() - started
        print(f"{sys.argv[2]}: {rows:,} pairs, {seconds:.2f} s, {cpu:.2f} s of CPU, {peak:.2f} GB", flush=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else RESPONSES)
        for way in WAYS:
            subprocess.run([sys.executable, __file__, folder, way], check=True)


if __name__ == "__main__":
    main()
