"""Rows that repeat what a benchmark asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from secrets import token_hex
from typing import Annotated

import pyarrow as pa
from duckdb import DuckDBPyRelation
from pydantic import AfterValidator, Field

from ...validators.tables.sql import Tables, query, quote_identifier
from ...validators.validate import open_tables
from . import Outcome, Step
from ._pages import key, told_by_one_column


class Decontaminate(Step):
    """Removes rows that share a long run of words with a benchmark.

    Rows that are equal to a text of a benchmark are removed too. Texts are compared normalised: case, white space and
    final punctuation do not matter. That eight words in a row are a copy is ours; GPT-3 used thirteen (Brown et al.
    2020), which short prompts never reach.
    """

    benchmarks: Annotated[tuple[Path, ...], Field(min_length=1)]
    """Files or folders in any format that `validate` reads; every text column counts, prompts and answers alike."""
    table: Annotated[str, AfterValidator(told_by_one_column)] | None = None
    """The table; default: the main table."""
    columns: Annotated[tuple[str, ...], Field(min_length=1)] = ("text",)
    """Columns that are compared, such as prompt and response."""
    words: Annotated[int, Field(ge=3)] = 8
    """Length of a run of words that counts as a copy."""

    def needs(self, main: str) -> Mapping[str, Iterable[str]]:
        """What is compared."""
        return {self.table or main: self.columns}

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """The detail of a removal names the benchmark and what it shares with the row."""
        chosen = self.table or next(iter(tables))
        rows = tables[chosen]
        copies = self._copies(rows)
        columns = ", ".join(f"CAST({quote_identifier(column)} AS VARCHAR)" for column in self.columns)
        texts = query(
            rows,
            f"""SELECT key, norm(text) AS text FROM (
                SELECT CAST({key(rows)} AS VARCHAR) AS key, unnest([{columns}]) AS text FROM rows)
            WHERE text IS NOT NULL""",
        )
        runs = query(texts, RUNS.format(last=self.words - 1, columns="key")).set_alias("r")
        found = query(
            runs.join(copies.set_alias("c"), "r.run = c.run").select("r.key, c.benchmark, c.run"),
            """SELECT key, 'in a benchmark' AS reason, min(benchmark || ': ' || run) AS detail,
                NULL::VARCHAR AS kept_key FROM rows GROUP BY key""",
        )
        return Outcome(removed={chosen: found})

    def _copies(self, beside: DuckDBPyRelation) -> DuckDBPyRelation:
        """benchmark and run: every run of words of the benchmarks, in a temporary table."""
        table = f"_benchmarks_{token_hex(8)}"
        query(beside, f"CREATE TEMP TABLE {table} (benchmark VARCHAR, text VARCHAR)")
        for batch in self._texts():
            assert batch.num_columns == 2  # DuckDB finds `batch` by its name
            beside.query("rows", f"INSERT INTO {table} SELECT benchmark, norm(text) FROM batch")
        runs = RUNS.format(last=self.words - 1, columns="benchmark")
        return query(query(beside, f"FROM {table}"), f"SELECT DISTINCT * FROM ({runs})")

    def _texts(self) -> Iterator[pa.Table]:
        for benchmark in self.benchmarks:
            with open_tables(benchmark) as (_, tables):
                for relation in tables.values():
                    for column, kind in zip(relation.columns, relation.types, strict=True):
                        if kind.id == "varchar" and not column.startswith("_"):
                            text = relation.select(quote_identifier(column)).fetchnumpy()[column]
                            texts = pa.array([None if one is None else str(one) for one in text.tolist()], pa.string())
                            yield pa.table({"benchmark": pa.repeat(benchmark.name, len(texts)), "text": texts})


RUNS = """SELECT {columns}, unnest(CASE WHEN len(words) <= {last} THEN [text] ELSE list_transform(
    range(1, len(words) - {last} + 1), lambda i: array_to_string(words[i:i + {last}], ' ')) END) AS run
FROM (SELECT {columns}, text, string_split(text, ' ') AS words FROM rows) WHERE len(words) > 2"""
"""Every run of so many words. A shorter text is one run, so only an equal text shares it; one or two words are none."""
