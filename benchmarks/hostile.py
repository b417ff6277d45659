"""Run every hostile input of the tests and print result, seconds and memory of each: `python benchmarks/hostile.py`.

Memory is how far the process grew at most beyond what it held before the input.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
INPUTS = ["tests/hostile", "tests/cards/publishing/test_hostile.py", "tests/validators/judging/test_card_claims.py"]


class Row(NamedTuple):
    """One hostile input."""

    kind: str
    name: str
    result: str
    seconds: float
    megabytes: float


class Table:
    """A plugin of pytest that measures each test."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Reset the peak that the kernel keeps, run the test, and read the peak."""
        Path("/proc/self/clear_refs").write_text("5")
        before, start = _status("VmRSS"), time.monotonic()
        outcome: Any = yield
        seconds, grown = time.monotonic() - start, max(0, _status("VmHWM") - before) / 1024
        function, _, name = item.name.partition("[")
        kind = function.removeprefix("test_").replace("_", " ")
        result = "as it should" if outcome.excinfo is None else f"FAILED: {outcome.excinfo[1]}"
        self.rows.append(Row(kind, name.rstrip("]") or "-", result, seconds, grown))


def _status(field: str) -> int:
    """A field of the memory of this process, in KB."""
    found = re.search(rf"{field}:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1])


def main() -> int:
    """Print the table, and exit with 1 if an input did something else than it should."""
    table = Table()
    pytest.main(
        [
            "-q",
            "-n",
            "0",
            "-m",
            "slow or not slow",
            "-k",
            "not thousand and not hundred",
            "-p",
            "no:cacheprovider",
            *(str(ROOT / path) for path in INPUTS),
        ],
        plugins=[table],
    )
    kind = ""
    print("| input | result | s | MB |\n|---|---|---|---|")
    for row in table.rows:
        if row.kind != kind:
            print(f"| **{row.kind}** | | | |")
            kind = row.kind
        print(f"| {row.name[:70]} | {row.result} | {row.seconds:.2f} | {row.megabytes:.0f} |")
    failed = sum(row.result != "as it should" for row in table.rows)
    slowest, largest = max(row.seconds for row in table.rows), max(row.megabytes for row in table.rows)
    print(f"{len(table.rows)} inputs, {failed} failed; at most {slowest:.1f} s and {largest:.0f} MB")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
