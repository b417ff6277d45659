"""What workers of one build share, without the processes."""

from __future__ import annotations

from pathlib import Path

from pluriset.builders.asking.budget import Cost
from pluriset.builders.execution.coordinator import Coordinator, together
from pluriset.builders.storage.shard import Segment, Shard
from pluriset.schemas.errors import Stopped
from pluriset.schemas.progress import Status
from pluriset.schemas.recipe import Budget

ONE, TWO = Shard(0, 2), Shard(1, 2)
NEED = Cost(10, 0.0)


def status(sent: int = 0) -> Status:
    return Status(sent, 10, sent, 0, sent, 0, 0, 1, 0, {"refused": 1}, {}, 0.5, sent)


def coordinator(folder: Path, tokens: int | None = None) -> Coordinator:
    shared = Coordinator(folder, Budget(tokens=tokens), Cost())
    shared.join(ONE, "a")
    shared.join(TWO, "b")
    return shared


def test_grants_never_exceed_the_budget_and_what_is_returned_is_granted_again(tmp_path: Path) -> None:
    shared = coordinator(tmp_path, 100)
    granted = shared.grant(ONE, "a", Cost(70, 0.0), Cost(), False)
    assert granted is not None and granted.tokens == 70
    assert shared.grant(TWO, "b", Cost(60, 0.0), Cost(), True) == Cost(0, 0), (
        "too little is left until some is returned"
    )
    shared.report(ONE, "a", status(), Cost(20, 0.0), done=True)
    assert shared.grant(TWO, "b", Cost(60, 0.0), Cost(), True) == Cost(60, 0)
    assert shared.grant(TWO, "b", Cost(30, 0.0), Cost(60, 0.0), True) is None, "20 and 60 are spent"


def test_all_that_a_dead_attempt_was_granted_counts_as_spent(tmp_path: Path) -> None:
    shared = coordinator(tmp_path, 100)
    shared.grant(ONE, "a", Cost(50, 0.0), Cost(), False)
    shared.join(ONE, "a again")
    assert shared.grant(ONE, "a", NEED, Cost(), True) is None, "the dead attempt is told to stop if it is not dead"
    assert shared.grant(TWO, "b", Cost(60, 0.0), Cost(), True) is None
    assert shared.grant(TWO, "b", Cost(50, 0.0), Cost(), True) == Cost(50, 0)


def test_rates_are_shared_by_the_workers_that_are_at_work(tmp_path: Path) -> None:
    shared = coordinator(tmp_path)
    assert shared.report(ONE, "a", status(), Cost()).rate_share == 1 / 2
    shared.report(TWO, "b", status(), Cost(), done=True)
    assert shared.report(ONE, "a", status(), Cost()).rate_share == 1
    shared.stop(Stopped("enough"))
    assert str(shared.report(ONE, "a", status(), Cost()).stop) == "enough"


def test_the_statuses_of_all_workers_add_up() -> None:
    whole = together([status(3), status(4)], 20, ["1 of 2 shards done"])
    assert (whole.sent, whole.seeds_done, whole.seeds, whole.in_flight) == (7, 7, 20, 2)
    assert whole.rejects == {"refused": 2} and whole.usd == 1.0 and whole.messages == ("1 of 2 shards done",)


def test_segments_of_a_worker_without_the_disk_arrive_whole_in_any_order(tmp_path: Path) -> None:
    shared = coordinator(tmp_path)
    number, there = shared.segments(ONE)
    assert (number, there) == (1, {}) and shared.segments(ONE)[0] == 2, "no two attempts write the same segment"
    shared.append(Segment(1, ONE), 3, b"def\n")
    shared.append(Segment(1, ONE), 0, b"abc")
    assert shared.segments(ONE) == (3, {Segment(1, ONE).name: b"abcdef\n"})
    assert shared.segments(TWO) == (4, {})
