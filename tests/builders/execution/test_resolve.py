from pluriset.builders.execution.resolve import _digest
from pluriset.schemas.rows.shared import Attributes


def test_many_personas_have_as_many_ids() -> None:
    assert len({_digest(Attributes(description=f"Person {number}")) for number in range(20_000)}) == 20_000
