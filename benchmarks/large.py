"""Validate 5,000,000 rows of JSON lines and of parquet: seconds and peak memory of the process.

python benchmarks/large.py [ROWS]
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

import pluriset

ROWS = 5_000_000
QUERY = """SELECT i AS id, 'Should a person tell a friend the truth about case ' || (i * 7919 % 1000003) || '?' AS text,
    CASE i % 3 WHEN 0 THEN 'agree' WHEN 1 THEN 'disagree' ELSE 'depends' END AS label, (i * 31 % 101) / 100.0 AS score
    FROM range({rows}) AS r(i)"""


def main(rows: int) -> None:
    """Write both files, and validate each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for suffix, options in ((".jsonl", "FORMAT json"), (".parquet", "FORMAT parquet")):
            path = Path(folder) / f"rows{suffix}"
            duckdb.sql(f"COPY ({QUERY.format(rows=rows)}) TO '{path}' ({options})")
            size = path.stat().st_size / 1e6
            subprocess.run([sys.executable, __file__, "--file", str(path), str(size)], check=True)
            path.unlink()


def _validate(path: Path, size: float) -> None:
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    report = pluriset.validate(path)
    used, seconds = resource.getrusage(resource.RUSAGE_SELF), time.monotonic() - start
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    unfinished = [finding.problem for finding in report.findings if finding.check == "checks.unfinished"]
    print(
        f"{path.suffix}: {sum(report.rows.values()):,} rows, {size:,.0f} MB: {seconds:.0f} s ({cpu:.0f} s of CPU), "
        f"{used.ru_maxrss / 1e6:.2f} GB at most; unfinished: {unfinished or 'none'}",
        flush=True,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--file"]:
        _validate(Path(sys.argv[2]), float(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else ROWS)
