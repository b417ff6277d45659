"""A dataset that nobody described, read as views by the roles of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from duckdb import DuckDBPyConnection

from ...schemas.published_dataset import View
from ...schemas.report import Finding, Profile
from ..findings.evidence import LONGEST
from ..findings.subject import Subject
from ..tables.sql import Tables, quote_identifier, quote_literal
from . import gold_option
from .column_roles import ANNOTATOR, BOOLEAN_ROLES, OPTION, SCORES, assign_roles, guess_roles, role_name
from .column_values import ParsedColumn, parsed_columns
from .published import create_views
from .recognise import INTERNAL_COLUMNS

Columns = Mapping[str, str]
"""Role -> what the column that has it says, as SQL."""
NO_ROLES = (
    "nothing that can be judged (--map: text; annotator_id with label or score; chosen and rejected, or first and "
    "second; options; distribution)"
)
"""What a dataset is taken for of which no column, or no two that belong together, are known."""


def read_by_roles(
    connection: DuckDBPyConnection, dataset: str, raw: Tables, roles: Mapping[str, str] | None
) -> Subject:
    """Whatever it is, as far as its columns say it or the user does."""
    known = assign_roles(roles, raw) if roles else {table: guess_roles(raw[table]) for table in raw}
    said = {t: {f"{t}.{c}" if len(raw) > 1 else c: role for c, role in own.items()} for t, own in known.items()}
    understood = {table: [*parsed_columns(table, known[table])] for table in raw}
    views = [
        view
        for table in raw
        for view in _views(table, known[table], understood[table], len(raw) > 1, "split" in raw[table].columns)
    ]
    connection.execute("CREATE SCHEMA IF NOT EXISTS theirs")
    for number, (table, relation) in enumerate(raw.items()):
        relation.create_view(f"_raw_{number}", replace=True)
        connection.execute(f"CREATE VIEW theirs.{quote_identifier(table)} AS FROM _raw_{number}")
    connection.execute("CREATE SCHEMA said")
    every = [reading for table in raw for reading in understood[table]]
    for reading in every:
        reading.keep(connection)
    read = create_views(connection, views, raw)
    return Subject(
        dataset=dataset,
        raw=raw,
        tables={},
        row_types={},
        views=read,
        findings=[
            *(reading.finding(connection, said[reading.table]) for reading in every),
            *([] if read else [_unknown(raw)]),
        ],
        failing={reading.check: partial(reading.failing, connection) for reading in every},
        profile=_profile(said, [*read], "by --map" if roles else "by the names of its columns"),
    )


def _unknown(raw: Tables) -> Finding:
    """That it is read as nothing: nobody should take silence for health."""
    columns = ", ".join(
        column for relation in raw.values() for column in relation.columns if column not in INTERNAL_COLUMNS
    )
    return Finding(
        problem="No columns are recognised; map them with --map",
        rule="Columns are recognised by their names or mapped with --map",
        check="generic.judgeable",
        severity="warning",
        table=next(iter(raw)),
        count=1,
        of=1,
        unit=None,
        examples=[{"columns": columns[:LONGEST], "problem": "not recognised"}],
    )


def _profile(said: Mapping[str, Mapping[str, str]], read: Sequence[str], how: str) -> Profile:
    """What it is taken for; `said` is table -> column as `--map` names it -> role."""
    columns = {column: role for own in said.values() for column, role in own.items()}
    title = "a dataset of " + ", ".join(read) if read else NO_ROLES
    return Profile(name="generic", title=title, how=how, columns=columns)


def _views(
    table: str, roles: Mapping[str, str], understood: Sequence[ParsedColumn], several: bool, has_split: bool
) -> Iterator[View]:
    """The views that a table can be read as; ids of several tables are kept apart."""
    told = {reading.role: reading.said for reading in understood}
    by_role: Columns = {role_name(role): quote_identifier(column) for column, role in roles.items()} | told
    # Without an id what was judged is known by its text; a row of its own is one item otherwise.
    item = by_role.get("item_id") or (by_role.get("text") if _is_long(by_role) else None) or "_row"
    about = f"concat_ws('/', {quote_literal(table)}, {item})" if several else f"CAST({item} AS VARCHAR)"
    split = ", split" if has_split else ""
    place = f"FROM theirs.{quote_identifier(table)}" + "".join(reading.joined for reading in understood)
    each = [column for column, role in roles.items() if role == ANNOTATOR]
    options = [column for column, role in roles.items() if role == OPTION]
    if "text" in by_role and not _is_long(by_role):
        more = _also(by_role, "text", "group_id", "parent_id", "label")
        yield View("items", f"SELECT {about} AS item_id, {more}{split} {place}")
    elif "text" in by_role:
        yield View("items", f"SELECT DISTINCT {about} AS item_id, {by_role['text']} AS text{split} {place}")
    yield from _pairs(by_role, about, place, split)
    yield from _annotations(by_role, about, place, each)
    if options or "options" in by_role:
        yield View("choices", _choices(options, by_role, about, place))
    if "distribution" in by_role:
        shares = f"(SELECT {about} AS item_id, {by_role['distribution']} AS shares {place})"
        yield View(
            "distributions",
            f"""SELECT item_id, NULL AS group_id, unnest(map_keys(shares)) AS option,
            unnest(map_values(shares)) AS share FROM {shares}""",
        )


def _is_long(by_role: Columns) -> bool:
    """Whether a row is one judgement of one annotator."""
    return "annotator_id" in by_role and ("label" in by_role or "score" in by_role)


def _also(by_role: Columns, *roles: str) -> str:
    return ", ".join(f"{by_role[role]} AS {role}" for role in roles if role in by_role)


def _pairs(by_role: Columns, about: str, place: str, split: str) -> Iterator[View]:
    prompt = by_role.get("prompt", "NULL")
    beside = ("group_id", "annotator_id", *SCORES)
    more = "".join(f", {by_role[role]} AS {role}" for role in beside if role in by_role) + split
    if "chosen" in by_role and "rejected" in by_role:
        sides = f"{by_role['chosen']} AS first, {by_role['rejected']} AS second, 'first' AS preferred"
        yield View("pairs", f"SELECT {about} AS pair_id, {prompt} AS prompt, {sides}{more} {place}")
    elif "first" in by_role and "second" in by_role:
        preferred = next((by_role[role] for role in ("preferred", *BOOLEAN_ROLES) if role in by_role), "NULL")
        sides = f"{by_role['first']} AS first, {by_role['second']} AS second, {preferred} AS preferred"
        yield View("pairs", f"SELECT {about} AS pair_id, {prompt} AS prompt, {sides}{more} {place}")


def _annotations(by_role: Columns, about: str, place: str, each: list[str]) -> Iterator[View]:
    start = f"SELECT 'items' AS item_table, {about} AS item_id"
    if _is_long(by_role):
        aspect = by_role.get("aspect", "'label'" if "label" in by_role else "'score'")
        yield View(
            "annotations",
            f"""{start}, {by_role["annotator_id"]} AS annotator_id, {aspect} AS aspect,
            {by_role.get("label", "NULL")} AS label, {by_role.get("score", "NULL")} AS score {place}""",
        )
    for column in each:
        # As a column of numbers they could be codes as well: nothing but their equality is taken from them.
        yield View(
            "annotations",
            f"""{start}, {quote_literal(column)} AS annotator_id, 'label' AS aspect,
            {quote_identifier(column)} AS label, NULL AS score {place}""",
        )


def _choices(options: Sequence[str], by_role: Columns, about: str, place: str) -> str:
    """The options of each question, of a list or of columns of their own; a column without a text is no option."""
    texts = gold_option.option_list(gold_option.sort_options(options)) if options else by_role["options"]
    asked = f"SELECT {about} AS item_id, {texts} AS texts, {by_role.get('gold', 'NULL')} AS gold {place}"
    each = f"SELECT item_id, unnest(range(len(texts))) AS position, unnest(texts) AS text, gold FROM ({asked})"
    there = " WHERE text IS NOT NULL" if options else ""
    return f"SELECT item_id, position, text, position = gold AS gold FROM ({each}){there}"
