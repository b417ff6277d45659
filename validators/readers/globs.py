"""Patterns of paths as the Hub reads them: `*` stays in a folder, `**` does not."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath

MAX_FOLDER_WILDCARDS = 3
"""Times that `**` may stand in a pattern: to match it takes longer by a power of them."""
SIGN = re.compile(r"\*+|\?|\[[^\]/]+\]|[^*?\[]+|\[")


def matches(path: PurePosixPath, pattern: str) -> bool:
    """Whether a path matches; what is hidden, or in a folder that begins with `__`, must be asked for.

    Raises `ValueError` for what is no pattern.
    """
    return bool(_compiled(pattern).fullmatch(str(path))) and _hidden(path) == _hidden(PurePosixPath(pattern))


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    parts = [part for at, part in enumerate(parts) if part != "**" or parts[at + 1 : at + 2] != ["**"]]
    if parts.count("**") > MAX_FOLDER_WILDCARDS:
        raise ValueError(f"** more than {MAX_FOLDER_WILDCARDS} times")
    try:
        return re.compile("".join(_part(part, last=at == len(parts) - 1) for at, part in enumerate(parts)), re.DOTALL)
    except re.error as error:
        raise ValueError(str(error)) from None


def _part(part: str, last: bool) -> str:
    if part == "**":
        return ".*" if last else "(?:.*/)?"
    signs = SIGN.findall(part)
    stars = [at for at, sign in enumerate(signs) if sign.startswith("*")]
    found = "".join(_regex(sign) for sign in (signs[: stars[0]] if stars else signs))
    for start, end in zip(stars, [*stars[1:], None], strict=False):
        fixed = "".join(map(_regex, signs[start + 1 : end]))
        # The first place at which what follows a star fits will do, unless it is the last star: no going back.
        found += f"[^/]*{fixed}" if end is None else f"(?>[^/]*?{fixed})"
    return found if last else found + "/"


def _regex(sign: str) -> str:
    if sign == "?":
        return "[^/]"
    if sign.startswith("[") and len(sign) > 2:
        inside = re.sub("-{2,}", "-", re.escape(sign[1:-1]).replace(r"\-", "-"))
        return f"[{'^' + inside[1:] if sign[1] == '!' else inside}]"
    return re.escape(sign)


def _hidden(path: PurePosixPath) -> int:
    parts = path.parts
    return sum(part.startswith(".") for part in parts) + sum(part.startswith("__") for part in parts[:-1])
