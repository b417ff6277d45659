from collections import Counter
from collections.abc import Callable

import pytest
from pydantic import ValidationError

from pluriset.builders.curation.select_to_target import SelectToTarget
from pluriset.tests.builders.curation.bench import Bench, consideration, situation

Make = Callable[..., Bench]


def rows(*cells: tuple[str, str, int]) -> list[object]:
    made = [
        consideration(f"{kind}-{writer}-{i}", kind=kind, text=writer) for kind, writer, n in cells for i in range(n)
    ]
    return [situation("s"), *made]


def shares(done: Bench, place: int) -> dict[str, int]:
    return dict(Counter(key.split("-")[place] for key in done.keys("considerations")))


def test_the_shares_of_one_column_are_met(bench: Make) -> None:
    step = SelectToTarget(table="considerations", n=10, target={"kind": {"value": 0.5, "right": 0.3, "duty": 0.2}})
    done = bench(*rows(("value", "a", 30), ("right", "a", 30), ("duty", "a", 30))).run(step)
    assert shares(done, 0) == {"value": 5, "right": 3, "duty": 2}
    [effect] = done.curation.effects
    divergence = "divergence of kind from its target, "
    assert effect.figures == {f"{divergence}before": pytest.approx(0.024888, abs=1e-6), f"{divergence}after": 0}
    assert done.rejects("reason, detail")[0] == ("beyond the target distribution", "kind value: 5 are kept")


def test_two_columns_are_met_at_once(bench: Make) -> None:
    target = {"kind": {"value": 0.5, "duty": 0.5}, "text": {"a": 0.25, "b": 0.75}}
    step = SelectToTarget(table="considerations", n=40, target=target)
    cells = [("value", "a", 50), ("value", "b", 15), ("duty", "a", 50), ("duty", "b", 50)]
    done = bench(*rows(*cells)).run(step)
    assert shares(done, 0) == pytest.approx({"value": 20, "duty": 20}, abs=1)
    assert shares(done, 1) == pytest.approx({"a": 10, "b": 30}, abs=1)


def test_what_runs_short_is_made_up_by_the_others(bench: Make) -> None:
    step = SelectToTarget(table="considerations", n=10, target={"kind": {"value": 0.5, "duty": 0.5}})
    done = bench(*rows(("value", "a", 30), ("duty", "a", 2), ("right", "a", 30))).run(step)
    assert shares(done, 0) == {"value": 8, "duty": 2}


def test_shares_must_add_up_to_one() -> None:
    with pytest.raises(ValidationError, match=r"add up to 0\.9"):
        SelectToTarget(n=1, target={"kind": {"value": 0.5, "duty": 0.4}})
