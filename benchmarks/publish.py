"""What publishing costs: bytes after an insertion, time and memory of a million rows. `python benchmarks/publish.py`

New bytes are those that the Hub's own client stores: `hf_xet`, which cuts files into chunks by content, writes to a
folder here in the place of the Hub. Beside the time stands what a bare pyarrow write of the same rows takes.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import hf_xet
import pyarrow.parquet as pq

from pluriset.builders.storage.parquet import write
from pluriset.cards.hub.target import changes
from pluriset.cards.publishing.folder_target import FolderTarget
from pluriset.schemas.projections import arrow_schema
from pluriset.schemas.rows.values import Consideration
from pluriset.validators.tables.sql import connect

PUBLISHED, INSERTED, MANY = 400_000, 500, 1_000_000
ROWS = """
    SELECT md5('c' || i) AS consideration_id, md5('s' || i // 5) AS situation_id, 'main' AS writer_id,
        ['value', 'right', 'duty'][1 + i % 3] AS kind, 'Honesty in ' || md5('t' || i % 50000) AS text,
        'Friends count on ' || md5('e' || i) || ' ' || md5('f' || i) AS explanation, md5('d' || i // 5) AS digest
"""
"""Rows of `i`, with texts that hardly compress."""


def query(rows: str) -> str:
    """Considerations in order, from a query of `i` and `place`."""
    columns = ", ".join(arrow_schema(Consideration).names)
    return f"SELECT {columns} FROM ({ROWS}, place FROM ({rows})) ORDER BY place"


def stored(folder: Path) -> int:
    """Bytes in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def upload(paths: list[Path], store: Path) -> int:
    """Bytes that a store grows by when these files come."""
    before = stored(store)
    with hf_xet.XetSession().new_upload_commit(endpoint=f"local://{store}") as commit:
        for path in paths:
            commit.start_upload_file(str(path), sha256=hf_xet.COMPUTE_SHA256)
    return stored(store) - before


def inserting(room: Path) -> None:
    """New bytes after an insertion at a third of the table."""
    old = f"SELECT i, i AS place FROM range({PUBLISHED}) r(i)"
    new = f"SELECT {MANY} + i, {PUBLISHED // 3} + 0.5 FROM range({INSERTED}) r(i)"
    (store := room / "store").mkdir()
    with connect() as connection:
        one = write(connection, query(old), Consideration, room / "one", "train")
        two = write(connection, query(f"{old} UNION ALL {new}"), Consideration, room / "two", "train")
    upload(one, store)
    size, added = sum(path.stat().st_size for path in two), upload(two, store)
    print(f"insert   {added / size:.1%} of {size / 1e6:.1f} MB are new after {INSERTED} rows came into {PUBLISHED:,}")


def many(room: Path) -> None:
    """Time and memory of a million rows, each way in a process of its own."""
    (seconds, memory), (bare, _) = (_measured(way, room) for way in ("ours", "bare"))
    print(f"write    {seconds:.2f} s for {MANY:,} rows, {seconds / bare:.2f} times a bare pyarrow write ({bare:.2f} s)")
    print(f"memory   {memory / 1e6:,.0f} MB at most, from DuckDB to the files in the folder that they are published to")


def _measured(way: str, room: Path) -> tuple[float, int]:
    done = subprocess.run([sys.executable, __file__, way, str(room)], capture_output=True, check=True, text=True)
    seconds, memory = done.stdout.split()
    return float(seconds), int(memory)


def one_way(way: str, room: Path) -> None:
    """Write the rows, ours or bare; ours are then published to a folder, untimed, since bare pyarrow does not."""
    with connect(str(room / f"{way}.duckdb")) as connection:
        connection.execute(f"CREATE TABLE rows AS {query(f'SELECT i, i AS place FROM range({MANY}) r(i)')}")
        seconds = ours(connection, room) if way == "ours" else bare(connection, room)
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def ours(connection: duckdb.DuckDBPyConnection, room: Path) -> float:
    """Seconds of our writing."""
    start = time.perf_counter()
    paths = write(connection, "FROM rows", Consideration, room / "ours", "train")
    seconds = time.perf_counter() - start
    files = {f"data/considerations/{path.name}": path for path in paths}
    place = FolderTarget(room / "published")
    place.commit(files, changes(files, None, set()), None, "")
    return seconds


def bare(connection: duckdb.DuckDBPyConnection, room: Path) -> float:
    """Seconds of a bare write, from DuckDB too."""
    start = time.perf_counter()
    table = connection.sql("FROM rows").to_arrow_table()
    pq.write_table(table, room / "bare.parquet", compression="zstd")
    return time.perf_counter() - start


def main() -> None:
    """All of it."""
    if sys.argv[1:2] in (["ours"], ["bare"]):
        return one_way(sys.argv[1], Path(sys.argv[2]))
    for measure in (inserting, many):
        with tempfile.TemporaryDirectory() as room:
            measure(Path(room))
    return None


if __name__ == "__main__":
    main()
