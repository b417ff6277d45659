from collections import Counter
from collections.abc import Callable

from pluriset.builders.curation.stratify import Stratify
from pluriset.tests.builders.curation.bench import Bench, consideration, situation

Make = Callable[..., Bench]


def rows(**kinds: int) -> list[object]:
    numbers = [(kind, i) for kind, n in kinds.items() for i in range(n)]
    return [situation("s"), *(consideration(f"{kind}{i}", kind=kind) for kind, i in numbers)]


def test_every_stratum_has_its_size_and_what_is_missing_is_counted(bench: Make) -> None:
    step = Stratify(table="considerations", by="kind", size=3, strata=("value", "right"))
    done = bench(*rows(value=9, duty=2)).run(step)
    assert Counter(key.rstrip("0123456789") for key in done.keys("considerations")) == {"value": 3}
    assert set(done.rejects("reason, detail")) == {
        ("stratum is full", "value: 3 of 9 are kept"),
        ("another stratum", "duty"),
    }
    assert done.curation.effects[0].figures == {"missing: right": 3.0}


def test_strata_are_those_that_occur_where_none_are_listed(bench: Make) -> None:
    done = bench(*rows(value=5, duty=2)).run(Stratify(table="considerations", by="kind", size=4))
    assert Counter(key.rstrip("0123456789") for key in done.keys("considerations")) == {"value": 4, "duty": 2}
    assert done.curation.effects[0].figures == {"missing: duty": 2.0}
