"""A simulated endpoint in a process of its own: `python simulated_openai.py JSON`, the fields of `Behaviour`.

Prints the base URL for clients and stops on SIGTERM or SIGINT. `GET stats` below the base URL tells what it has seen.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from subprocess import PIPE, Popen
from typing import Any
from urllib.request import urlopen

from pluriset.tests.servers.scripted_openai import CUT, HANG, Body, Reply, ScriptedServer, answer, failure

FAULTS = {"failed": 0.05, "busy": 0.05, "broken": 0.02, "hangs": 0.01, "cut": 0.01}
"""Shares of requests: status 500, 429 with Retry-After, broken JSON, no answer ever, a cut connection."""


@dataclass(frozen=True)
class Behaviour:
    """What the endpoint answers and how."""

    text: str = "{}"
    by_prompt: dict[str, str] = field(default_factory=dict)
    """Part of the last message -> what is answered in place of `text`."""
    latency: float = 0.05
    faults: dict[str, float] = field(default_factory=dict)
    bad_luck: int | None = None
    """Faults that one request meets at most, which its seed tells."""
    room: int = 10_000
    """Requests at once; more are refused with 429."""
    falls_to: int | None = None
    """Room after `falls_after` answers."""
    falls_after: int = 0


class Simulated:
    """Answers requests and counts what it does."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.server = ScriptedServer(self.respond)
        self.server.pages = {"stats": self.stats}
        self.did = Counter[str]()
        self.paid, self.unlucky = Counter[int](), Counter[int]()
        self.first = self.last = self.fell = 0.0
        self._draw = random.Random(7)

    def respond(self, body: Body) -> Reply:
        self.server.requests.clear()  # there may be millions
        now = time.time()
        self.first, self.last = self.first or now, now
        what = self._what(seed := body.get("seed", 0))
        self.did[what] += 1
        (self.paid if what == "answered" else self.unlucky)[seed] += 1
        return self._reply(what, body)

    def stats(self) -> dict[str, Any]:
        """Counts; seeds tell requests apart, so one that was answered twice was paid twice."""
        twice = sum(count - 1 for count in self.paid.values())
        most = self.server.most_at_once
        moments = {"first": self.first, "last": self.last, "fell": self.fell}
        return {**self.did, **moments, "twice": twice, "most_at_once": most}

    def _what(self, seed: int) -> str:
        room = self.behaviour.room
        if self.behaviour.falls_to is not None and self.did["answered"] >= self.behaviour.falls_after:
            room, self.fell = self.behaviour.falls_to, self.fell or time.time()
        if self.server.now > room:
            return "full"
        if self.unlucky[seed] == self.behaviour.bad_luck:
            return "answered"
        drawn = self._draw.random()
        for what, share in self.behaviour.faults.items():
            if (drawn := drawn - share) < 0:
                return what
        return "answered"

    def _reply(self, what: str, body: Body) -> Reply:
        late, asked = self.behaviour.latency, body["messages"][-1]["content"]
        text = next((text for part, text in self.behaviour.by_prompt.items() if part in asked), self.behaviour.text)
        replies = {
            "failed": Reply({"error": {"message": "internal error"}}, 500, after=late),
            "busy": failure(429, "slow down", Retry_After="1"),
            "full": failure(429, "too many requests at once"),
            "broken": Reply('{"choices": [{"mess', after=late),
            "hangs": HANG,
            "cut": CUT,
        }
        return replies.get(what) or Reply(answer(text).body, after=late)


@contextmanager
def simulated(behaviour: Behaviour) -> Iterator[str]:
    """The base URL of an endpoint in a process of its own."""
    command = [sys.executable, __file__, json.dumps(asdict(behaviour))]
    with Popen(command, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def stats(url: str) -> dict[str, Any]:
    """What the endpoint has seen so far."""
    with urlopen(f"{url}/stats") as page:
        found: dict[str, Any] = json.load(page)
    return found


def main(options: str) -> None:
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    with Simulated(Behaviour(**json.loads(options))).server as server:
        print(server.url, flush=True)
        signal.sigwait(stops)


if __name__ == "__main__":
    main(sys.argv[1])
