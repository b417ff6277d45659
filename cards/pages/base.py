"""The base page: title, stylesheet, scripts and a policy that lets nothing in from outside."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from importlib import resources

from ...schemas.printable import printable

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)
"""Content security policy: no inline script or style, and no address but the page's own."""
HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""Headers of every response of a server of pages."""
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
{links}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
{body}
</body>
</html>
"""


def render(title: str, body: str = "", styles: Sequence[str] = (), scripts: Sequence[str] = ()) -> str:
    """A page; `body` is HTML, `title` any text. Scripts that end in `.mjs` are modules."""
    links = [f'<link rel="stylesheet" href="{escape(style)}">' for style in styles]
    links += [f'<script {_kind(script)} src="{escape(script)}"></script>' for script in scripts]
    return PAGE.format(policy=escape(POLICY), title=escape(printable(title)), links="\n".join(links), body=body)


@cache
def stylesheet() -> str:
    """The CSS of all pages: light and dark, readable at phone width."""
    return (resources.files(__package__) / "base.css").read_text(encoding="utf-8")


def _kind(script: str) -> str:
    return 'type="module"' if script.endswith(".mjs") else "defer"
