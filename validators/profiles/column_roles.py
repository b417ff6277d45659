"""The roles of columns: given with `--map`, or guessed from names and types."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyRelation

from ...schemas.errors import RecipeError
from ..readers.yaml_file import read_yaml
from ..tables.sql import Tables
from .column_facts import plain_name
from .recognise import INTERNAL_COLUMNS

COLUMN_NAMES = {
    "item_id": (
        "item_id item id idx index example_id question_id prompt_id sentence_id comment_id text_id uid guid instance_id"
        " post_id tweet_id statement_id document_id task_id sample_id question_index item_index"
    ),
    "text": (
        "text sentence comment situation scenario statement content question_text body displayed_text post tweet"
        " dilemma utterance document claim texto texte satz frase phrase"
    ),
    "group_id": "group_id group dialogue_id conversation_id template_id topic_id scenario_id parent_group",
    "parent_id": "parent_id parent original_id source_id",
    "annotator_id": (
        "annotator_id annotator worker_id worker rater_id rater user_id user participant_id participant judge coder"
        " coder_id voter_id voter respondent_id respondent response_id subject_id anotador annotateur annotatorin"
    ),
    "aspect": "aspect attribute dimension criterion",
    "label": "label annotation choice verdict answer_label class vote stance decision etiqueta etiquette",
    "score": "score rating value_score bewertung puntuacion",
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
"""Role -> names of columns that have it in lower case, best first."""
SCORES = ("first_score", "second_score")
"""Roles of the scores of both sides of a pair; the chosen one is the first."""
SIDE = re.compile(r"(.+?)[_ ]?([ab]|\d)")
"""One column per side of a pair, such as `response_0`, `answer_1` or `completion_a`."""
SIDE_ENDS = ("ab", "01", "12")
"""Ends of the two columns of a pair."""
RESPONSES = ("response", "completion", "answer", "output", "conversation", "reply", "generation")
"""Stems of columns that are sides by their names alone; others need a column that names the preferred one."""
PREFERENCE_COLUMNS = [
    f"{word}{{}}{end}"
    for end in ("_id", "_index", "_idx", "_number")
    for word in ("better", "preferred", "chosen", "winning", "winner", "safer")
]
"""Columns that name the preferred side, with the stem of the sides in the middle, such as `better_response_id`."""
ANNOTATOR_COLUMN = re.compile(r"(?i)(annotator|rater|worker|judge|coder)[_ ]?\d+")
"""One column per annotator."""
ANNOTATOR = "annotator"
"""Role of such a column."""
OPTION_COLUMN = re.compile(r"(?i)(option|choice|answer)[_ ]?([a-h]|\d)")
"""One column per option, such as `option_a` or `choice1`."""
OPTION_ENDS = ("abcdefgh", "01234567", "12345678")
"""Series that the ends of option columns form."""
OPTION = "option"
"""Role of such a column."""
BOOLEAN_ROLES = {"first_preferred": ("first", "second"), "second_preferred": ("second", "first")}
"""Role of a boolean column -> the preferred side if true, if false."""
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
"""Role -> roles of which one must be present too."""
CODING = re.compile(r"preferred:[^,]+(,[^,]+){1,2}")
"""A role with codes: for the first, for a tie if there are three groups, and for the second."""


def parse_roles(mapping: Mapping[str, Any] | Iterable[str] | str | Path) -> dict[str, str]:
    """Column -> role from a mapping, from `column=role` strings, or from a YAML file with a mapping.

    Raises `RecipeError` for anything else, unknown roles, or a role without its partner.
    """
    if isinstance(mapping, Mapping):
        return _checked(mapping, "map")
    parts = [str(mapping)] if isinstance(mapping, str | Path) else list(mapping)
    if len(parts) == 1 and parts[0].endswith(YAML_SUFFIXES):
        return _checked(read_yaml(Path(parts[0])), parts[0])
    if file := next((part for part in parts if "=" not in part and part.endswith(YAML_SUFFIXES)), None):
        got, hint = ", ".join(parts), f"write the other roles into {file}"
        message, expected = "a file of roles cannot be combined with others", "one YAML file, or COLUMN=ROLE each"
        raise RecipeError(message, where="--map", got=got, expected=expected, hint=hint)
    if wrong := next((part for part in parts if not part.rpartition("=")[0]), None):
        raise RecipeError("not COLUMN=ROLE", where="--map", got=wrong, expected="COLUMN=ROLE or a YAML file")
    pairs = [part.rsplit("=", 1) for part in parts]
    if repeated := _first_repeated(column for column, _ in pairs):
        raise RecipeError("a column has one role", where="--map", got=repeated, expected="each column once")
    return _checked(dict(pairs), "--map")


def assign_roles(roles: Mapping[str, str], raw: Tables) -> dict[str, dict[str, str]]:
    """Table -> column -> role. `table.column` maps a column of one table, `column` that of every table.

    Raises `RecipeError` if no table has a column, or two columns of a table share a role that is unique.
    """
    assigned = {
        table: {c: role for c in relation.columns if (role := roles.get(f"{table}.{c}", roles.get(c)))}
        for table, relation in raw.items()
    }
    columns = {c for t in raw for c in raw[t].columns}
    known = columns | {f"{t}.{c}" for t in raw for c in raw[t].columns}
    if unknown := next((column for column in roles if column not in known), None):
        expected = f"one of {', '.join(sorted(columns - INTERNAL_COLUMNS))}, in the table {' or '.join(raw)}"
        raise RecipeError.unknown(
            "no such column", unknown, columns - INTERNAL_COLUMNS, where="--map", expected=expected
        )
    for table, own in assigned.items():
        if repeated := _first_repeated(role_name(role) for role in own.values() if role not in (ANNOTATOR, OPTION)):
            got = ", ".join(column for column, role in own.items() if role_name(role) == repeated)
            message = f"several columns of {table} are its {repeated}"
            raise RecipeError(message, where="--map", got=got, expected="one of them")
    return assigned


def guess_roles(relation: DuckDBPyRelation) -> dict[str, str]:
    """Column -> role by names and types. Of several candidates for a role, the first of `COLUMN_NAMES` has it."""
    named = {plain_name(column): column for column in relation.columns if column not in INTERNAL_COLUMNS}
    types = {column: str(kind) for column, kind in zip(relation.columns, relation.types, strict=True)}
    found = {column: ANNOTATOR for column in named.values() if ANNOTATOR_COLUMN.fullmatch(column)}
    found |= _options(named, types)
    found |= _sides({name: column for name, column in named.items() if column not in found}, types)
    for role, names in COLUMN_NAMES.items():
        candidates = (named[name] for name in names.split() if name in named and named[name] not in found)
        column = next((candidate for candidate in candidates if _can_have(role, types[candidate])), None)
        if column and role not in found.values():
            found[column] = role
    # Without a chosen side, a `chosen_score` does not tell which side it belongs to.
    return found if "chosen" in found.values() else {c: role for c, role in found.items() if role not in SCORES}


def role_name(role: str) -> str:
    """A role without its codes."""
    return role.partition(":")[0]


def coding(role: str) -> list[list[str]]:
    """The codes for the first, a tie and the second, as in `preferred:-2/-1,0,1/2`."""
    groups = [group.split("/") for group in role.partition(":")[2].split(",")]
    return groups if len(groups) == 3 else [groups[0], [], groups[-1]]


def _options(named: Mapping[str, str], kinds: Mapping[str, str]) -> dict[str, str]:
    """Columns of options: texts, in a series without gaps, with a column that says which one is right."""
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
        if (match := SIDE.fullmatch(name)) and _can_have("first", types[column]):
            by_stem.setdefault(match[1], {})[match[2]] = column
    pairs = {stem: ends for stem, ends in by_stem.items() if "".join(sorted(ends)) in SIDE_ENDS}
    for stem in sorted(pairs, key=lambda stem: stem not in RESPONSES):
        names = [pattern.format(infix) for infix in (f"_{stem}", "") for pattern in PREFERENCE_COLUMNS]
        names += [f"better_{stem}", f"preferred_{stem}", *COLUMN_NAMES["preferred"].split()]
        preferred = next(
            (named[name] for name in names if name in named and _can_have("preferred", types[named[name]])), None
        )
        if stem in RESPONSES or preferred:
            first, second = (pairs[stem][end] for end in sorted(pairs[stem]))
            return {first: "first", second: "second"} | ({preferred: "preferred"} if preferred else {})
    return {}


def side_end(column: str) -> str:
    """The letter or number at the end of a column of a pair, else its whole name."""
    match = re.fullmatch(r".+[_ -]([a-z])|\D+?[_ -]?(\d+)", column.lower())
    return (match[1] or match[2]) if match else column.lower()


def option_end(column: str) -> str:
    """The letter or digit at the end of an option column, else its whole name."""
    match = OPTION_COLUMN.fullmatch(column.lower())
    return match[2] if match else column.lower()


def _can_have(role: str, kind: str) -> bool:
    """Whether a column of this type can have a role; a list in a cell of CSV is text."""
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP"))
    if role in ("options", "distribution", "prompt", "chosen", "rejected", "first", "second"):
        return nested or kind in ("VARCHAR", "JSON")
    return not nested


def _first_repeated(names: Iterable[str]) -> str | None:
    return next((name for name, count in Counter(names).items() if count > 1), None)


def _checked(roles: Any, where: str) -> dict[str, str]:
    if not isinstance(roles, Mapping) or not roles:
        raise RecipeError("not a mapping of columns to roles", where=where, got=roles, expected="column: role")
    flat = {f"{table}.{c}": r for table, own in roles.items() if isinstance(own, Mapping) for c, r in own.items()}
    flat |= {column: role for column, role in roles.items() if not isinstance(role, Mapping)}
    if not flat:
        raise RecipeError("not a mapping of columns to roles", where=where, got=roles, expected="column: role")
    for column, role in flat.items():
        if not isinstance(role, str) or not (role in ROLES or CODING.fullmatch(role)):
            hint = "preferred:-1,0,1 gives the codes for the first, a tie and the second" if ":" in str(role) else None
            raise RecipeError.unknown("no such role", str(role), sorted(ROLES), where=f"{where}: {column}", hint=hint)
    _check_partners({role_name(role) for role in flat.values()}, where)
    return {str(column): str(role) for column, role in flat.items()}


def _check_partners(roles: set[str], where: str) -> None:
    """Raise `RecipeError` for a role without its partner."""
    for role in sorted(roles & REQUIRED_PARTNERS.keys()):
        if not roles & {*REQUIRED_PARTNERS[role]}:
            missing = " or ".join(REQUIRED_PARTNERS[role])
            raise RecipeError(f"the role {role} needs {missing}", where=where, expected=f"COLUMN={missing} too")
