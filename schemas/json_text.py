"""JSON as models write it, made fit to be parsed."""

from __future__ import annotations

import re

ESCAPES = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)")
"""Escapes of JSON in which a lone surrogate can be distinguished from a pair of them and from an escaped backslash."""
REPLACEMENT = r"\ufffd"


def without_lone_surrogates(json: str) -> str:
    """JSON in which escapes of half a character are those of the replacement character."""
    if "\\u" not in json:
        return json
    return ESCAPES.sub(lambda found: REPLACEMENT if len(found[0]) == len(REPLACEMENT) else found[0], json)
