"""People annotate in a real browser: the system's chromium, driven by playwright."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from pluriset.tests.builders.annotation.conftest import Site

CHROMIUM = shutil.which("chromium")
HOSTILE = '<script>document.title="pwned"</script><img src=https://evil.example/x onerror=alert(1)> \u202egnol\u202c'
ARABIC = "هل الكذب على صديق لحماية مشاعره مقبول؟"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not CHROMIUM and "PLURISET_BROWSER" not in os.environ, reason="there is no chromium: apt-get install chromium"
    ),
]


@pytest.fixture
def chromium() -> Iterator[Browser]:
    path = os.environ.get("PLURISET_BROWSER") or CHROMIUM
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def serious(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [each["id"] for each in violations if each["impact"] in ("serious", "critical")]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (390, "light"), (1280, "dark")])
def test_a_person_annotates_with_the_keyboard_at_every_width(
    tmp_path: Path, chromium: Browser, width: int, scheme: str
) -> None:
    site = Site(tmp_path, people=1)
    seeds = "".join(json.dumps({"situation": text}, ensure_ascii=False) + "\n" for text in (HOSTILE, ARABIC))
    (tmp_path / "seeds.jsonl").write_text(seeds)
    site.start()
    with site.serving() as links:
        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        page, requests, problems = context.new_page(), list[str](), list[str]()
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(dialog.message))
        page.goto(links["p-1"])
        assert not serious(page)
        page.get_by_role("button").click()
        assert not serious(page)
        page.get_by_label("Country").select_option("Kenya")
        page.get_by_label("I have read this").check()
        page.get_by_role("button").click()
        for number in range(6):
            assert f"{number} of 6 answered" in page.title() and "pwned" not in page.title()
            assert number or not serious(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            for name in ("relevance", "valence"):
                page.locator(f"input[name={name}]").first.focus()
                page.keyboard.press("ArrowDown")
            page.get_by_label("Reason").fill("keyboard")
            page.keyboard.press("Tab")
            with page.expect_navigation():
                page.keyboard.press("Enter")
        assert "Thank you" in page.content() and not problems
        assert all(url.startswith(site.url) for url in requests)
        context.close()
    annotations = site.build()("annotations").filter(pl.col("annotator_id") == "p-1")
    assert len(annotations) == 12 and set(annotations["rationale"]) == {"keyboard"}
    assert (annotations["label"] == annotations["options"].list.get(1)).all()  # the second, in the order shown
