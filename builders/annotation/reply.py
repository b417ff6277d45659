"""What a person filled in, as the answer that a model would give; or what is wrong with it, by input."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...schemas.forms import Either, Form, Group, Input, Part, Repeat

MISSING = "Please answer this."
Given = Mapping[str, Sequence[str]]
"""Name of an input -> what was filled in."""
NOTHING = object()
"""An input that was left open."""


class Unanswered(Exception):
    """A form that cannot be taken: `problems` has what is wrong, by input."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {what}" for name, what in problems.items()))
        self.problems = problems


def answer(form: Form, given: Given) -> dict[str, Any]:
    """The answer under the schema of the request. Raises `Unanswered`."""
    problems: dict[str, str] = {}
    value: dict[str, Any] = _group(form.inputs, given, problems)
    if problems:
        raise Unanswered(problems)
    return value


def given_of(form: Form, answer: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is filled in for an answer, to show it again; objects to choose between and lists are left open."""
    shown: dict[str, list[str]] = {}
    for each in form.fields():
        value: Any = answer
        for name in each.name.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None:
            shown[each.name] = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return shown


def _part(part: Part, given: Given, problems: dict[str, str]) -> Any:
    if isinstance(part, Input):
        return _input(part, given, problems)
    if isinstance(part, Group):
        return _group(part, given, problems)
    return _either(part, given, problems) if isinstance(part, Either) else _repeat(part, given, problems)


def _group(group: Group, given: Given, problems: dict[str, str]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for part in group.parts:
        if (one := _part(part, given, problems)) is not NOTHING:
            value[part.name.rpartition(".")[2]] = one
    return value


def _either(either: Either, given: Given, problems: dict[str, str]) -> Any:
    filled = [variant for variant in either.variants if _is_filled(variant.name, given)]
    if len(filled) != 1:
        problems[either.name] = MISSING if not filled else "Please fill in one of these only."
        return NOTHING
    return _group(filled[0], given, problems)


def _repeat(repeat: Repeat, given: Given, problems: dict[str, str]) -> list[Any]:
    filled = [block for block in repeat.blocks if _is_filled(block.name, given)]
    if len(filled) < repeat.fewest:
        problems[repeat.name] = f"Please fill in at least {repeat.fewest}."
    return [_group(block, given, problems) for block in filled]


def _is_filled(name: str, given: Given) -> bool:
    return any(key.startswith(f"{name}.") and any(one.strip() for one in values) for key, values in given.items())


def _input(one: Input, given: Given, problems: dict[str, str]) -> Any:
    """The value of an input; `NOTHING` with a problem where it cannot be taken."""
    raw = [text.strip() for text in given.get(one.name, ()) if text.strip()]
    chosen = [choice.value for text in raw for choice in one.choices if str(choice.value) == text]
    try:
        if one.kind in ("choices", "lines"):
            return _members(one, raw, chosen)
        if not raw:
            raise ValueError(MISSING)
        if chosen:
            return chosen[0]
        if one.kind == "number":
            return _number(raw[0], one)
        if one.kind == "text":
            return _text(raw[0].replace("\r\n", "\n"), one)
        raise ValueError("Please choose one of these.")
    except ValueError as error:
        problems[one.name] = str(error)
        return NOTHING


def _members(one: Input, raw: Sequence[str], chosen: Sequence[Any]) -> list[Any]:
    members: list[Any]
    lines = [line.strip() for text in raw for line in text.splitlines() if line.strip()]
    members = list(dict.fromkeys(chosen)) if one.kind == "choices" else lines
    if one.kind == "lines" and one.whole:
        members = [_number(line, one, bounded=False) for line in lines]
    if len(members) < (one.low or 0):
        raise ValueError(f"Please give at least {one.low:g}.")
    if one.high is not None and len(members) > one.high:
        raise ValueError(f"Please give at most {one.high:g}.")
    return members


def _number(text: str, one: Input, bounded: bool = True) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise ValueError("Please give a number.") from None
    if not math.isfinite(value) or (one.whole and value != int(value)):
        raise ValueError("Please give a whole number." if one.whole else "Please give a number.")
    if bounded and one.low is not None and value < one.low:
        raise ValueError(f"Please give at least {one.low:g}.")
    if bounded and one.high is not None and value > one.high:
        raise ValueError(f"Please give at most {one.high:g}.")
    return int(value) if one.whole else value


def _text(text: str, one: Input) -> str:
    if len(text) < one.min_length:
        raise ValueError(f"Please write at least {one.min_length} characters.")
    if len(text) > one.max_length:
        raise ValueError(f"Please write at most {one.max_length:,} characters.")
    if one.pattern and not re.search(one.pattern, text):
        raise ValueError("Please write it in the form that the instructions ask for.")
    return text
