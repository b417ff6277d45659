"""Every error that a user can meet.

PlurisetError                 what, where, got, expected, hint; never a traceback
├── RecipeError         (2)   the recipe or the command line says something we cannot do
├── DataError           (2)   an input file or a dataset is not what it should be
├── RunError            (2)   the run folder cannot be used: locked, of another name, disk full
├── ChecksFailed        (1)   error-level findings
├── TeacherError        (3)   the teacher cannot answer, and asking again will not help
│   ├── TeacherUnavailable    no answer now: asked again with a growing delay, and by the next build
│   │   ├── TeacherBusy       it has no room now: asked again when it has
│   │   └── TeacherTimeout    no answer before the deadline
│   ├── BatchRefused          a batch was ended before its asks were looked at: they are open again
│   └── BadCompletion         an answer that does not parse: asked again, then a reject
├── PublishError        (3)   the Hub refused
├── Stopped             (4)   stopped on purpose; the next build goes on
│   └── Waiting               for answers that come from outside, such as those of people
└── Interrupted       (130)   stopped by Ctrl-C; the next build goes on
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

LONGEST_GOT = 200
"""Characters of an offending value that an error shows."""
MOST_PLACES = 3
"""Places of further complaints that an error names."""
PLAIN = {
    "missing": "required, but missing",
    "extra_forbidden": "unknown key",
    "literal_error": "not one of the possible values",
    "string_pattern_mismatch": "not in the form that is needed",
    "model_type": "not keys and values",
}
"""Kind of a complaint of pydantic -> what it means, where its own words speak of Python or say it all twice."""


class PlurisetError(Exception):
    """Says what is wrong, where, what was found, what was expected, and what to do about it."""

    exit_code: ClassVar[int] = 2
    heading: ClassVar[str] = "error"
    """What a terminal prints before it."""

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        got: object = None,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what, self.where, self.got, self.expected, self.hint = what, where, got, expected, hint

    @classmethod
    def unknown(
        cls,
        what: str,
        got: str,
        known: Iterable[str],
        *,
        where: str | None = None,
        expected: str | None = None,
        hint: str | None = None,
    ) -> Self:
        """An error about a name that is none of those known: which there are, and which one may be meant."""
        names = list(known)
        meant = did_you_mean(got, names) or hint
        return cls(what, where=where, got=got, expected=expected or f"one of {', '.join(names)}", hint=meant)

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        facts = {"got": _shown(self.got), "expected": self.expected, "hint": self.hint}
        lines = [head, *(f"  {name}: {fact}" for name, fact in facts.items() if fact)]
        return "\n".join(_escaped(line, keep="\n") for line in lines)

    @property
    def brief(self) -> str:
        """What happened and what was found, in a line."""
        return _escaped(self.what if self.got is None else f"{self.what}: {_shown(self.got)}")

    def as_json(self) -> dict[str, Any]:
        """The same facts for `--json`."""
        facts = {"what": self.what, "where": self.where, "got": _shown(self.got)}
        return {"error": type(self).__name__, **facts, "expected": self.expected, "hint": self.hint}


class RecipeError(PlurisetError):
    """The recipe or the command line says something we cannot do."""


class DataError(PlurisetError):
    """An input file or a dataset is not what it should be."""


class RunError(PlurisetError):
    """The run folder cannot be used."""


class ChecksFailed(PlurisetError):
    """Checks of severity error found rows."""

    exit_code = 1


class TeacherError(PlurisetError):
    """The teacher cannot answer, and asking again will not help: stops the run."""

    exit_code = 3


class TeacherUnavailable(TeacherError):
    """No answer now; asked again with a growing delay, then by the next build."""


class TeacherBusy(TeacherUnavailable):
    """It has no room now: a refusal that tells of load, and costs the ask none of its tries."""

    retry_after: float | None = None
    """Seconds after which the endpoint wants to be asked again, if it states one."""


class TeacherTimeout(TeacherUnavailable):
    """No answer before the deadline, which counts from sending."""


class BatchRefused(TeacherError):
    """The endpoint ended a batch before it looked at its asks, which are open again."""


class BadCompletion(TeacherError):
    """The answer does not parse; asked again with a fixed message, then a reject."""


class PublishError(PlurisetError):
    """The Hub refused."""

    exit_code = 3


class Stopped(PlurisetError):
    """Stopped on purpose; what was answered is kept and the next build goes on from there."""

    exit_code = 4


class Waiting(Stopped):
    """All that can be done now is done: the rest waits for answers that come from outside."""

    heading = "waiting"


class Interrupted(PlurisetError):
    """Stopped by Ctrl-C; what was answered is kept and the next build goes on from there."""

    exit_code = 130


def did_you_mean(got: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one, as a question; None if none is."""
    close = get_close_matches(got, [*known], n=1)
    return f"did you mean {close[0]!r}?" if close else None


