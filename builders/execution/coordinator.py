"""What the workers of one sharded build share while it runs: budget, rates, progress, and the order to stop.

It lives in one process that all workers can call, twice a second each. No request passes through it.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import NamedTuple

from ...schemas.errors import PlurisetError
from ...schemas.progress import Status
from ...schemas.recipe import Budget
from ...schemas.run_layout import JOURNAL
from ...schemas.usage import Spent
from ..asking.budget import Cost
from ..storage.shard import Segment, Shard, concerning, segments

SILENT = 10.0
"""Seconds without a report after which a worker no longer counts as being at work."""
PORTION = 8
"""A grant is at most this fraction of what is left of the budget, or what one request needs."""


class Order(NamedTuple):
    """What a worker is told in reply to a report."""

    stop: PlurisetError | None
    """Why it should send nothing more; null: go on."""
    rate_share: float
    """Its share of every declared rate per minute."""


@dataclass
class _Worker:
    """What is known of the attempt at a shard."""

    attempt: str
    status: Status | None = None
    granted: Cost = field(default_factory=Cost)
    spent: Cost = field(default_factory=Cost)
    reported: float = 0.0
    at_work: bool = True


class Coordinator:
    """The state that workers share. `spent` is what the journal had cost before they began."""

    def __init__(self, folder: Path, limits: Budget, spent: Cost) -> None:
        self.journal = folder / JOURNAL
        self.limits, self.spent = limits, spent
        self.reason: PlurisetError | None = None
        self._workers: dict[Shard, _Worker] = {}
        self._numbers = 0

    def join(self, shard: Shard, attempt: str) -> Order:
        """Begin an attempt at a shard; of an earlier one that did not end, all that it was granted counts as spent."""
        if (last := self._workers.get(shard)) and last.at_work:
            self.spent = self.spent.plus(last.granted)
        elif last:
            self.spent = self.spent.plus(last.spent)
        self._workers[shard] = _Worker(attempt, reported=time.monotonic())
        return self._order()

    def report(self, shard: Shard, attempt: str, status: Status, spent: Cost, done: bool = False) -> Order:
        """Take note of how far an attempt is."""
        worker = self._workers[shard]
        if worker.attempt == attempt:
            worker.status, worker.spent, worker.reported = status, spent, time.monotonic()
            if done:
                worker.at_work, worker.granted = False, spent
        return self._order()

    def grant(self, shard: Shard, attempt: str, most: Cost, spent: Cost, idle: bool) -> Cost | None:
        """Raise what an attempt may spend in all so that `most` more fits; None if the budget is spent.

        Returns the total that it may spend now, which is too little while others hold grants that they may return. An
        `idle` worker has nothing in flight, and returns what it does not use.
        """
        worker = self._workers[shard]
        if worker.attempt != attempt:
            return None
        worker.spent = spent
        if idle:
            worker.granted = spent
        needed, left = spent.plus(most).minus(worker.granted), self._left()
        if needed.tokens <= left.tokens and needed.usd <= left.usd:
            more = (need if part == inf else max(need, part / PORTION) for need, part in zip(needed, left, strict=True))
            worker.granted = worker.granted.plus(Cost(*more))
            return worker.granted
        others = (other for other in self._workers.values() if other is not worker)
        return worker.granted if not idle or any(other.granted != other.spent for other in others) else None

    def stop(self, reason: PlurisetError) -> None:
        """Let all workers finish what is in flight and send nothing more; the first reason counts."""
        self.reason = self.reason or reason

    def statuses(self) -> list[Status]:
        """The last status of every shard that was begun."""
        return [worker.status for worker in self._workers.values() if worker.status]

    def at_work(self) -> int:
        """Workers that reported a short while ago."""
        now = time.monotonic()
        return sum(worker.at_work and now - worker.reported < SILENT for worker in self._workers.values())

    def segments(self, shard: Shard) -> tuple[int, dict[str, bytes]]:
        """For a worker that does not see the disk: the segments that concern it, and a number for its own."""
        there = segments(self.journal)
        self._numbers = max([self._numbers, *(one.number for one in there)]) + 1
        return self._numbers, {one.name: (self.journal / one.name).read_bytes() for one in concerning(there, shard)}

    def append(self, segment: Segment, offset: int, data: bytes) -> int:
        """Write what such a worker journaled from this byte on; returns the size of the segment."""
        self.journal.mkdir(parents=True, exist_ok=True)
        path = self.journal / segment.name
        with path.open("r+b" if path.exists() else "xb") as file:
            file.seek(offset)
            file.write(data)
        return offset + len(data)

    def _order(self) -> Order:
        return Order(self.reason, 1 / max(1, self.at_work()))

    def _left(self) -> Cost:
        granted = self.spent
        for worker in self._workers.values():
            granted = granted.plus(worker.granted)
        tokens, usd = self.limits.tokens, self.limits.usd
        return Cost(inf if tokens is None else tokens - granted.tokens, inf if usd is None else usd - granted.usd)


def together(statuses: Sequence[Status], seeds: int, messages: Sequence[str]) -> Status:
    """The status of a build by those of its workers."""
    spent: defaultdict[tuple[str, str], Spent] = defaultdict(Spent)
    for status in statuses:
        for who, one in status.spent.items():
            spent[who] = spent[who] + one
    costs = [status.usd for status in statuses]
    return Status(
        seeds_done=sum(status.seeds_done for status in statuses),
        seeds=seeds,
        requests=sum(status.requests for status in statuses),
        cached=sum(status.cached for status in statuses),
        sent=sum(status.sent for status in statuses),
        failed=sum(status.failed for status in statuses),
        pending=0,
        in_flight=sum(status.in_flight for status in statuses),
        rejected=sum(status.rejected for status in statuses),
        rejects=sum((Counter(status.rejects) for status in statuses), Counter[str]()),
        spent=spent,
        usd=None if None in costs else sum(cost for cost in costs if cost),
        sent_tokens=sum(status.sent_tokens for status in statuses),
        messages=tuple(messages),
    )
