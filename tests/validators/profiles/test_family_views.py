from pathlib import Path

import pytest

from pluriset.schemas.errors import DataError
from pluriset.schemas.views import View
from pluriset.validators.profiles.family_views import views_of_run
from pluriset.validators.tables.sql import connect


def test_views_read_the_tables_of_the_run(tmp_path: Path) -> None:
    with connect() as connection:
        tables = {"claims": connection.sql("SELECT 'c1' AS claim_id, 'Work is good' AS text")}
        views = [View("items", "SELECT claim_id AS item_id, text FROM theirs.claims")]
        views += [View("pairs", "SELECT * FROM theirs.absent")]
        read = views_of_run(connection, tmp_path, views, tables)
        assert {view: rows.fetchall() for view, rows in read.items()} == {"items": [("c1", "Work is good")]}


@pytest.mark.parametrize(
    "select",
    [
        "COPY (SELECT 1) TO '{elsewhere}'",
        "SELECT 1; SELECT 2",
        "DROP TABLE theirs.claims",
        "SELECT text AS item_id, text FROM read_text('{secret}')",
        "SELECT",
        "",
    ],
)
def test_a_view_of_unknown_origin_changes_nothing_and_reads_nothing_else(select: str, tmp_path: Path) -> None:
    (secret := tmp_path / "secret.txt").write_text("secret")
    (run := tmp_path / "run").mkdir()
    with connect() as connection:
        view = View("items", select.format(elsewhere=tmp_path / "written.csv", secret=secret))
        with pytest.raises(DataError, match="a view of the family cannot be read"):
            views_of_run(connection, run, [view], {"claims": connection.sql("SELECT 'c1' AS claim_id")})
    assert not (tmp_path / "written.csv").exists()
