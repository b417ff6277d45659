"""What the status of a failed request means: wait and retry (429, 503), retry, skip this request, or stop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ...schemas.errors import BadCompletion, TeacherBusy, TeacherError, TeacherUnavailable
from .address import Address
from .chat import error_message, parse_body

REQUEST_ERRORS = {400, 413, 422}
"""Statuses that are about one request: too long, filtered, of a shape the model does not take."""
NO_ROOM = {429, 503, 529}
"""Statuses of an overloaded endpoint, or of a rate limit."""
LATER = {408, 409, 425}
"""Other statuses under 500 after which asking again may help."""
MODERATION = re.compile(r"moderat|flagged|content.?(polic|filter)|safety", re.IGNORECASE)
"""What the body of a 403 says that is about the texts of one request."""


def kind_of_failure(status: int, body: object) -> tuple[type[TeacherError], str]:
    """The kind of error of a status, and what happened in words."""
    if status in NO_ROOM and "insufficient_quota" not in str(body):
        return TeacherBusy, "the endpoint has no room now"
    if status in LATER or status >= 500:
        return TeacherUnavailable, "the endpoint cannot answer now"
    if status in REQUEST_ERRORS:
        return BadCompletion, "the endpoint refuses this request"
    if status == 403 and MODERATION.search(str(body)):
        return BadCompletion, "the endpoint's moderation refuses this request"
    return TeacherError, "the endpoint refuses us"


def embedded_status(body: object) -> int:
    """The status of an error inside a successful response: the overload that its code names, else 502."""
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    named = int(code) if isinstance(code, str) and code.isdecimal() and len(code) == 3 else code
    return named if isinstance(named, int) and named in NO_ROOM else 502


def refusal(address: Address, status: int, wait: str | None, content: bytes) -> TeacherError:
    """The error for a status; `wait` is its Retry-After."""
    body = parse_body(content)
    got = f"HTTP {status}{f', Retry-After {wait}' if wait else ''}: {error_message(body)}"
    kind, what = kind_of_failure(status, body)
    if kind is not TeacherError:
        error = address.error(kind, what, got)
        if isinstance(error, TeacherBusy):
            error.retry_after = retry_after_seconds(wait)
        return error
    named = f"environment variable {address.key_env}" if address.key_env else "option `api_key_env`"
    key = f"does the {named} lead to a key that may use this model?"
    path = f"does the endpoint know the model {address.model}, and is `base_url` all of its address (often .../v1)?"
    hints = {401: key, 403: key, 404: path, 410: "is the model still offered?"}
    return address.error(TeacherError, what, got, hints.get(status, path if status < 400 else None))


def retry_after(headers: Mapping[str, str]) -> str | None:
    """Seconds or date after which the endpoint wants to be asked again; `retry-after-ms` is the more exact."""
    exact = headers.get("retry-after-ms", "").strip()
    return f"{float(exact) / 1000:g}" if re.fullmatch(r"\d{1,9}(\.\d+)?", exact) else headers.get("Retry-After")


def retry_after_seconds(retry_after: str | None) -> float | None:
    """What `Retry-After` asks for, in seconds or as an HTTP date (RFC 9110, 10.2.3); null if it says nothing usable."""
    if retry_after is None:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d+)?", retry_after.strip()):
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
