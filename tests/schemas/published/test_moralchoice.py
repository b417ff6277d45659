"""MoralChoice becomes our tables and comes back without loss."""

from pathlib import Path

import pytest

from pluriset.schemas.published.moralchoice import FLAGS, RULES, MoralChoice
from pluriset.validators.tables.sql import connect

DATA = Path(__file__).parents[4] / "shared" / "data" / "moralchoice"


@pytest.mark.skipif(not DATA.exists(), reason="MoralChoice is not beside the checkout")
def test_published_scenarios_become_our_tables_and_come_back_unchanged() -> None:
    with connect() as connection:
        connection.execute("CREATE SCHEMA theirs")
        connection.execute(
            f"""CREATE TABLE theirs.scenarios AS SELECT *, 'train' AS split
            FROM read_csv('{DATA}/*.csv', header = true, union_by_name = true)"""
        )
        for statement in MoralChoice().to_tables().statements("ours"):
            connection.execute(statement)
        assert len(connection.sql("FROM ours.dilemmas").fetchall()) == 1367
        assert len(connection.sql("FROM ours.annotations").fetchall()) == 1367 * 20
        connection.execute("ALTER TABLE theirs.scenarios RENAME TO before; DROP TABLE _rejects")
        connection.execute("CREATE TABLE before AS FROM theirs.before; DROP SCHEMA theirs CASCADE")
        for statement in MoralChoice().from_tables().statements("theirs"):
            connection.execute(statement)
        columns = ", ".join(
            ("scenario_id", "ambiguity", "generation_type", "generation_rule", "context", "action1", "action2", *FLAGS)
        )
        for first, second in (("before", "theirs.scenarios"), ("theirs.scenarios", "before")):
            lost = f"SELECT {columns} FROM {first} EXCEPT ALL SELECT {columns} FROM {second}"
            assert connection.sql(lost).fetchall() == []
        assert connection.sql("FROM _rejects").fetchall() == []


def test_a_dilemma_without_flags_is_left_out_with_the_reason() -> None:
    with connect() as connection:
        connection.execute("CREATE SCHEMA theirs")
        row = MoralChoice.example["scenarios"][0]
        columns = ", ".join(f"'{value}' AS {name}" for name, value in row.items())
        connection.execute(f"CREATE TABLE theirs.scenarios AS SELECT {columns}, 'train' AS split")
        for statement in MoralChoice().to_tables().statements("ours"):
            connection.execute(statement)
        connection.execute("DROP SCHEMA theirs CASCADE; DROP TABLE _rejects")
        connection.execute(f"DELETE FROM ours.annotations WHERE aspect = '{next(iter(RULES))}'")
        for statement in MoralChoice().from_tables().statements("theirs"):
            connection.execute(statement)
        assert connection.sql("SELECT key, reason FROM _rejects").fetchall() == [
            ("C_3", "actions are not flagged by all rules")
        ]
