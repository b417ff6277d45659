"""The page in a real browser: the system's chromium, driven by playwright."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright

from pluriset.cards.viewer.browser import Browser
from pluriset.cards.viewer.export import export
from pluriset.cards.viewer.server import application
from pluriset.cards.viewer.view import open_browser

CHROMIUM = shutil.which("chromium")
VIEWS = ("", "view=groups", "view=figures", "view=checks", "view=tables", "item=0&order=disagreement")
QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"order": "disagreement"},
    {"answer": "1"},
    {"search": "of four"},
    {"attribute": "country", "group": "Kenya", "other": "Peru", "order": "difference"},
    {"attribute": "country", "group": "Peru", "answer": "0"},
    {"low": "0.5", "high": "0.95"},
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not CHROMIUM and "PLURISET_BROWSER" not in os.environ, reason="there is no chromium: apt-get install chromium"
    ),
]


@contextmanager
def serving(app: web.Application) -> Iterator[str]:
    """The address of a server in a thread; it ends before the dataset is closed, and with it what it still reads."""
    loop, runner, started = asyncio.new_event_loop(), web.AppRunner(app), threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(runner.setup())
        loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
        started.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(20)
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Chromium) -> Iterator[Callable[..., Page]]:
    """Opens an address; a message of the browser or a request to elsewhere fails the test."""
    contexts, wrong = [], list[str]()

    def go(url: str, where: str = "", width: int = 1280, **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 844}, **options)
        contexts.append(context)
        page = context.new_page()
        home = url.rpartition("/")[0]
        page.on("request", lambda request: wrong.extend({request.url} - known(request.url, home)))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        look(page, url, where)
        return page

    yield go
    for context in contexts:
        context.close()
    assert wrong == []


def known(url: str, home: str) -> set[str]:
    """The address, if it is one of the page or data in itself."""
    return {url} if url.startswith((home, "data:")) else set()


def look(page: Page, url: str, where: str) -> None:
    page.goto("about:blank")
    page.goto(f"{url}#{where}")
    page.wait_for_selector("body[data-ready]", timeout=60_000)


def test_hostile_rows_are_text_and_reach_nothing(hostile: Path, visit: Callable[..., Page]) -> None:
    with open_browser(hostile) as browser, serving(application(browser, "127.0.0.1")) as url:
        page = visit(url)
        title = page.title()
        for where in (*VIEWS, *(f"item={number}" for number in range(4))):
            look(page, url, where)
            assert page.title() == title != "run"
            assert page.locator("main script, main img:not([src^='data:image/svg']), main a[href], iframe").count() == 0
        assert "[U+202E]" in (page.locator(".detail").text_content() or "")
        look(page, url, "item=2")
        page.get_by_role("button", name="Show all 1,000,000 characters").first.click()
        assert "W" * 1_000_000 in (page.locator(".detail").text_content() or "")
        look(page, url, "item=1")
        direction = "e => [e.dir, getComputedStyle(e).direction, getComputedStyle(e).unicodeBidi]"
        assert page.locator(".detail dd .text").first.evaluate(direction) == ["auto", "rtl", "isolate"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_barriers_are_found_and_nothing_is_cut_off_on_a_phone(
    foreign: Path, visit: Callable[..., Page], scheme: str
) -> None:
    with open_browser(foreign) as browser, serving(application(browser, "127.0.0.1")) as url:
        for width in (1280, 390):
            page = visit(url, width=width, color_scheme=scheme)
            for where in VIEWS:
                look(page, url, where)
                found = Axe().run(page).response["violations"]
                serious = [(one["id"], one["nodes"][0]["html"][:200]) for one in found]
                assert not [one for one in serious if one[0]], (where, width, serious)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (where, width)


def test_the_page_is_used_with_the_keyboard_alone(foreign: Path, visit: Callable[..., Page]) -> None:
    with open_browser(foreign) as browser, serving(application(browser, "127.0.0.1")) as url:
        page = visit(url)
        page.get_by_role("searchbox").focus()
        page.keyboard.type("of four")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=1 to 1 of 1 item")
        page.locator(".item").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".detail .record")
        assert page.evaluate("document.activeElement.id") == "detail"
        page.go_back()
        page.wait_for_selector("text=Choose an item")


def asked(page: Page, source: str, query: dict[str, str]) -> Any:
    """Items, counts and groups that a page answers for a query."""
    script = """async ([source, query]) => {
        const ask = source === "server"
            ? (name, more) => fetch(`api/${name}?${new URLSearchParams({ ...query, ...more })}`).then((r) => r.json())
            : (name, more) => globalThis.plurisetSource[name]({ ...query, ...more });
        const [items, counts] = [await ask("items", { limit: 25 }), await ask("distributions", {})];
        const groups = await ask("groups", { by: "country" });
        return [items, { ...counts, answers: counts.answers.sort((a, b) => a[0] - b[0]) }, groups];
    }"""
    return page.evaluate(script, [source, query])


def test_an_exported_page_answers_as_the_server_does_from_disk_and_over_http(
    foreign: Path, tmp_path: Path, visit: Callable[..., Page]
) -> None:
    out, static = tmp_path / "out", web.Application()
    with open_browser(foreign) as browser:
        export(browser, out)
        static.router.add_static("/", out)
        with serving(_again(browser)) as server, serving(static) as files:
            served = visit(server)
            from_disk = visit((out / "index.html").as_uri(), "order=disagreement&item=0")
            over_http = visit(f"{files}index.html", "order=disagreement&item=0")
            for page in (from_disk, over_http):
                assert page.locator(".item").count() == 3 and page.locator(".detail .record").count() == 1
            for query in QUERIES:
                expected = asked(served, "server", query)
                assert asked(from_disk, "static", query) == expected, query
                assert asked(over_http, "static", query) == expected, query
            names = over_http.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
            assert any("items.parquet" in name for name in names) and not any("items-0.js" in name for name in names)


def _again(browser: Browser) -> web.Application:
    """The server of a dataset whose index is there already."""
    app = application(browser, "127.0.0.1")
    app.cleanup_ctx.clear()
    return app
