"""The order in which a question lists the options of a field, which a family draws for each annotator and item.

A form keeps that order. A line `valence: either / supports / opposes` lists labels, lines such as `B. a text` list
letters, and a line `importance: 1 (not at all) to 5 (very)` is a scale; this is how families write them into prompts.
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


def scaled(question: str, field: str, numbers: range) -> tuple[list[Choice], str]:
    """The numbers of a scale, its ends with the labels that the question gives them, and the question without them."""
    low, high = numbers[0], numbers[-1]
    pattern = re.compile(rf"{re.escape(field)}: {low}(?: \((.+)\))? to {high}(?: \((.+)\))?")
    for line in reversed(question.splitlines()):
        if match := pattern.fullmatch(line):
            texts = {end: f"{end} ({label})" for end, label in zip((low, high), match.groups(), strict=True) if label}
            return [Choice(one, texts.get(one, str(one))) for one in numbers], without_line(question, line)
    return [Choice(one, str(one)) for one in numbers], question


def without_line(question: str, line: str) -> str:
    """The question without the last place at which this line stands."""
    before, found, after = f"\n{question}\n".rpartition(f"\n{line}\n")
    return f"{before}\n{after}"[1:-1].rstrip() if found else question


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
