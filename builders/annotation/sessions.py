"""Sessions of browsers, forms that only a page of the same session sends, and the headers of every response."""

from __future__ import annotations

import hashlib
import hmac

from aiohttp import web

from .people import Refused

COOKIE = "pluriset-session"
FORBIDDEN = "This form is not from this server, or from an earlier session. Go back, reload the page and try again."
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
    "Referrer-Policy": "same-origin",
    "Server": "pluriset",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def session_of(request: web.Request) -> str:
    """The session of a browser; empty where it has none."""
    return request.cookies.get(COOKIE, "")


def set_session(response: web.Response, session: str, age: int, secure: bool) -> None:
    """Give a browser its session for `age` seconds; no script and no other site can use it."""
    response.set_cookie(COOKIE, session, max_age=age, httponly=True, samesite="Lax", secure=secure)


def form_token(session: str) -> str:
    """What a form must bring back: only pages of this session have it, and it does not tell the session."""
    return hmac.new(session.encode(), b"form", hashlib.sha256).hexdigest()


def check_form(token: str, session: str) -> None:
    """Raise `Refused` for a form that no page of this session sent."""
    if not session or not hmac.compare_digest(token.encode(), form_token(session).encode()):
        raise Refused(FORBIDDEN)
