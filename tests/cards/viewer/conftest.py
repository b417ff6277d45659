from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from pluriset.cards.viewer.browser import Browser
from pluriset.cards.viewer.view import open_browser

HOSTILE = (
    "\"'><script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
    "<a href=\"javascript:document.title='run'\">a</a>\u202egnp.exe {{7*7}} ${7*7} '); DROP TABLE shown.item; --"
)
"""A text that every mistake in escaping would run."""
HEBREW = "האם מותר לשקר כדי להגן על חבר?"
ANSWERS = {
    "yes or no": {"ann": "yes", "bo": "no", "cy": "yes", "di": "no"},
    "all agree": {"ann": "yes", "bo": "yes", "cy": "yes", "di": "yes"},
    "one of four": {"ann": "no", "bo": "yes", "cy": "yes", "di": "abstain"},
}
COUNTRY = {"ann": "Kenya", "bo": "Peru", "cy": "Kenya", "di": "Peru"}


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A dataset of others: a row for each judgement, with the country of who judged."""
    path = tmp_path / "judged.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["item_id", "text", "annotator_id", "country", "label"])
        for number, (text, answers) in enumerate(ANSWERS.items()):
            writer.writerows([f"q{number}", text, who, COUNTRY[who], label] for who, label in answers.items())
    return path


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A dataset whose every cell attacks the page, with a cell of a megabyte and one from right to left."""
    path = tmp_path / "hostile.jsonl"
    rows = [
        {"item_id": f"q{number}", "text": text, "annotator_id": who, "label": who, HOSTILE: HOSTILE}
        for number, text in enumerate([HOSTILE, HEBREW, "W" * 1_000_000, HOSTILE * 3])
        for who in ("ann", HOSTILE)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


@pytest.fixture
def browse() -> Iterator[Callable[..., Browser]]:
    """Opens a dataset with its index; closed after the test."""
    with ExitStack() as stack:

        def open_prepared(path: Path, **options: object) -> Browser:
            return stack.enter_context(_opened(path, **options))

        yield open_prepared


@contextmanager
def _opened(path: Path, **options: object) -> Iterator[Browser]:
    with open_browser(path, **options) as browser:  # type: ignore[arg-type]
        browser.prepare()
        yield browser
