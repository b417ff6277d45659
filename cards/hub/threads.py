"""Work on several threads that nobody has to wait for: Ctrl-C leaves them behind, and they end with the process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread

THREADS = 5
"""As many at a time as the Hub's client uploads."""
Job = Callable[[], None]


def run_in_threads(jobs: Sequence[Job]) -> None:
    """Do all jobs. Raises the first error, or what interrupts the waiting; after that none is begun any more."""
    todo, done, stopped = SimpleQueue[Job](), SimpleQueue[BaseException | None](), Event()
    for job in jobs:
        todo.put(job)
    for _ in range(min(THREADS, len(jobs))):
        Thread(target=_work, args=(todo, done, stopped), daemon=True).start()
    try:
        for _ in jobs:
            if error := done.get():
                raise error
    finally:
        stopped.set()


def _work(todo: SimpleQueue[Job], done: SimpleQueue[BaseException | None], stopped: Event) -> None:
    while not stopped.is_set():
        try:
            job = todo.get_nowait()
        except Empty:
            return
        try:
            job()
        except BaseException as error:  # noqa: BLE001 (it is raised where it is waited for)
            done.put(error)
        else:
            done.put(None)
