"""A browser without a window: it keeps cookies, follows redirects, and sends in the form of a page as one would."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

Choose = Callable[[str, list[str]], str]
"""Gets the name of an input and its options, in the order shown, and says what to fill in."""


class Page(HTMLParser):
    """What a page asks for."""

    def __init__(self, html: str, status: int) -> None:
        super().__init__()
        self.html, self.status = html, status
        self.action: str | None = None
        self.hidden: dict[str, str] = {}
        self.options: dict[str, list[str]] = {}
        self.texts: list[str] = []
        self._select: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.action = has["action"]
        elif tag == "select":
            self._select = has["name"]
        elif tag == "option" and self._select:
            self.options.setdefault(self._select, []).append(has["value"])
        elif tag == "textarea":
            self.options[has["name"]] = []
        elif tag == "input" and has["type"] == "hidden":
            self.hidden[has["name"]] = has["value"]
        elif tag == "input" and has["type"] in ("radio", "checkbox"):
            self.options.setdefault(has["name"], []).append(has["value"])
        elif tag == "input":
            self.options[has["name"]] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(text for text in self.texts if text)


class _StayHere(HTTPRedirectHandler):
    """Shows a redirect as a page of status 303."""

    def redirect_request(self, *_: Any) -> None:
        return None


class FormBrowser:
    """One person's browser."""

    def __init__(self, url: str, timeout: float = 10, follow: bool = True) -> None:
        self.url, self.timeout, self.cookies = url, timeout, CookieJar()
        handlers = [HTTPCookieProcessor(self.cookies), *(() if follow else (_StayHere(),))]
        self._opener = build_opener(*handlers)

    def get(self, path: str, **headers: str) -> Page:
        return self._send(path, None, headers)

    def post(self, path: str, fields: dict[str, Any], **headers: str) -> Page:
        return self._send(path, urlencode(fields, doseq=True).encode(), {"Origin": self.url, **headers})

    def submit(self, page: Page, choose: Choose, **changes: str) -> Page:
        assert page.action, page.text
        filled = {name: choose(name, options) for name, options in page.options.items()}
        return self.post(page.action, {**page.hidden, **filled, **changes})

    def enter(self, link: str) -> Page:
        """Open a link, press its button, agree if asked to: the first item."""
        page = self.get(link.removeprefix(self.url))
        while page.action in ("/enter", "/consent"):
            page = self.submit(page, lambda name, options: "yes" if name == "agree" else (options or [""])[-1])
        return page

    def _send(self, path: str, body: bytes | None, headers: dict[str, str]) -> Page:
        request = Request(self.url + path, body, headers)
        try:
            with self._opener.open(request, timeout=self.timeout) as response:
                return Page(response.read().decode(), response.status)
        except HTTPError as error:
            return Page(error.read().decode(), error.code)
