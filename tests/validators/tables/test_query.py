from contextlib import ExitStack

import duckdb
import pytest

from pluriset.validators.tables.sql import connect, fetch_all, materialize, query, using


def doubled(relation: duckdb.DuckDBPyRelation) -> list[tuple[int]]:
    several = materialize(query(relation, "WITH twice AS (SELECT 2 * n AS n FROM rows) SELECT * FROM twice"))
    return fetch_all(several, "SELECT n FROM rows ORDER BY n")


def test_queries_run_on_the_connection_in_use_and_on_that_of_any_other_relation() -> None:
    with connect() as one, connect() as other:
        relations = [connection.sql(f"SELECT {n} AS n") for n, connection in enumerate((one, other), start=1)]
        assert [doubled(relation) for relation in relations] == [[(2,)], [(4,)]]
        with using(one):
            assert [doubled(relation) for relation in relations] == [[(2,)], [(4,)]]


def test_connections_may_end_in_the_order_in_which_they_began() -> None:
    one, other = connect(), connect()
    with using(one) as first, ExitStack() as later:
        second = later.enter_context(using(other))
        assert doubled(first.sql("SELECT 1 AS n")) == doubled(second.sql("SELECT 1 AS n")) == [(2,)]
        outlasting = later.pop_all()
    one.close()
    assert doubled(other.sql("SELECT 1 AS n")) == [(2,)]
    outlasting.close()
    other.close()
    with connect() as third, using(third):
        assert doubled(third.sql("SELECT 1 AS n")) == [(2,)]


def test_a_confined_connection_reads_its_relations_and_no_files() -> None:
    with connect() as connection, using(connection):
        relation = connection.sql("SELECT 1 AS n")
        connection.execute("SET enable_external_access = false")
        assert doubled(relation) == [(2,)]
        with pytest.raises(duckdb.Error):
            query(relation, "SELECT * FROM read_csv('/etc/hostname')")


def test_a_wrong_query_is_the_error_of_duckdb() -> None:
    with connect() as connection, using(connection), pytest.raises(duckdb.BinderException):
        query(connection.sql("SELECT 1 AS n"), "SELECT absent FROM rows")
