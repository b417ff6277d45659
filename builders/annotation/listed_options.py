"""The order in which a question lists the options of a field, which a family draws for each annotator and item.

A form keeps that order. A line `valence: either / supports / opposes` lists labels, and lines such as `B. a text`
list letters; both are how families write them into prompts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...schemas.forms import Choice

Options = Sequence[str]


def listed(question: str, field: str, options: Options) -> tuple[list[Choice], str]:
    """The options of a field in the order in which the question lists them, and the question without their line.

    Options that the question does not list come last, in their own order.
    """
    lines = question.splitlines()
    for at, line in enumerate(lines):
        if order := _slashed(line, field, options):
            kept = [*lines[:at], *lines[at + 1 :]]
            return [Choice(one, readable(one)) for one in _with_rest(order, options)], "\n".join(kept)
    if texts := _lettered(lines, options):
        return [Choice(one, texts.get(one, readable(one))) for one in _with_rest([*texts], options)], question
    return [Choice(one, readable(one)) for one in options], question


def readable(name: str) -> str:
    """A name or label as words."""
    return name.replace("_", " ")


def _slashed(line: str, field: str, options: Options) -> list[str]:
    """The options of a line such as `field: a / b`, all of them known; empty where the line is none."""
    head, colon, rest = line.rpartition(": ")
    order = [part.strip() for part in rest.split(" / ")]
    if not colon or head.strip().casefold() not in (field.casefold(), readable(field).casefold(), "labels"):
        return []
    return order if len(order) > 1 and len({*order}) == len(order) and {*order} <= {*options} else []


def _lettered(lines: Sequence[str], options: Options) -> dict[str, str]:
    """Option -> its line, such as `B. a text`, in the order of the lines; empty unless at least two are listed so."""
    texts: dict[str, str] = {}
    for line in lines:
        if (match := re.match(r"(\w{1,3})[.):] +\S", line)) and match[1] in options:
            texts.setdefault(match[1], line)
    return texts if len(texts) > 1 else {}


def _with_rest(order: Sequence[str], options: Options) -> list[str]:
    return [*order, *(one for one in options if one not in order)]
