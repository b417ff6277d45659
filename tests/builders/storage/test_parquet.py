from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pluriset.builders.storage import parquet
from pluriset.schemas.rows.values import Situation
from pluriset.validators.tables.sql import connect


def situations(rows: str) -> str:
    """A query of situations with hardly compressible texts, from a query of `i` and `place`."""
    text = "md5('a' || i) || md5('b' || i)"
    columns = f"md5('s' || i) AS situation_id, {text} AS text, 'f' AS source, NULL::VARCHAR AS language"
    return f"SELECT {columns} FROM ({rows}) ORDER BY place"


def test_shards_are_optimized_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "SHARD_BYTES", 2_000_000)
    monkeypatch.setattr(parquet, "GROUP_BYTES", 1_000_000)
    with connect() as connection:
        query = situations("SELECT i, i AS place FROM range(50_000) r(i)")
        shards = parquet.write(connection, query, Situation, tmp_path, "train")
    assert [path.name for path in shards] == [f"train-0000{i}-of-00003.parquet" for i in range(3)]
    facts = [pq.read_metadata(path) for path in shards]
    assert sum(fact.num_rows for fact in facts) == 50_000
    assert [fact.num_row_groups for fact in facts] == [2, 2, 1]
    column = facts[0].row_group(0).column(1)
    assert (column.compression, column.has_offset_index, column.has_column_index) == ("ZSTD", True, True)


@pytest.mark.slow
def test_an_insertion_changes_few_bytes_for_the_hub(tmp_path: Path) -> None:
    hf_xet = pytest.importorskip("hf_xet")
    (store := tmp_path / "store").mkdir()
    sizes = []
    old = "SELECT i, i AS place FROM range(400_000) r(i)"
    new = f"{old} UNION ALL SELECT 1_000_000 + i, 133_333.5 FROM range(500) r(i)"
    for name, rows in (("one", old), ("two", new)):
        with connect() as connection:
            paths = parquet.write(connection, situations(rows), Situation, tmp_path / name, "train")
        with hf_xet.XetSession().new_upload_commit(endpoint=f"local://{store}") as commit:
            for path in paths:
                commit.start_upload_file(str(path), sha256=hf_xet.COMPUTE_SHA256)
        sizes.append(sum(path.stat().st_size for path in store.rglob("*") if path.is_file()))
    assert sizes[1] - sizes[0] < 0.15 * sum(path.stat().st_size for path in paths)
