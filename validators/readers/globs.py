"""Patterns of paths as the Hub reads them: `*` stays in a folder, `**` does not."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath


def matches(path: PurePosixPath, pattern: str) -> bool:
    """Whether a path matches; what is hidden, or in a folder that begins with `__`, must be asked for."""
    return bool(_compiled(pattern).fullmatch(str(path))) and _hidden(path) == _hidden(PurePosixPath(pattern))


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    return re.compile("".join(_part(part, last=at == len(parts) - 1) for at, part in enumerate(parts)))


def _part(part: str, last: bool) -> str:
    if part == "**":
        return ".*" if last else "(?:.*/)?"
    found = re.sub(r"\*+|\?|\[[^\]/]+\]|.", lambda sign: _regex(sign[0]), part, flags=re.DOTALL)
    return found if last else found + "/"


def _regex(sign: str) -> str:
    if sign.startswith("*"):
        return "[^/]*"
    if sign == "?":
        return "[^/]"
    if sign.startswith("[") and len(sign) > 2:
        inside = re.escape(sign[1:-1]).replace(r"\-", "-")
        return f"[{'^' + inside[1:] if sign[1] == '!' else inside}]"
    return re.escape(sign)


def _hidden(path: PurePosixPath) -> int:
    parts = path.parts
    return sum(part.startswith(".") for part in parts) + sum(part.startswith("__") for part in parts[:-1])
