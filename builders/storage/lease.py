"""The right to build one shard of a run: held by one process, renewed while it lives, lost when it is dead.

Each attempt at a shard is a file `<shard>.<attempt>.json` in the folder `.shards` of the run, created exclusively:
whoever creates the next attempt holds the shard, and the holder of an earlier one has lost it. A live holder rewrites
its file every `BEAT` seconds. Ages are differences of two times that the file system stamped, so clocks need not agree.
"""

from __future__ import annotations

import os
import re
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from ...schemas.errors import RunError
from ...validators.tables.atomic_write import write_atomic, write_error
from .shard import Shard

BEAT = 5.0
"""Seconds between two renewals."""
EXPIRES = 30.0
"""Seconds without renewal after which a holder counts as dead."""
PATIENCE = EXPIRES + BEAT
"""Seconds after which a lease that is still held is known to have a live holder."""
ATTEMPT = re.compile(r"([0-9]{5,})-of-([0-9]{5,})\.([0-9]{5,})\.json")


class Claim(BaseModel):
    """What a holder writes about its attempt."""

    recipe: str
    """Digest of the recipe that it builds."""
    host: str = ""
    pid: int = 0
    kernel: str = ""
    """The kernel and pid namespace in which `pid` counts; empty where that cannot be told."""
    launch: str | None = None
    """The launch that schedules the attempts; only one of a launch is alive at a time."""
    state: Literal["working", "stopped", "done"] = "working"
    seeds: int = 0
    """Seeds of the shard."""
    seeds_done: int = 0
    sent: int = 0
    """Requests that were sent."""

    @property
    def holder(self) -> str:
        """Who holds it, for people."""
        return f"process {self.pid} on {self.host}"


