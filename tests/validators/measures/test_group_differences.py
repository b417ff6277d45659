from __future__ import annotations

import pytest
from duckdb import DuckDBPyConnection

from pluriset.validators.measures.group_differences import GroupDifferences
from pluriset.validators.tables.sql import connect, using


@pytest.fixture
def judged() -> DuckDBPyConnection:
    """Kenya says yes twice; Peru yes and no, and no; Chad judged another item; one annotator abstains."""
    connection = connect()
    connection.execute("CREATE TABLE annotators AS FROM (VALUES ('a', 'Kenya'), ('b', 'Kenya'), ('c', 'Peru'), "
        "('d', 'Peru'), ('e', 'Chad')) t(annotator_id, country)")  # fmt: skip
    connection.execute("CREATE TABLE annotations AS FROM (VALUES ('1', 'a', 'v', 'yes'), ('1', 'b', 'v', 'yes'), "
        "('1', 'c', 'v', 'yes'), ('1', 'd', 'v', 'no'), ('2', 'a', 'v', 'yes'), ('2', 'b', 'v', 'abstain'), "
        "('2', 'c', 'v', 'no'), ('3', 'e', 'v', 'no')) t(item_id, annotator_id, aspect, label)")  # fmt: skip
    return connection


def test_the_distance_of_two_groups_is_the_mean_over_the_items_that_both_judged(judged: DuckDBPyConnection) -> None:
    tables = {name: judged.table(name) for name in ("annotators", "annotations")}
    with using(judged):
        [figure] = GroupDifferences().figures(tables)
    assert figure.group == {"attribute": "country", "aspect": "v", "group": "Kenya", "other group": "Peru"}
    assert (figure.value, figure.n) == (0.75, 2)
