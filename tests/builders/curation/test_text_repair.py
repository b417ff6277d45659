from collections.abc import Callable

import pytest

from pluriset.builders.curation._text_repair import TextRepair
from pluriset.builders.curation.sentinels import Sentinels
from pluriset.builders.curation.white_space import WhiteSpace
from pluriset.tests.builders.curation.bench import Bench, consideration, situation, votes


@pytest.mark.parametrize(
    ("step", "explanation", "broken"),
    [
        (Sentinels(), "N/A", "`explanation` is not null"),
        (WhiteSpace(), "\u200b ", "`explanation` is not empty"),
    ],
)
def test_a_row_without_a_required_text_is_removed_with_its_children(
    bench: Callable[..., Bench], step: TextRepair, explanation: str, broken: str
) -> None:
    rows = [situation("s"), consideration("kept"), consideration("lost", explanation=explanation)]
    done = bench(*rows, *votes("kept", "yes"), *votes("lost", "yes")).run(step)
    assert done.keys("considerations") == ["kept"]
    assert done.connection.sql("SELECT DISTINCT item_id FROM annotations").fetchall() == [("kept",)]
    assert done.rejects("level, key, step, reason, detail") == [
        ("row", "lost", step.component_name(), "does not fit its row type", f"expected: {broken}")
    ]
