from hypothesis import given
from hypothesis import strategies as st

from pluriset.builders.dispatch.pacing import Pacer


@given(st.integers(1, 8), st.integers(2, 40))
def test_processes_that_share_a_rate_keep_it_together(processes: int, requests: int) -> None:
    limits = [Pacer(60) for _ in range(processes)]
    for limit in limits:
        limit.share = 1 / processes
    last = max(limit.reserve(0.0) for limit in limits for _ in range(requests))
    assert last == (requests - 1) * processes, "a second for each request of all"
