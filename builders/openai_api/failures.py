"""What the status and body of a failed request mean: for this request alone, for the run, or for now only."""

from __future__ import annotations

import re

from ...schemas.errors import BadCompletion, TeacherBusy, TeacherError, TeacherUnavailable

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
