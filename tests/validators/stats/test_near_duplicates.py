import pytest

from pluriset.validators.stats.near_duplicates import near_duplicates
from pluriset.validators.tables.sql import connect, using


@pytest.mark.parametrize("confined", [False, True])
def test_near_duplicates_are_found_on_any_connection(confined: bool) -> None:
    texts = "SELECT i::VARCHAR AS item_id, 'one two three four five six seven eight ' || i AS text FROM range(3) r(i)"
    with connect() as connection, using(connection):
        items = connection.sql(texts)
        if confined:
            connection.execute("SET enable_external_access = false")
        pairs = near_duplicates(items, 0.7).fetchall()
    assert sorted((one["item_id"], other["item_id"]) for one, other in pairs) == [("0", "1"), ("0", "2"), ("1", "2")]


def test_a_pair_that_is_just_similar_enough_is_found() -> None:
    words = [f"w{i}" for i in range(102)]  # 100 grams of three words, of which the beginning has 55
    texts = f"SELECT 'whole' AS item_id, '{' '.join(words)}' AS text UNION ALL SELECT 'part', '{' '.join(words[:57])}'"
    with connect() as connection, using(connection):
        assert len(near_duplicates(connection.sql(texts), 0.55).fetchall()) == 1
