"""A parser of Python and JSON literals in cells; nothing is ever evaluated.

Lists, tuples, sets, dicts, texts, numbers, None, True, False, null, true, false, nan and inf, as `repr`, `json.dumps`,
numpy and pandas write them: also `set()`, `frozenset({...})`, `defaultdict(<class 'list'>, {...})`, `OrderedDict(...)`,
`array([...], dtype=object)` and `np.float64(...)`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pyarrow as pa
from duckdb import DuckDBPyConnection

MAX_DEPTH = 64
"""Levels of nesting of a literal."""
MAX_LENGTH = 2**22
"""Characters of a literal."""
TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<number>[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<mark>[][(){},:=])
    |(?P<word>-?[A-Za-z_][\w.]*)
    |(?P<class><class\ '[\w.]+'>)
    |(?P<end>\Z))""",
    re.DOTALL | re.VERBOSE,
)
CONSTANTS: dict[str, Any] = {"None": None, "null": None, "True": True, "true": True, "False": False, "false": False}
CONSTANTS |= {sign + word: float(sign + word) for sign in ("", "-") for word in ("nan", "NaN", "inf", "Infinity")}
CLOSES = {"[": "]", "(": ")", "{": "}"}
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|N\{|.)", re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\n": ""}
ESCAPES |= {sign: sign for sign in "\\'\"/"}


class _Set(list[Any]):
    """The members of a set in the order of the text."""


class _Dict(list["_Pair"]):
    """The pairs of a dict in the order of the text."""


class _Pair(NamedTuple):
    key: Any
    value: Any


def parse(literal: str) -> Any:
    """The value of a literal. Raises `ValueError` if it is none, is nested too deeply or is too long."""
    return _value(_Parser(literal).whole())


def to_json(literal: str) -> str:
    """The value as JSON: tuples and sets are lists, keys are text, nan is null, inf is 1e999.

    Raises `ValueError` as `parse` does.
    """
    return _json(_Parser(literal).whole())


def register_literal(connection: DuckDBPyConnection) -> None:
    """Add the SQL function `literal(text)` to a connection: the JSON of a literal, null where it is none.

    Plain lists of texts, and JSON, never leave the engine.
    """
    kinds: dict[str, Any] = {"type": "arrow", "null_handling": "special"}
    connection.create_function("literal_python", _column, ["VARCHAR"], "VARCHAR", **kinds)
    connection.execute(
        r"""CREATE OR REPLACE MACRO literal(s) AS CASE
        WHEN regexp_full_match(s, '\s*\[\s*(''[^''"\\[:cntrl:]]*''(\s*,\s*''[^''"\\[:cntrl:]]*'')*)?\s*\]\s*')
        THEN CAST(replace(s, '''', '"') AS JSON)
        WHEN json_valid(s) THEN TRY_CAST(s AS JSON)
        WHEN regexp_matches(s, '^\s*([\[({''"+.0-9-]|[A-Za-z_.]+\s*$|[A-Za-z_.0-9]+\()')
        THEN TRY_CAST(literal_python(s) AS JSON) END"""
    )


def _column(cells: Any) -> pa.Array:
    """Literals as JSON, null where they are none; each distinct text is parsed once per batch."""
    texts = cells.to_pylist()
    known = {text: _or_none(text) for text in set(texts)}
    return pa.array([known[text] for text in texts], pa.string())


def _or_none(literal: str | None) -> str | None:
    try:
        return None if literal is None else to_json(literal)
    except ValueError:
        return None


