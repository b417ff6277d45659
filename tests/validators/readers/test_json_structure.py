import json

from duckdb import DuckDBPyConnection
from hypothesis import given, settings
from hypothesis import strategies as st

from pluriset.validators.readers.json_structure import Structure, merged
from pluriset.validators.tables.sql import connect

CONNECTION = connect()
SCALAR = st.sampled_from([None, True, 1, -1, 1.5, 2**63, 2**64, "x"])
VALUE = st.recursive(
    SCALAR,
    # An empty object has no structure to tell it from mixed values.
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, min_size=1, max_size=3),
    max_leaves=5,
)
RECORDS = st.lists(st.dictionaries(st.sampled_from("abcd"), VALUE, min_size=1, max_size=4), min_size=1, max_size=4)


def structure(connection: DuckDBPyConnection, records: list[dict[str, object]]) -> Structure:
    documents = [json.dumps(record) for record in records]
    query = "SELECT json_group_structure(j::JSON) FROM (SELECT unnest($documents) AS j)"
    return json.loads(connection.execute(query, {"documents": documents}).fetchall()[0][0])


@settings(max_examples=20)
@given(RECORDS, RECORDS)
def test_structures_of_parts_are_merged_into_that_of_the_whole(
    a: list[dict[str, object]], b: list[dict[str, object]]
) -> None:
    assert merged(structure(CONNECTION, a), structure(CONNECTION, b)) == structure(CONNECTION, a + b)
