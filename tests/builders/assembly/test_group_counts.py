from collections.abc import Iterator

import pytest
from duckdb import DuckDBPyConnection

from pluriset.builders.curation.exact_duplicates import ExactDuplicates
from pluriset.schemas.rows.shared import Annotator
from pluriset.tests.builders.curation.bench import Bench, consideration, situation, votes
from pluriset.validators.tables.sql import connect


@pytest.fixture
def connection() -> Iterator[DuckDBPyConnection]:
    with connect() as opened:
        yield opened


def test_who_is_left_is_counted_by_columns_and_by_groups_of_annotators(connection: DuckDBPyConnection) -> None:
    people = [Annotator(annotator_id=f"a{i}", kind="human", country="NO" if i else "PE") for i in range(3)]
    made = [situation("s"), *people, consideration("1", kind="value", text="Honesty")]
    made += [consideration("2", kind="duty", text="honesty"), consideration("3", kind="duty", text="Care")]
    bench = Bench(connection, [*made, *votes("1", "yes", "yes", "yes"), *votes("2", "yes")])
    bench.run(ExactDuplicates(table="considerations"))
    (effect,) = bench.curation.effects
    counts = {(g.attribute, g.value): (g.before, g.after) for g in effect.groups}
    assert counts["kind", "duty"] == (2, 1)
    assert counts["kind", "value"] == (1, 1)
    assert counts["annotator country", "PE"] == (4, 2)
    assert counts["annotator country", "NO"] == (4, 4)
    assert "text" not in {attribute for attribute, _ in counts} or counts["text", "honesty"] == (1, 0)
