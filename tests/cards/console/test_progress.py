import json
from typing import Any

import pytest

from pluriset.cards.console import progress
from pluriset.schemas.progress import Phases, Status
from pluriset.schemas.usage import Spent


def status(**changes: Any) -> Status:
    facts: dict[str, Any] = dict.fromkeys(Status.__slots__, 0) | {
        "seeds": 10,
        "rejects": {"declined": 2},
        "spent": {("write", "main"): Spent(3, 30, 60)},
        "usd": 0.25,
        "messages": (),
    }
    return Status(**(facts | changes))


def test_a_pause_and_a_stop_are_printed_once_and_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.watching(as_json=False) as watch:
        for messages in (
            (),
            ("main paused for 4 s: no answer",),
            ("main paused for 3 s: no answer",),
            (),
            ("stopping: waits",),
        ):
            watch(status(messages=messages))
    facts = "seeds 0 of 10: 0 sent, 0 cached, 0 in flight, 0.2500 USD, 2 declined"
    assert capsys.readouterr().err.splitlines() == [
        f"{facts}, main paused for 4 s: no answer",
        f"{facts}, stopping: waits",
    ]


def test_phases_after_the_last_request_are_printed_where_progress_was(capsys: pytest.CaptureFixture[str]) -> None:
    for messages in ((), ("main paused for 4 s: no answer",)):
        with progress.watching(as_json=False) as watch:
            phases = Phases(watch)
            phases(status(messages=messages))
            phases.begin("writing tables")
            phases.begin("running checks")
    assert capsys.readouterr().err.splitlines()[1:] == [
        "seeds 0 of 10: writing tables",
        "seeds 0 of 10: running checks",
    ]
    assert progress.live_line(status(seeds_done=10, phase="running checks"), 61, 80) == (
        "10/10 seeds, running checks, 1:01"
    )


def test_json_progress_is_json_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    with progress.watching(as_json=True) as watch:
        watch(status(seeds_done=4))
        watch(status(seeds_done=8))
    lines = [json.loads(line)["progress"] for line in capsys.readouterr().err.splitlines()]
    assert [line["seeds_done"] for line in lines] == [4, 8]
    assert lines[0]["rejects"] == {"declined": 2} and lines[0]["usd"] == 0.25
    assert lines[0]["spent"] == [{"role": "write", "teacher": "main", "answers": 3, "input": 30, "output": 60}]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_live_line_fits_its_terminal(width: int) -> None:
    busy = status(seeds_done=4, seeds=40_000, sent=12_345, cached=9_999, failed=120, in_flight=64, sent_tokens=10**6)
    line = progress.live_line(busy, 3_700, width)
    assert len(line) <= width and line.startswith("4/40,000 seeds, 12,345 sent")
    assert width < 120 or ("1:01:40" in line and "ETA" in line)
    stopping = status(messages=("stopping: 3 s, 8 requests in flight; press Ctrl-C again to quit now",))
    assert len(progress.live_line(stopping, 1, width)) <= width
    assert width < 80 or progress.live_line(stopping, 1, width).endswith("to quit now")
