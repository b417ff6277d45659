import json
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from http.client import HTTPException
from pathlib import Path

import pytest

import pluriset
from pluriset.tests.builders.annotation.conftest import Site
from pluriset.tests.servers.form_browser import FormBrowser, Page

pytestmark = pytest.mark.slow

KILLS, PEOPLE, SITUATIONS = 50, 3, 120


class Annotator(threading.Thread):
    """One person who goes on annotating whatever happens to the server, until told to stop or nothing is left."""

    def __init__(self, site: Site, link: str, annotator: str) -> None:
        super().__init__()
        self.browser = FormBrowser(site.url, timeout=5, follow=False)
        self.link, self.annotator = link, annotator
        self.acknowledged: dict[str, set[str]] = {}
        """Item -> the reasons that were sent with it, once one was acknowledged."""
        self.sent: dict[str, set[str]] = {}
        self.finished, self.stopping = False, threading.Event()
        self._draw, self._count = random.Random(annotator), 0

    def run(self) -> None:
        while not (self.finished or self.stopping.is_set()):
            try:
                self._step()
            except (OSError, HTTPException):
                time.sleep(0.01)

    def _step(self) -> None:
        page = self.browser.get("/item")
        if page.status == 403:
            page = self.browser.get(self.link.removeprefix(self.browser.url))
        if page.action == "/item":
            self._answer(page)
        elif page.action:
            self.browser.submit(page, lambda name, options: "yes" if name == "agree" else "")
        elif page.status == 200:
            self.finished = "Thank you" in page.text

    def _answer(self, page: Page) -> None:
        """Send an answer; where no response came, send the same form again or look at the next page."""
        item = page.hidden["item"]
        self._count += 1
        reason = f"{self.annotator} {self._count}"
        self.sent.setdefault(item, set()).add(reason)
        for _ in range(3):
            try:
                answered = self.browser.submit(page, self._choose, reason=reason)
            except (OSError, HTTPException):
                if self._draw.random() < 0.5:
                    return
                time.sleep(0.2)
                continue
            assert answered.status == 303, answered.text
            self.acknowledged[item] = self.sent[item]
            return

    def _choose(self, _: str, options: list[str]) -> str:
        return self._draw.choice(options) if options else ""


def serve(site: Site, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pluriset.cli", "annotate", str(site.run), "--port", str(port)]
    process = subprocess.Popen([*command, "--people", str(site.people.folder)], stdout=-3, stderr=-3)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process
        except OSError:
            assert process.poll() is None
            time.sleep(0.01)
    raise AssertionError("the server did not start")


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_bytes().split(b"\n")[:-1]]


@pytest.mark.timeout(600)
def test_no_acknowledged_answer_is_lost_and_none_is_saved_twice(tmp_path: Path) -> None:
    site, draw = Site(tmp_path, people=PEOPLE, situations=SITUATIONS), random.Random(7)
    site.people.clock = time.time
    site.start()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    site.url = f"http://127.0.0.1:{port}"
    links = pluriset.invite(site.run, url=site.url, people=site.people.folder)
    annotators = [Annotator(site, link.url, link.annotator) for link in links]
    for annotator in annotators:
        annotator.start()
    for _ in range(KILLS):
        process = serve(site, port)
        time.sleep(draw.uniform(0.02, 0.5))
        process.kill()
        process.wait()
    between_kills = sum(len(one.acknowledged) for one in annotators)
    process = serve(site, port)
    try:
        for annotator in annotators:
            annotator.join(120)
            assert annotator.finished
    finally:
        for annotator in annotators:
            annotator.stopping.set()
        process.terminate()
        process.wait(10)
    for annotator in annotators:
        saved = [
            each for each in lines(site.run / "batch" / "answers" / f"{annotator.annotator}.jsonl") if "answer" in each
        ]
        counts = Counter(str(each["custom_id"]) for each in saved)
        assert set(counts.values()) == {1} and len(counts) == 3 * SITUATIONS
        assert annotator.acknowledged.keys() <= counts.keys()
        for each in saved:
            assert each["answer"]["reasoning"] in annotator.sent[str(each["custom_id"])]  # type: ignore[index]
    assert between_kills > KILLS
    table = site.build()("annotations")
    assert len(table) == 2 * 3 * SITUATIONS * (PEOPLE + 1)
    assert table.select("item_id", "annotator_id", "aspect").n_unique() == len(table)
    print(f"{KILLS} kills, {between_kills} answers acknowledged between them")
