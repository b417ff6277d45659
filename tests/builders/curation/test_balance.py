from collections import Counter
from collections.abc import Callable

from pluriset.builders.curation.balance import Balance
from pluriset.tests.builders.curation.bench import Bench, consideration, situation

Make = Callable[..., Bench]


def rows(**kinds: int) -> list[object]:
    numbers = [(kind, i) for kind, n in kinds.items() for i in range(n)]
    return [situation("s"), *(consideration(f"{kind}{i}", kind=kind) for kind, i in numbers)]


def kinds(done: Bench) -> dict[str, int]:
    return dict(Counter(key.rstrip("0123456789") for key in done.keys("considerations")))


def test_groups_are_cut_to_the_smallest(bench: Make) -> None:
    step = Balance(table="considerations", by=("kind",))
    done = bench(*rows(value=9, right=4, duty=3)).run(step)
    assert kinds(done) == {"value": 3, "right": 3, "duty": 3}
    assert set(done.rejects("reason, detail")) == {
        ("more than its group may have", "kind value: 3 of 9 are kept"),
        ("more than its group may have", "kind right: 3 of 4 are kept"),
    }


def test_a_ratio_leaves_large_groups_larger(bench: Make) -> None:
    step = Balance(table="considerations", by=("kind",), max_ratio=1.5)
    assert kinds(bench(*rows(value=9, duty=4)).run(step)) == {"value": 6, "duty": 4}


def test_a_maximum_holds_for_every_group(bench: Make) -> None:
    step = Balance(table="considerations", by=("kind",), max_rows=5)
    assert kinds(bench(*rows(value=9, duty=4)).run(step)) == {"value": 5, "duty": 4}


def test_the_seed_decides_which_rows_are_kept(bench: Make) -> None:
    step = Balance(table="considerations", by=("kind",), max_rows=5)
    made = rows(value=40)
    kept = [tuple(bench(*made).run(step, seed=seed).keys("considerations")) for seed in (1, 1, 2)]
    assert kept[0] == kept[1] != kept[2]


def test_preferred_rows_are_kept(bench: Make) -> None:
    step = Balance(table="considerations", by=("kind",), max_rows=2, prefer="text")
    assert bench(*rows(value=5)).run(step).keys("considerations") == ["value3", "value4"]
