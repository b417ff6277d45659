from typing import Annotated

import pytest
from duckdb import DuckDBPyConnection

from pluriset.builders.assembly.curation_runner import Curation
from pluriset.builders.curation import Outcome, Step
from pluriset.builders.storage.parquet import Staging
from pluriset.schemas.row import ForeignKey, Key, Row
from pluriset.schemas.rows.reject import Reject
from pluriset.validators.tables.sql import Tables, connect, query


class Pair(Row):
    """Points to a table that is declared after its own."""

    pair_id: Annotated[str, Key()]
    response_id: Annotated[str, ForeignKey("responses.response_id")]


class Response(Row):
    """Points to a row of its own table, and to one declared before."""

    response_id: Annotated[str, Key()]
    prompt_id: Annotated[str, ForeignKey("prompts.prompt_id")]
    revises: Annotated[str | None, ForeignKey("responses.response_id")] = None


class Prompt(Row):
    """Points to nothing."""

    prompt_id: Annotated[str, Key()]


TABLES: dict[str, type[Row]] = {"pairs": Pair, "prompts": Prompt, "responses": Response}


class WithoutFirst(Step):
    """Removes the prompt `q1`."""

    def apply(self, tables: Tables, seed: int) -> Outcome:
        select = "SELECT prompt_id AS key, 'first' AS reason, NULL AS detail, NULL AS kept_key FROM rows"
        return Outcome(removed={"prompts": query(tables["prompts"], f"{select} WHERE prompt_id = 'q1'")})


@pytest.mark.parametrize("order", [("pairs", "prompts", "responses"), ("responses", "pairs", "prompts")])
def test_no_key_dangles_whatever_the_order_of_the_tables(order: tuple[str, ...]) -> None:
    connection: DuckDBPyConnection
    with connect() as connection:
        types = {table: TABLES[table] for table in order}
        staging = Staging(connection, {**types, "rejects": Reject})
        staging.add([Prompt(prompt_id="q1"), Prompt(prompt_id="q2")])
        staging.add([Response(response_id="r1", prompt_id="q1"), Response(response_id="r2", prompt_id="q2")])
        staging.add([Response(response_id="r3", prompt_id="q2", revises="r1")])
        staging.add([Pair(pair_id=f"p{i}", response_id=f"r{i}") for i in (1, 2, 3)])
        staging.flush()
        curation = Curation(connection, types)
        curation.run([WithoutFirst()], 0)
        left = {table: {row[0] for row in connection.table(table).fetchall()} for table in TABLES}
        assert left == {"pairs": {"p2"}, "prompts": {"q2"}, "responses": {"r2"}}
        reasons = connection.sql("SELECT reason, count(*) FROM rejects GROUP BY ALL ORDER BY ALL").fetchall()
        assert reasons == [("first", 1), ("parent row removed", 4)]