class _Parser:
    """One literal, token by token."""

    def __init__(self, literal: str) -> None:
        if len(literal) > MAX_LENGTH:
            raise ValueError(f"longer than {MAX_LENGTH:,} characters")
        self._literal, self._at, self._level = literal, 0, 0
        self._kind, self._token = "", ""
        self._advance()

    def whole(self) -> Any:
        """The value, after which there is nothing."""
        value = self._one()
        if self._kind != "end":
            raise self._unexpected()
        return value

    def _one(self) -> Any:
        kind, token = self._kind, self._token
        if kind in ("text", "number", "word"):
            self._advance()
            return self._word(token) if kind == "word" else _text(token) if kind == "text" else _number(token)
        if kind == "mark" and token in CLOSES:
            return _collected(token, *self._members(token, self._member if "{" in token else self._one))
        raise self._unexpected()

    def _word(self, word: str) -> Any:
        if word in CONSTANTS:
            return CONSTANTS[word]
        if word in CALLS and self._is("("):
            members, _ = self._members("(", self._argument)
            return CALLS[word](*(member for member in members if member is not OPTION))
        raise ValueError(f"{word!r} is not a value")

    def _members(self, opened: str, member: Callable[[], Any]) -> tuple[list[Any], int]:
        """The members between brackets, starting at the current opening token, and the number of commas."""
        self._level += 1
        if self._level > MAX_DEPTH:
            raise ValueError(f"nested over {MAX_DEPTH} deep")
        self._advance()
        found, commas = [], 0
        while not self._is(CLOSES[opened]):
            found.append(member())
            if self._is(","):
                self._advance()
                commas += 1
            elif not self._is(CLOSES[opened]):
                raise self._unexpected()
        self._advance()
        self._level -= 1
        return found, commas

    def _member(self) -> Any:
        """In braces: a pair, or a member of a set."""
        key = self._one()
        if not self._is(":"):
            return key
        self._advance()
        return _Pair(key, self._one())

    def _argument(self) -> Any:
        """In a call: a value; keyword options and classes are skipped."""
        word = self._token if self._kind in ("word", "class") else ""
        if word and word not in CONSTANTS and word not in CALLS:
            self._advance()
            if self._is("="):
                self._advance()
                self._argument()
            return OPTION
        return self._one()

    def _is(self, mark: str) -> bool:
        return self._kind == "mark" and self._token == mark

    def _advance(self) -> None:
        found = TOKEN.match(self._literal, self._at)
        if found is None or found.lastgroup is None:
            raise ValueError(f"unexpected text in a literal: {self._literal[self._at : self._at + 20]!r}")
        self._kind, self._token, self._at = found.lastgroup, found[found.lastgroup], found.end()

    def _unexpected(self) -> ValueError:
        return ValueError(f"{self._token or 'the end'!r} is not expected here, before character {self._at}")


def _collected(opened: str, found: list[Any], commas: int) -> Any:
    if opened == "[":
        return found
    if opened == "(":
        return tuple(found) if commas or not found else found[0]
    pairs = [member for member in found if isinstance(member, _Pair)]
    if len(pairs) not in (0, len(found)):
        raise ValueError("mixes members of a dict and a set")
    return _Set(found) if found and not pairs else _Dict(pairs)


def _one_of(*members: Any) -> Any:
    """The single argument of a call."""
    if len(members) != 1:
        raise ValueError(f"{len(members)} values in a call where one is expected")
    return members[0]


def _as_set(*members: Any) -> _Set:
    return _Set(_one_of(*members)) if members and isinstance(members[0], list | tuple) else _Set()


def _as_dict(*members: Any) -> _Dict:
    found = _one_of(*members) if members else _Dict()
    if isinstance(found, _Dict):
        return found
    if not isinstance(found, list) or not all(isinstance(pair, tuple) and len(pair) == 2 for pair in found):
        raise ValueError("a dict needs pairs")
    return _Dict(_Pair(*pair) for pair in found)


OPTION = object()
"""Stands for an option of a call."""
CALLS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("set", "frozenset"), _as_set),
    **dict.fromkeys(("OrderedDict", "defaultdict", "dict", "Counter"), _as_dict),
    **dict.fromkeys(("array", "np.array", "list"), _one_of),
    **{f"np.{kind}": _one_of for kind in ("float64", "float32", "int64", "int32", "str_", "bool_", "True_", "False_")},
}
"""Calls that only state the type of a value."""


def _text(token: str) -> str:
    inside = token[1:-1]
    if "\\" not in inside:
        return inside
    text = ESCAPE.sub(_escaped, inside)
    if any("\ud800" <= character <= "\udfff" for character in text):  # JSON writes a character in two halves
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    return text


def _escaped(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] in "xuU" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code.isdecimal():
        return chr(int(code, 8))
    if code.startswith("N{"):
        raise ValueError("named characters are not supported")
    return ESCAPES.get(code, found[0])


def _number(token: str) -> int | float:
    return int(token) if token.lstrip("+-").replace("_", "").isdecimal() else float(token)


def _value(parsed: Any) -> Any:
    """A parsed literal as Python objects."""
    try:
        if isinstance(parsed, _Dict):
            return {_value(key): _value(value) for key, value in parsed}
        if isinstance(parsed, _Set):
            return {_value(member) for member in parsed}
        if isinstance(parsed, list | tuple):
            return type(parsed)(map(_value, parsed))
    except TypeError:
        raise ValueError("unhashable key or set member") from None
    return parsed


def _json(parsed: Any) -> str:
    """A parsed literal as JSON text."""
    if isinstance(parsed, _Dict):
        return "{" + ", ".join(f"{_json(_key(key))}: {_json(value)}" for key, value in parsed) + "}"
    if isinstance(parsed, list | tuple):
        return "[" + ", ".join(map(_json, parsed)) + "]"
    if isinstance(parsed, float) and not math.isfinite(parsed):
        return "null" if math.isnan(parsed) else f"{'-' if parsed < 0 else ''}1e999"
    return json.dumps(parsed, ensure_ascii=False)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else _json(key)