class Held(Exception):
    """A live process holds the shard."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(claim.holder)
        self.claim = claim


class Lease:
    """A shard that this process holds. Make it with `held`."""

    def __init__(self, folder: Path, shard: Shard, attempt: int, claim: Claim) -> None:
        self.shard, self.attempt, self.claim = shard, attempt, claim
        self._path, self._next = _path(folder, shard, attempt), _path(folder, shard, attempt + 1)
        self._renewed = time.monotonic()
        self._lost = ""
        self._released = threading.Event()

    def check(self) -> None:
        """Raises `RunError` if another process may build the shard now."""
        if not self._lost and time.monotonic() - self._renewed > EXPIRES:
            self._renew()
        if self._lost:
            raise RunError(
                f"the lease of shard {self.shard} is lost; its answers are kept",
                where=str(self._path),
                got=self._lost,
                hint="the shard is continued by the process that took it over, or by the same command",
            )

    def renew_until_released(self) -> None:
        """Renew the lease every `BEAT` seconds; runs in a thread of its own."""
        while not self._released.wait(BEAT) and not self._lost:
            self._renew()

    def stop_renewing(self) -> None:
        """End `renew_until_released`."""
        self._released.set()

    def release(self) -> None:
        """Write the last state of the claim, so that others need not wait for the lease to expire."""
        if self.claim.state == "working":
            self.claim.state = "stopped"
        if not self._next.exists():
            with suppress(RunError):  # then the lease expires
                write_atomic(self._path, self.claim.model_dump_json())

    def _renew(self) -> None:
        late = time.monotonic() - self._renewed
        try:
            if self._next.exists():
                self._lost = f"taken over after {late:.0f} s without a sign of life"
                return
            write_atomic(self._path, self.claim.model_dump_json())
        except (OSError, RunError) as error:
            if late > EXPIRES:
                self._lost = f"not renewed for {late:.0f} s: {error}"
            return
        self._renewed = time.monotonic()


@contextmanager
def held(folder: Path, shard: Shard, recipe: str, launch: str | None = None) -> Iterator[Lease]:
    """Hold a shard. Raises `Held` while a live process does.

    An attempt of the same `launch` is taken over at once: its scheduler starts another only when the last one is dead.
    """
    lease = _acquired(folder, shard, recipe, launch)
    thread = threading.Thread(target=lease.renew_until_released, name=f"lease of {shard}", daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        lease.stop_renewing()
        thread.join()
        lease.release()


def is_free(folder: Path, shard: Shard, recipe: str) -> bool:
    """Whether a shard is neither held nor done for this recipe."""
    last = _attempts(folder, str(shard)).get(shard, 0)
    claim = _claim(folder, shard, last) if last else None
    if claim is None or (claim.state == "done" and claim.recipe != recipe):
        return True
    return claim.state != "done" and not _is_alive(folder, shard, last, claim, None)


def done(folder: Path, of: int, recipe: str) -> set[Shard]:
    """The shards of a run that are done for this recipe."""
    newest = ((shard, _claim(folder, shard, last)) for shard, last in _attempts(folder).items() if shard.of == of)
    return {shard for shard, claim in newest if claim.state == "done" and claim.recipe == recipe}


def working(folder: Path) -> dict[Shard, Claim]:
    """The shards that live processes hold now."""
    newest = ((shard, last, _claim(folder, shard, last)) for shard, last in sorted(_attempts(folder).items()))
    return {shard: claim for shard, last, claim in newest if _is_alive(folder, shard, last, claim, None)}


def _acquired(folder: Path, shard: Shard, recipe: str, launch: str | None) -> Lease:
    folder.mkdir(parents=True, exist_ok=True)
    last = _attempts(folder, str(shard)).get(shard, 0)
    if last and _is_alive(folder, shard, last, claim := _claim(folder, shard, last), launch):
        raise Held(claim)
    claim = Claim(recipe=recipe, host=socket.gethostname(), pid=os.getpid(), kernel=_kernel(), launch=launch)
    try:
        with _path(folder, shard, last + 1).open("x", encoding="utf-8") as file:
            file.write(claim.model_dump_json())
    except FileExistsError:
        raise Held(_claim(folder, shard, last + 1)) from None
    except OSError as error:
        raise write_error(error, folder, "cannot claim a shard") from None
    return Lease(folder, shard, last + 1, claim)


def _path(folder: Path, shard: Shard, attempt: int) -> Path:
    return folder / f"{shard}.{attempt:05d}.json"


def _attempts(folder: Path, name: str = "") -> Mapping[Shard, int]:
    """Shard -> its last attempt; of all shards, or of one."""
    attempts: dict[Shard, int] = {}
    for path in folder.glob(f"{name}*.json"):
        if parts := ATTEMPT.fullmatch(path.name):
            number, of, attempt = map(int, parts.groups())
            shard = Shard(number, of)
            attempts[shard] = max(attempt, attempts.get(shard, 0))
    return attempts


def _claim(folder: Path, shard: Shard, attempt: int) -> Claim:
    """A claim; one that is not written yet says nothing but that somebody works."""
    try:
        return Claim.model_validate_json(_path(folder, shard, attempt).read_bytes())
    except (OSError, ValidationError):
        return Claim(recipe="", host="unknown host")


def _is_alive(folder: Path, shard: Shard, attempt: int, claim: Claim, launch: str | None) -> bool:
    if claim.state != "working" or (launch is not None and claim.launch == launch):
        return False
    if claim.kernel and claim.kernel == _kernel() and not _runs(claim.pid):
        return False
    with suppress(FileNotFoundError), _path(folder, shard, attempt).open("rb") as file:
        return _now(folder) - os.fstat(file.fileno()).st_mtime < EXPIRES
    return True


def _now(folder: Path) -> float:
    """The time by the clock of the file system."""
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"now")
        probe.flush()
        return os.fstat(probe.fileno()).st_mtime


def _kernel() -> str:
    """What tells two machines, or two containers, with the same pids apart; empty where it cannot be read."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _runs(pid: int) -> bool:
    """Whether a process of this kernel is alive; one that has ended and is not waited for is not."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] != "Z"
        )
    except OSError:
        return False
