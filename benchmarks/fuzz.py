"""Fuzz every parser for some seconds in all, each in turn: `python benchmarks/fuzz.py SECONDS [PARSER...]`.

What a parser raises that is none of our errors is printed with the document that caused it, once for each place in the
code. A parser that takes over ten seconds for a document is stopped, and that is a finding too.
"""

from __future__ import annotations

import faulthandler
import random
import signal
import sys
import time
import traceback
from types import FrameType

from pluriset.tests.hostile.parsers import PARSERS, attempt, changed

SLICE = 4.0
"""Seconds of a parser before it is the turn of the next."""
SLOW = 10
"""Seconds that a document may take."""


def main(seconds: float, names: list[str]) -> None:
    """Fuzz until the time is over; one line for each finding, and how many documents each parser read."""
    faulthandler.enable()
    signal.signal(signal.SIGALRM, _too_slow)
    chance, counts, found = random.Random(), dict.fromkeys(names, 0), dict[tuple[str, str], bytes]()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for name in names:
            turn = min(end, time.monotonic() + SLICE)
            while time.monotonic() < turn:
                document = changed(chance.choice(PARSERS[name].documents), chance)
                counts[name] += 1
                signal.alarm(SLOW)
                try:
                    attempt(PARSERS[name], document)
                except BaseException as error:
                    if isinstance(error, KeyboardInterrupt):
                        raise
                    _report(name, error, document, found)
                finally:
                    signal.alarm(0)
    for name, count in counts.items():
        print(f"{name}: {count:,} documents, {sum(one == name for one, _ in found)} findings")


def _report(name: str, error: BaseException, document: bytes, found: dict[tuple[str, str], bytes]) -> None:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "pluriset" in frame.filename and "tests" not in frame.filename]
    last = own[-1] if own else frames[-1]
    place = f"{type(error).__name__} at {last.filename.rpartition('pluriset/')[2]}:{last.lineno}"
    if (name, place) not in found:
        found[name, place] = document
        print(f"{name}: {place}: {str(error)[:200]}\n  {document[:1500]!r}", flush=True)


def _too_slow(_: int, __: FrameType | None) -> None:
    raise TimeoutError(f"over {SLOW} s")


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:] or [*PARSERS])
