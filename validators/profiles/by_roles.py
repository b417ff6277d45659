"""Read a dataset without a profile, or beside one, as views: by the structure of its tables and column names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas.published_dataset import View
from ...schemas.report import Finding, Profile, problem_line
from ..findings.evidence import MAX_CHARACTERS
from ..findings.subject import Subject
from ..tables.sql import Tables, quote_identifier
from .column_roles import assign_roles
from .column_values import PARSED_SCHEMA, ParsedColumn, parsed_columns
from .near_dependencies import near_dependencies
from .nested_judgements import annotation_rows, unread_cells
from .published import covered_tables, create_views
from .recognise import INTERNAL_COLUMNS, Recognised
from .table_links import Links, link, place
from .table_views import TableSql
from .table_views.read import views_of_table
from .understanding import Understanding
from .understanding.understand import understand, with_fields

SAFE_BESIDE = ("annotators",)
"""Views that a table of a profile gives beside those of the profile: what it says of others is left to the profile."""
NO_ROLES = (
    "no recognised columns; map them with --map: text; annotator_id with label or score; chosen and rejected, or "
    "first and second; options; distribution"
)
"""Title of a dataset in which no column has a role, or none of the columns that a view needs together."""


def read_by_roles(
    connection: DuckDBPyConnection, dataset: str, raw: Tables, roles: Mapping[str, str] | None
) -> Subject:
    """A dataset as views, by the roles that `--map` gives its columns, and for the rest by structure and names.

    Raises `RecipeError` for a mapping that does not fit the tables.
    """
    known, parsed, links = _understand(connection, raw, roles)
    views = [view for _, view in _views(connection, raw, known, parsed, links)]
    read = create_views(connection, views, raw)
    findings = [*_findings(connection, raw, known, parsed, links), *([] if read else [_nothing_recognised(raw)])]
    return Subject(
        dataset=dataset,
        raw=raw,
        tables={},
        row_types={},
        views=read,
        findings=findings,
        failing={column.check: partial(column.failing, connection) for column in parsed},
        profile=Profile(
            name="generic",
            title="a dataset of " + ", ".join(read) if read else NO_ROLES,
            how="by --map" if roles else "by the structure and names of its columns",
            columns=_roles(raw, known),
            reasons=_reasons(raw, known),
        ),
    )


def add_by_roles(
    connection: DuckDBPyConnection, subject: Subject, known: Recognised, roles: Mapping[str, str] | None = None
) -> Subject:
    """A recognised dataset with what roles, structure and names give beside its profile: other tables, other views.

    A profile adds to what is checked without it, and takes nothing away.
    """
    tables, parsed, links = _understand(connection, subject.raw, roles)
    covered = covered_tables(known)
    views = [
        view
        for table, view in _views(connection, subject.raw, tables, parsed, links)
        if table not in covered.get(view.name, set()) and (table not in known.configs or view.name in SAFE_BESIDE)
    ]
    read = create_views(connection, views, subject.raw, subject.views)
    own = [column for column in parsed if column.table not in known.configs]
    profile = subject.profile and subject.profile.model_copy(
        update={
            "columns": {
                **subject.profile.columns,
                **_roles(subject.raw, {table: one for table, one in tables.items() if table not in known.configs}),
            }
        }
    )
    return replace(
        subject,
        views=read,
        findings=[
            *subject.findings,
            *(column.finding(connection, {}) for column in own),
            *_near_dependencies(connection, tables, links),
            *links.findings,
        ],
        failing={**subject.failing, **{column.check: partial(column.failing, connection) for column in own}},
        profile=profile,
    )


def understand_tables(
    connection: DuckDBPyConnection, raw: Tables, roles: Mapping[str, str] | None = None
) -> tuple[dict[str, Understanding], Links]:
    """What each table is taken to be, and how they belong together."""
    known, _, links = _understand(connection, raw, roles)
    return known, links


def _understand(
    connection: DuckDBPyConnection, raw: Tables, roles: Mapping[str, str] | None
) -> tuple[dict[str, Understanding], list[ParsedColumn], Links]:
    mapping = assign_roles(roles, raw) if roles else {table: {} for table in raw}
    given = {table: with_fields(relation) for table, relation in raw.items()}
    known = {table: understand(table, relation, mapping[table]) for table, relation in given.items()}
    connection.execute("CREATE SCHEMA IF NOT EXISTS given")
    for number, (table, relation) in enumerate(given.items()):
        relation.create_view(f"_raw_{number}", replace=True)
        connection.execute(f"CREATE VIEW given.{quote_identifier(table)} AS FROM _raw_{number}")
    connection.execute(f"CREATE SCHEMA {PARSED_SCHEMA}")
    parsed = [column for table in raw for column in parsed_columns(table, known[table].roles)]
    for column in parsed:
        column.create_table(connection)
    return known, parsed, link(connection, given, known)


def _views(
    connection: DuckDBPyConnection,
    raw: Tables,
    known: Mapping[str, Understanding],
    parsed: list[ParsedColumn],
    links: Links,
) -> list[tuple[str, View]]:
    """Table and view, for every view of every table."""
    several, sql, found = len(raw) - len(links.left_out) > 1, dict[str, TableSql](), list[tuple[str, View]]()
    for table, relation in raw.items():
        if table in links.left_out:
            continue
        own = [column for column in parsed if column.table == table]
        given = connection.sql(f"FROM {place(table)}")
        nested = [annotation_rows(connection, given, column, known[table].facts) for column in known[table].nested]
        owner = sql.get(links.same_texts.get(table, ""))
        sql[table] = TableSql(known[table], own, nested, links, several, "split" in relation.columns, owner)
        found += [(table, view) for view in views_of_table(sql[table])]
    return found


def _findings(
    connection: DuckDBPyConnection,
    raw: Tables,
    known: Mapping[str, Understanding],
    parsed: list[ParsedColumn],
    links: Links,
) -> list[Finding]:
    roles = _roles(raw, known)
    unread = [_unread(one) for one in known.values() if one.unread]
    unread += [_unread_cells(one, connection.sql(f"FROM {place(one.table)}")) for one in known.values() if one.nested]
    changing = [_changing(one) for one in known.values() if one.changing]
    changing += _near_dependencies(connection, known, links)
    return [*unread, *changing, *(column.finding(connection, roles) for column in parsed), *links.findings]


def _near_dependencies(
    connection: DuckDBPyConnection, known: Mapping[str, Understanding], links: Links
) -> list[Finding]:
    tables = [one for table, one in known.items() if table not in links.left_out]
    found = [near_dependencies(one, connection.sql(f"FROM {place(one.table)}")) for one in tables]
    return [finding for finding in found if finding.count]


def _roles(raw: Tables, known: Mapping[str, Understanding]) -> dict[str, str]:
    """Column, with its table where there are several, -> role."""
    return {_name(raw, table, column): role for table, one in known.items() for column, role in one.all_roles().items()}


def _reasons(raw: Tables, known: Mapping[str, Understanding]) -> dict[str, str]:
    return {
        _name(raw, table, column): f"{one.evidence[column]} ({one.confidence[column]:.0%})"
        for table, one in known.items()
        for column in one.all_roles()
        if column in one.evidence
    }


def _name(raw: Tables, table: str, column: str) -> str:
    return f"{table}.{column}" if len(raw) > 1 else column


def _unread_cells(known: Understanding, relation: DuckDBPyRelation) -> Finding:
    """Cells of a column of judgements that name another number of annotators, or hold no judgement."""
    broken = [problem for column in known.nested for problem in unread_cells(relation, column, known.facts)]
    rows = max(known.facts[column.column].rows for column in known.nested)
    return Finding(
        problem=problem_line("hold|holds judgements that cannot be told apart by annotator", len(broken), rows, "rows"),
        rule="Judgements in a cell can be read, with one annotator for each",
        check="generic.judgements_in_cells",
        severity="warning",
        table=known.table,
        count=len(broken),
        of=rows,
        examples=broken[:5],
    )


def _changing(known: Understanding) -> Finding:
    """Attributes of annotators that are not the same in all of their rows."""
    count, of = len(known.changing), len(known.attributes)
    examples = [
        {"column": column, "problem": f"{found.broken} of {found.groups} annotators have several values"}
        for column, found in known.changing.items()
    ]
    return Finding(
        problem=problem_line("have|has several values for some annotators", count, of, "attributes"),
        rule="An annotator has one value of each attribute",
        check="structure.changing_attributes",
        severity="warning",
        table=known.table,
        count=count,
        of=of,
        unit="attributes",
        examples=examples[:5],
    )


def _unread(known: Understanding) -> Finding:
    """An error, so that no report of judgements that were not looked at reads as a clean one."""
    return Finding(
        problem="Columns look like judgements and could not be read: " + ", ".join(known.unread),
        rule="Judgements in cells can be read",
        check="generic.unread_judgements",
        severity="error",
        table=known.table,
        count=len(known.unread),
        of=len(known.facts),
        unit=None,
        examples=[{"column": column, "problem": "not read"} for column in known.unread[:5]],
    )


def _nothing_recognised(raw: Tables) -> Finding:
    """A warning, so that an empty list of findings is not mistaken for a sound dataset."""
    columns = [column for relation in raw.values() for column in relation.columns if column not in INTERNAL_COLUMNS]
    return Finding(
        problem="No columns are recognised; map them with --map",
        rule="Columns are recognised by their names or mapped with --map",
        check="generic.judgeable",
        severity="warning",
        table=next(iter(raw)),
        count=1,
        of=1,
        unit=None,
        examples=[{"columns": ", ".join(columns)[:MAX_CHARACTERS], "problem": "not recognised"}],
    )
