"""Jobs on daemon threads: Ctrl-C does not wait for them, and they end with the process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread

THREADS = 5
"""As many as the Hub's client uses for uploads."""
Job = Callable[[], None]


def run_in_threads(jobs: Sequence[Job]) -> None:
    """Run all jobs. Raises the first error, or what interrupts the wait; no job is started after that."""
    pending, results, stopped = SimpleQueue[Job](), SimpleQueue[BaseException | None](), Event()
    for job in jobs:
        pending.put(job)
    for _ in range(min(THREADS, len(jobs))):
        Thread(target=_run_jobs, args=(pending, results, stopped), daemon=True).start()
    try:
        for _ in jobs:
            if error := results.get():
                raise error
    finally:
        stopped.set()


def _run_jobs(pending: SimpleQueue[Job], results: SimpleQueue[BaseException | None], stopped: Event) -> None:
    while not stopped.is_set():
        try:
            job = pending.get_nowait()
        except Empty:
            return
        try:
            job()
        except BaseException as error:  # noqa: BLE001 (raised again in the thread that waits)
            results.put(error)
        else:
            results.put(None)
