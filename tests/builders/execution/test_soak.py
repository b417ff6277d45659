"""Every fault at once: endpoints that fail and answer in odd forms, refuse, babble or hang, and builds that are killed.

`PLURISET_SOAK_MINUTES=30` runs rounds with other random seeds for so long; by default there is one round.
"""

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pluriset.cards.loading.open import open_run
from pluriset.tests.builders.conftest import JUDGED, LISTING
from pluriset.tests.builders.execution.test_kill import answers, on_disk, rows, start, uninterrupted
from pluriset.tests.servers.quirky_openai import AZURE_FILTER, CASES, PROSE, Once, is_judgement
from pluriset.tests.servers.scripted_openai import CUT, DROPPED, HANG, Body, Reply, ScriptedServer, answer, failure

pytestmark = pytest.mark.slow

MINUTES = float(os.environ.get("PLURISET_SOAK_MINUTES", 0))
SEEDS, CONCURRENCY, LATENCY = 40, 4, 0.02
QUIRKS = {case.name: case.quirk.quirk if isinstance(case.quirk, Once) else case.quirk for case in CASES}
PASSING = ("error in 200", "error in choice", "HTML 502", "retry-after-ms", "Retry-After date")
FORMS = (
    "null content, JSON in reasoning",
    "think tags",
    "code fence",
    "content in parts",
    "usage missing",
    "lone surrogate",
)
STOPPING = (failure(401, "invalid key"), failure(410, "the model was retired"), failure(404, "no such model"))
FILTERED = (AZURE_FILTER, failure(403, "Input was flagged by moderation"), failure(413, "too long"))


class Endpoint:
    """Answers at random: well in many forms, unusably, not at all; a request is told by its sampling seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.unlucky, self.paid = Counter[int](), Counter[int]()
        self.stops = 0

    def __call__(self, body: Body) -> Reply:
        own, drawn = body["seed"], self.draw.random()
        if drawn < 0.003 and self.stops < 3:
            self.stops += 1
            return self.draw.choice(STOPPING)
        if drawn < 0.25 and self.unlucky[own] < 2:
            self.unlucky[own] += 1
            quirks = [QUIRKS[name](body, "") for name in PASSING]
            return self.draw.choice([*quirks, CUT, DROPPED, *([HANG] if drawn < 0.01 else [])])
        return replace(self._lasting(body, random.Random(own)), after=LATENCY)

    def _lasting(self, body: Body, of_request: random.Random) -> Reply:
        """What this request gets each time that it gets through."""
        kind, text = of_request.random(), json.dumps(JUDGED if is_judgement(body) else LISTING)
        if kind < 0.02:
            return of_request.choice(FILTERED)
        self.paid[body["seed"]] += 1
        if kind < 0.05:
            return answer(None, refusal="I cannot help with that.")
        if kind < 0.15:
            return answer(
                of_request.choice((PROSE, "", text[:20], '{"answer": null}')), of_request.choice(("stop", "length"))
            )
        return QUIRKS[of_request.choice(FORMS)](body, text)


def interrupted(recipe: Path, out: Path, server: ScriptedServer, draw: random.Random) -> tuple[int, bool]:
    """Build until a random moment and end it by kill or Ctrl-C: exit code, and whether it was killed."""
    wanted, process = len(server.requests) + draw.randint(5, 60), start(recipe, out)
    while process.poll() is None and len(server.requests) < wanted:
        time.sleep(0.001)
    sent = draw.choice((signal.SIGKILL, signal.SIGINT))
    process.send_signal(sent)
    code = process.wait(120)
    return code, code == -signal.SIGKILL


def soak(recipe: Path, out: Path, seed: int, server: ScriptedServer, endpoint: Endpoint) -> None:
    """One round: interrupted builds, then builds until one is complete. Nothing that is on disk is asked again."""
    draw, killed, codes = random.Random(seed), 0, []
    for attempt in range(60):
        known, first = on_disk(out), len(server.requests)
        if attempt < 5:
            code, was_killed = interrupted(recipe, out, server, draw)
            killed += was_killed
        else:
            code = start(recipe, out).wait(300)
        codes.append(code)
        assert not known & {body["seed"] for body in server.requests[first:]}, "what was on disk was asked again"
        assert code in (0, 1, 3, 130, -signal.SIGKILL), codes
        if attempt >= 5 and code in (0, 1):
            break
    assert codes[-1] in (0, 1), codes
    assert set(answers(out).values()) == {1}
    lost = set(endpoint.paid) - on_disk(out)
    twice = sum(count - 1 for count in endpoint.paid.values())
    assert not lost and twice <= killed * CONCURRENCY, (lost, twice, killed)
    books = open_run(out, verify=True).manifest.books
    assert books.imbalances() == [] and books.seeds.read == SEEDS
    print(f"seed {seed}: {len(server.requests)} requests, {twice} twice, {killed} kills, exit codes {codes}")


@pytest.mark.timeout(600 + 60 * MINUTES)
def test_whatever_fails_nothing_is_lost_and_nothing_asked_twice(recipe: Callable[..., Path], tmp_path: Path) -> None:
    end, number = time.monotonic() + 60 * MINUTES, 0
    while number == 0 or time.monotonic() < end:
        seed, number = random.randrange(10**6), number + 1
        print(f"round {number}: random seed {seed}")
        with ScriptedServer(endpoint := Endpoint(seed)) as server:
            options = {"model": "m", "revision": "1", "base_url": server.url}
            teacher = {"openai": {**options, "concurrency": CONCURRENCY, "timeout": 10}}
            path, out = (
                recipe([f"Situation {seed} {i}" for i in range(SEEDS)], teachers={"main": teacher}),
                tmp_path / str(number),
            )
            soak(path, out, seed, server, endpoint)
            assert uninterrupted(out, tmp_path / f"{number} again") == rows(out)
