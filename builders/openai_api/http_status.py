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
QUOTA = "insufficient_quota"
"""Code or type of a 429 that waiting does not help against: the account has no money left."""
MODERATION = re.compile(r"moderat|flagged|content.?(polic|filter)|safety", re.IGNORECASE)
"""What the error of a 403 names if it is about the texts of one request."""
STATUS_OF_CODE = {
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
    "content_filter": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "permission_error": 403,
    "model_not_found": 404,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    QUOTA: 429,
    "overloaded_error": 529,
}
"""Codes and types of errors -> the status with which OpenAI and Anthropic send them."""


def kind_of_failure(status: int, body: object) -> tuple[type[TeacherError], str]:
    """The kind of error of a status, and what happened in words."""
    named = [str(value) for value in error_of(body).values() if isinstance(value, str | int)]
    if status in NO_ROOM and QUOTA in named:
        return TeacherError, "the quota of the account is used up"
    if status in NO_ROOM:
        return TeacherBusy, "the endpoint has no room now"
    if status in LATER or status >= 500:
        return TeacherUnavailable, "the endpoint cannot answer now"
    if status in REQUEST_ERRORS:
        return BadCompletion, "the endpoint refuses this request"
    if status == 403 and any(map(MODERATION.search, named)):
        return BadCompletion, "the endpoint's moderation refuses this request"
    return TeacherError, "the endpoint refuses us"


def error_of(body: object) -> Mapping[str, object]:
    """The error object of a body, also where it stands in a choice; one that is a text becomes its `message`."""
    if not isinstance(body, dict):
        return {"message": body}
    choices = body.get("choices")
    if not body.get("error") and isinstance(choices, list) and choices and isinstance(choices[0], dict):
        body = choices[0]
    error = body.get("error") or {name: body[name] for name in ("code", "type", "message", "detail") if name in body}
    return error if isinstance(error, dict) else {"message": error}


def embedded_status(body: object) -> int:
    """The status of an error inside a successful response, as its code or type names it, else 502."""
    error = error_of(body)
    for code in (error.get("code"), error.get("status"), error.get("type")):
        text = str(code)
        if text.isdecimal() and len(text) == 3 and 400 <= int(text) < 600:
            return int(text)
        if text in STATUS_OF_CODE:
            return STATUS_OF_CODE[text]
    return 502


def refusal(address: Address, status: int, wait: str | None, content: bytes, inside: str = "") -> TeacherError:
    """The error for a status; `wait` is its Retry-After, and `inside` what it came in, if not in an HTTP status."""
    body = parse_body(content)
    got = f"{inside or 'HTTP'} {status}{f', Retry-After {wait}' if wait else ''}: {error_message(body)}"
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