def place(file: str, path: str) -> str:
    """Where in which file."""
    return ": ".join(part for part in (file, path.lstrip(".")) if part)


def from_validation(
    error: ValidationError,
    kind: type[PlurisetError],
    file: str,
    path: str = "",
    keys: Iterable[str] | None = None,
    hint: str | None = None,
) -> PlurisetError:
    """The complaints of pydantic in our words, an unknown key first; `path` leads to the value inside `file`.

    `keys` are the paths that there are, and `hint` says where they are documented.
    """
    complaints = sorted(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
    first, places = complaints[0], [_place(each, path) for each in complaints]
    what = _what(first) + (f" (and {len(places) - 1} more: {_listed(places[1:])})" if places[1:] else "")
    where, got = place(file, places[0]), _got(first)
    if first["type"] == "extra_forbidden" and keys is not None:
        known = _beside(_place(first, ""), keys)
        none = None if known else "no key at all"
        unknown = kind.unknown(what, str(first["loc"][-1]), known, where=where, expected=none, hint=hint)
        unknown.got = got
        return unknown
    return kind(what, where=where or None, got=got, expected=_expected(first))


def _beside(unknown: str, keys: Iterable[str]) -> list[str]:
    """The keys that can stand where the unknown one does."""
    around, pairs = unknown.rpartition(".")[0], [key.rpartition(".") for key in keys]
    return [key for parent, _, key in pairs if re.fullmatch(_pattern(parent), around)]


def _pattern(path: str) -> str:
    return re.escape(path).replace(r"\[\]", r"\[\d+\]").replace(r"\*", "[^.]+")


def _place(complaint: ErrorDetails, path: str) -> str:
    return (path + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in complaint["loc"])).lstrip(".")


def _listed(places: Sequence[str]) -> str:
    return ", ".join(place or "all of it" for place in places[:MOST_PLACES]) + ("…" if places[MOST_PLACES:] else "")


def _what(complaint: ErrorDetails) -> str:
    """The message of one of our validators, without pydantic's prefix; else an explanation of the kind of error."""
    if complaint["type"] == "value_error":
        return str(complaint["ctx"]["error"])
    return PLAIN.get(complaint["type"], complaint["msg"])


def _got(complaint: ErrorDetails) -> object:
    """The value of a field; nothing where that would be a whole part of the file."""
    got = complaint["input"]
    if complaint["type"] in ("missing", "json_invalid") or isinstance(got, list | dict):
        return None
    return repr(got) if isinstance(got, str) and not got.strip() else got


def _expected(complaint: ErrorDetails) -> str | None:
    """What the values or the pattern of a field are."""
    context = complaint.get("ctx") or {}
    if (pattern := context.get("pattern")) is not None:
        return "some text" if pattern == r"\S" else f"text that matches {pattern}"
    return str(context["expected"]) if "expected" in context else None


def _shown(got: object) -> str | None:
    if got is None:
        return None
    text = got if isinstance(got, str) else repr(got)
    text = _escaped(text[: LONGEST_GOT + 1])
    return text if len(text) <= LONGEST_GOT else text[:LONGEST_GOT] + "…"


def _escaped(text: str, keep: str = "") -> str:
    """The text with control characters of hostile input written out, so that none reaches a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() or c in keep else repr(c)[1:-1] for c in text)
