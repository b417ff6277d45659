from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from pluriset.schemas.errors import DataError
from pluriset.validators.readers.run_folder import read
from pluriset.validators.tables.sql import quote_literal


def shard(connection: DuckDBPyConnection, path: Path, sql: str = "SELECT 1 AS id") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"COPY ({sql}) TO {quote_literal(str(path))} (FORMAT parquet)")


def test_tables_and_splits(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    shard(connection, tmp_path / "data/cats/train-00000-of-00002.parquet", "SELECT 1 AS id")
    shard(connection, tmp_path / "data/cats/train-00001-of-00002.parquet", "SELECT 2 AS id")
    shard(connection, tmp_path / "data/cats/test.v1-00000-of-00001.parquet", "SELECT 3 AS id, 'x' AS note")
    shard(connection, tmp_path / "data/dogs/train-00000-of-00001.parquet", "SELECT 'own' AS Split, 4 AS id")
    tables = read(connection, tmp_path)
    assert sorted(tables) == ["cats", "dogs"]
    cats = tables["cats"].select("id, note, split").order("id").fetchall()
    assert cats == [(1, None, "train"), (2, None, "train"), (3, "x", "test.v1")]
    assert tables["dogs"].fetchall() == [(4, "train")]


def test_nothing_in_a_path_is_a_pattern(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    odd = tmp_path / '[a]*? it\'s "b" x=1'
    shard(connection, odd / 'data/t";--/train-00000-of-00001.parquet')
    assert {table: relation.fetchall() for table, relation in read(connection, odd).items()} == {
        't";--': [(1, "train")]
    }


def test_hidden_files_are_not_ours(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    shard(connection, tmp_path / "data/cats/train-00000-of-00001.parquet")
    (tmp_path / "data/cats/.draft").write_text("x")
    (tmp_path / "data/note.txt").write_text("x")
    assert list(read(connection, tmp_path)) == ["cats"]


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ([], "no run"),
        (["train-00000-of-00001.parquet"], "no run"),
        (["cats/part-0.parquet"], "not a shard"),
        (["cats/train-00000-of-00002.parquet"], "not a whole"),
        (["cats/train-00000-of-00001.parquet", "cats/train-00000-of-00002.parquet"], "not a whole"),
        (["cats/.train-00000-of-00001.parquet"], "without shards"),
    ],
)
def test_what_is_no_run(files: list[str], what: str, connection: DuckDBPyConnection, tmp_path: Path) -> None:
    for file in files:
        shard(connection, tmp_path / "data" / file)
    with pytest.raises(DataError, match=what):
        read(connection, tmp_path)


def test_no_folder_at_all(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no run"):
        read(connection, tmp_path / "nowhere")


def test_what_is_no_parquet(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "data/cats/train-00000-of-00001.parquet"
    path.parent.mkdir(parents=True)
    path.write_text("id\n1\n")
    with pytest.raises(DataError, match="cannot be read"):
        read(connection, tmp_path)
