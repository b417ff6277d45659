"""What the columns of a dataset that nobody described are for: named by the user, or told by their names and types."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyRelation

from ...schemas.errors import RecipeError
from ...schemas.yaml_text import load_yaml
from ..tables.sql import Tables
from .recognise import INTERNAL_COLUMNS

COLUMN_NAMES = {
    "item_id": "item_id item id idx index example_id question_id prompt_id sentence_id comment_id text_id uid guid",
    "text": "text sentence comment situation scenario statement content question_text body",
    "group_id": "group_id group dialogue_id conversation_id template_id topic_id scenario_id parent_group",
    "parent_id": "parent_id parent original_id source_id",
    "annotator_id": "annotator_id annotator worker_id worker rater_id rater user_id user participant_id judge",
    "aspect": "aspect attribute dimension criterion",
    "label": "label annotation choice verdict answer_label class",
    "score": "score rating value_score",
    "prompt": "prompt question instruction context input",
    "chosen": "chosen chosen_response",
    "rejected": "rejected rejected_response",
    "first": "first",
    "second": "second",
    "preferred": "preferred preference winner better better_response",
    "first_score": "score_chosen chosen_score",
    "second_score": "score_rejected rejected_score",
    "options": "options choices",
    "gold": "gold answer gold_label correct correct_option answer_key",
    "distribution": "distribution soft_label soft_labels probabilities label_distribution",
}
"""Role -> names of columns that have it, most telling first, in lower case."""
SCORES = ("first_score", "second_score")
"""Roles of what each side of a pair scored; the chosen is the first."""
SIDE = re.compile(r"(.+?)[_ ]?([ab]|\d)")
"""A column of its own for each side of a pair, such as `response_0`, `answer_1` or `completion_a`."""
SIDE_ENDS = ("ab", "01", "12")
"""How the two sides of a pair end."""
RESPONSES = ("response", "completion", "answer", "output", "conversation", "reply", "generation")
"""Stems of columns that are sides by their names alone; others need a column that names the preferred one."""
PREFERENCE_COLUMNS = [
    f"{word}{{}}{end}"
    for end in ("_id", "_index", "_idx", "_number")
    for word in ("better", "preferred", "chosen", "winning", "winner", "safer")
]
"""Columns that name the preferred side, with the stem of the sides in the middle, such as `better_response_id`."""
ANNOTATOR_COLUMN = re.compile(r"(?i)(annotator|rater|worker|judge|coder)[_ ]?\d+")
"""A column of its own for each annotator."""
ANNOTATOR = "annotator"
"""The role of such a column."""
OPTION_COLUMN = re.compile(r"(?i)(option|choice|answer)[_ ]?([a-h]|\d)")
"""A column of its own for each option, such as `option_a` or `choice1`."""
OPTION_ENDS = ("abcdefgh", "01234567", "12345678")
"""How they go on."""
OPTION = "option"
"""The role of such a column."""
BOOLEAN_ROLES = {"first_preferred": ("first", "second"), "second_preferred": ("second", "first")}
"""Role of a column that is true or false -> what it then says."""
ROLES = {*COLUMN_NAMES, *BOOLEAN_ROLES, ANNOTATOR, OPTION}
YAML_SUFFIXES = (".yaml", ".yml")
REQUIRED_PARTNERS = {
    "chosen": ("rejected",),
    "rejected": ("chosen",),
    "first": ("second",),
    "second": ("first",),
    "preferred": ("first",),
    "first_score": ("second_score",),
    "second_score": ("first_score",),
    "gold": ("options", OPTION),
    **dict.fromkeys(BOOLEAN_ROLES, ("first",)),
}
"""Role -> roles without one of which it says nothing."""
CODING = re.compile(r"preferred:[^,]+(,[^,]+){1,2}")
"""A role with what its cells mean: what says the first, a tie where there are three, and the second."""


def parse_roles(said: Mapping[str, Any] | Iterable[str] | str | Path) -> dict[str, str]:
    """Column -> role, from a mapping, from `column=role` each, or from a YAML file of such a mapping."""
    if isinstance(said, Mapping):
        return _checked(said, "map")
    parts = [str(said)] if isinstance(said, str | Path) else list(said)
    if len(parts) == 1 and parts[0].endswith(YAML_SUFFIXES):
        return _checked(_file(Path(parts[0])), parts[0])
    if file := next((part for part in parts if "=" not in part and part.endswith(YAML_SUFFIXES)), None):
        expected, hint = "one YAML file, or COLUMN=ROLE each", f"write what else is said into {file}"
        raise RecipeError(
            "a file of roles goes alone", where="--map", got=", ".join(parts), expected=expected, hint=hint
        )
    if wrong := next((part for part in parts if not part.rpartition("=")[0]), None):
        raise RecipeError("not a column and its role", where="--map", got=wrong, expected="COLUMN=ROLE or a YAML file")
    pairs = [part.rsplit("=", 1) for part in parts]
    if twice := _twice(column for column, _ in pairs):
        raise RecipeError("a column has one role", where="--map", got=twice, expected="each column once")
    return _checked(dict(pairs), "--map")


def assign_roles(roles: Mapping[str, str], raw: Tables) -> dict[str, dict[str, str]]:
    """Table -> the roles of its columns. `table.column` is that of one table, `column` that of all that have it.

    Raises `RecipeError` if a column is nowhere, or if two of a table have a role that one has.
    """
    there = {t: {c: said for c in raw[t].columns if (said := roles.get(f"{t}.{c}", roles.get(c)))} for t in raw}
    columns = {c for t in raw for c in raw[t].columns}
    known = columns | {f"{t}.{c}" for t in raw for c in raw[t].columns}
    if unknown := next((column for column in roles if column not in known), None):
        expected = f"one of {', '.join(sorted(columns - INTERNAL_COLUMNS))}, in the table {' or '.join(raw)}"
        raise RecipeError.unknown(
            "there is no such column", unknown, columns - INTERNAL_COLUMNS, where="--map", expected=expected
        )
    for table, own in there.items():
        if twice := _twice(role_name(role) for role in own.values() if role not in (ANNOTATOR, OPTION)):
            got = ", ".join(column for column, role in own.items() if role_name(role) == twice)
            raise RecipeError(f"two columns of {table} are its {twice}", where="--map", got=got, expected="one of them")
    return {t: there[t] or guess_roles(raw[t]) for t in raw}


def guess_roles(relation: DuckDBPyRelation) -> dict[str, str]:
    """Column -> role, as far as names and types tell; a role is had by one column, the most telling."""
    named = {column.lower(): column for column in relation.columns if column not in INTERNAL_COLUMNS}
    kinds = dict(zip(relation.columns, relation.types, strict=True))
    found = {column: ANNOTATOR for column in named.values() if ANNOTATOR_COLUMN.fullmatch(column)}
    types = {column: str(kind) for column, kind in kinds.items()}
    found |= _options(named, types)
    found |= _sides({name: column for name, column in named.items() if column not in found}, types)
    for role, words in COLUMN_NAMES.items():
        fits = (named[word] for word in words.split() if word in named and named[word] not in found)
        if role in found.values():
            continue
        if column := next((c for c in fits if _can(role, str(kinds[c]))), None):
            found[column] = role
    # Where nothing is chosen the first of a pair may be either, whatever its score is called.
    return found if "chosen" in found.values() else {c: role for c, role in found.items() if role not in SCORES}


def role_name(role: str) -> str:
    """A role without what its cells mean."""
    return role.partition(":")[0]


def coding(role: str) -> list[list[str]]:
    """The cells that mean the first, a tie and the second, as in `preferred:-2/-1,0,1/2`."""
    groups = [said.split("/") for said in role.partition(":")[2].split(",")]
    return groups if len(groups) == 3 else [groups[0], [], groups[-1]]


def _options(named: Mapping[str, str], kinds: Mapping[str, str]) -> dict[str, str]:
    """The columns of options, if they are texts, go on without a gap, and one beside them says which is right."""
    series: dict[str, dict[str, str]] = {}
    for lower, column in named.items():
        if (match := OPTION_COLUMN.fullmatch(lower)) and kinds[column] == "VARCHAR":
            series.setdefault(match[1], {})[match[2]] = column
    if not any(word in named and kinds[named[word]] != "BOOLEAN" for word in COLUMN_NAMES["gold"].split()):
        return {}
    for prefix, own in series.items():
        suffixes = "".join(sorted(own))
        if len(own) >= (3 if prefix == "answer" else 2) and any(one.startswith(suffixes) for one in OPTION_ENDS):
            return dict.fromkeys(own.values(), OPTION)
    return {}


def _sides(named: Mapping[str, str], types: Mapping[str, str]) -> dict[str, str]:
    """The two sides of a pair that have numbered or lettered columns, and the column of the preferred one."""
    by_stem: dict[str, dict[str, str]] = {}
    for name, column in named.items():
        if (match := SIDE.fullmatch(name)) and _can("first", types[column]):
            by_stem.setdefault(match[1], {})[match[2]] = column
    pairs = {stem: ends for stem, ends in by_stem.items() if "".join(sorted(ends)) in SIDE_ENDS}
    for stem in sorted(pairs, key=lambda stem: stem not in RESPONSES):
        names = [pattern.format(infix) for infix in (f"_{stem}", "") for pattern in PREFERENCE_COLUMNS]
        names += [f"better_{stem}", f"preferred_{stem}", *COLUMN_NAMES["preferred"].split()]
        preferred = next(
            (named[name] for name in names if name in named and _can("preferred", types[named[name]])), None
        )
        if stem in RESPONSES or preferred:
            first, second = (pairs[stem][end] for end in sorted(pairs[stem]))
            return {first: "first", second: "second"} | ({preferred: "preferred"} if preferred else {})
    return {}


def side_end(column: str) -> str:
    """What tells the column of a side from the other one: a letter or a number, else its whole name."""
    match = re.fullmatch(r".+[_ -]([a-z])|\D+?[_ -]?(\d+)", column.lower())
    return (match[1] or match[2]) if match else column.lower()


def option_end(column: str) -> str:
    """What tells a column of an option from its siblings: a letter or a digit, else its whole name."""
    match = OPTION_COLUMN.fullmatch(column.lower())
    return match[2] if match else column.lower()


def _can(role: str, kind: str) -> bool:
    """Whether a column of this type can have a role; a list in a cell of CSV is text."""
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP"))
    if role in ("options", "distribution"):
        return nested or kind in ("VARCHAR", "JSON")
    if role in ("prompt", "chosen", "rejected", "first", "second"):
        return nested or kind in ("VARCHAR", "JSON")
    return not nested


def _twice(named: Iterable[str]) -> str | None:
    """What is there more than once, if anything is."""
    return next((one for one, times in Counter(named).items() if times > 1), None)


def _file(path: Path) -> Any:
    try:
        return load_yaml(path.read_bytes(), str(path))
    except OSError as error:
        raise RecipeError("cannot be read", where=str(path), got=str(error)) from None


def _checked(roles: Any, where: str) -> dict[str, str]:
    if not isinstance(roles, Mapping) or not roles:
        raise RecipeError("not a mapping of columns to roles", where=where, got=roles, expected="column: role")
    flat = {f"{table}.{c}": r for table, own in roles.items() if isinstance(own, Mapping) for c, r in own.items()}
    flat |= {column: role for column, role in roles.items() if not isinstance(role, Mapping)}
    if not flat:
        raise RecipeError("not a mapping of columns to roles", where=where, got=roles, expected="column: role")
    for column, role in flat.items():
        if not isinstance(role, str) or not (role in ROLES or CODING.fullmatch(role)):
            hint = "preferred:-1,0,1 says what means the first, a tie and the second" if ":" in str(role) else None
            raise RecipeError.unknown("no such role", str(role), sorted(ROLES), where=f"{where}: {column}", hint=hint)
    _whole({role_name(role) for role in flat.values()}, where)
    return {str(column): str(role) for column, role in flat.items()}


def _whole(roles: set[str], where: str) -> None:
    """Raises an error where a role is named without its other half."""
    for role in sorted(roles & REQUIRED_PARTNERS.keys()):
        if not roles & {*REQUIRED_PARTNERS[role]}:
            missing = " or ".join(REQUIRED_PARTNERS[role])
            raise RecipeError(f"{role} says nothing without {missing}", where=where, expected=f"COLUMN={missing} too")
