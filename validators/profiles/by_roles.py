"""Read a dataset without a profile as views, by the roles of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from duckdb import DuckDBPyConnection

from ...schemas.published_dataset import View
from ...schemas.report import Finding, Profile
from ..findings.evidence import MAX_CHARACTERS
from ..findings.subject import Subject
from ..tables.sql import Tables, quote_identifier, quote_literal
from . import gold_option
from .column_roles import ANNOTATOR, BOOLEAN_ROLES, OPTION, SCORES, assign_roles, guess_roles, role_name
from .column_values import PARSED_SCHEMA, parsed_columns
from .published import create_views
from .recognise import INTERNAL_COLUMNS

NO_ROLES = (
    "no recognised columns; map them with --map: text; annotator_id with label or score; chosen and rejected, or "
    "first and second; options; distribution"
)
"""Title of a dataset in which no column has a role, or none of the columns that a view needs together."""


def read_by_roles(
    connection: DuckDBPyConnection, dataset: str, raw: Tables, roles: Mapping[str, str] | None
) -> Subject:
    """A dataset as views, by the roles that `--map` gives its columns, or else by their names and types.

    Raises `RecipeError` for a mapping that does not fit the tables.
    """
    by_table = assign_roles(roles, raw) if roles else {table: guess_roles(raw[table]) for table in raw}
    parsed = {table: [*parsed_columns(table, by_table[table])] for table in raw}
    connection.execute("CREATE SCHEMA IF NOT EXISTS theirs")
    for number, (table, relation) in enumerate(raw.items()):
        relation.create_view(f"_raw_{number}", replace=True)
        connection.execute(f"CREATE VIEW theirs.{quote_identifier(table)} AS FROM _raw_{number}")
    connection.execute(f"CREATE SCHEMA {PARSED_SCHEMA}")
    all_parsed = [column for columns in parsed.values() for column in columns]
    for column in all_parsed:
        column.create_table(connection)

    several = len(raw) > 1
    views: list[View] = []
    for table, relation in raw.items():
        sql = {role_name(role): quote_identifier(column) for column, role in by_table[table].items()}
        sql |= {column.role: column.value for column in parsed[table]}
        source = f"FROM theirs.{quote_identifier(table)}" + "".join(column.join for column in parsed[table])
        views += _TableViews(table, by_table[table], sql, source, several, "split" in relation.columns).all()
    read = create_views(connection, views, raw)

    mapped = {
        table: {f"{table}.{column}" if several else column: role for column, role in by_table[table].items()}
        for table in raw
    }
    findings = [column.finding(connection, mapped[column.table]) for column in all_parsed]
    return Subject(
        dataset=dataset,
        raw=raw,
        tables={},
        row_types={},
        views=read,
        findings=findings if read else [*findings, _nothing_recognised(raw)],
        failing={column.check: partial(column.failing, connection) for column in all_parsed},
        profile=Profile(
            name="generic",
            title="a dataset of " + ", ".join(read) if read else NO_ROLES,
            how="by --map" if roles else "by the names of its columns",
            columns={column: role for own in mapped.values() for column, role in own.items()},
        ),
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


class _TableViews:
    """The views that one table can be read as."""

    def __init__(
        self,
        table: str,
        roles: Mapping[str, str],
        sql: Mapping[str, str],
        source: str,
        several_tables: bool,
        has_split: bool,
    ) -> None:
        self.sql, self.source = sql, source
        """Role -> SQL of its value; and the FROM clause for that SQL."""
        self.annotators = [column for column, role in roles.items() if role == ANNOTATOR]
        self.options = [column for column, role in roles.items() if role == OPTION]
        self.one_judgement_a_row = "annotator_id" in sql and ("label" in sql or "score" in sql)
        # Without an id, rows that are judgements belong to the item with their text; other rows are an item each.
        item = sql.get("item_id") or (sql.get("text") if self.one_judgement_a_row else None) or "_row"
        # Ids of different tables must not collide.
        self.id = f"concat_ws('/', {quote_literal(table)}, {item})" if several_tables else f"CAST({item} AS VARCHAR)"
        self.split = ", split" if has_split else ""

    def all(self) -> Iterator[View]:
        yield from self.items()
        yield from self.pairs()
        yield from self.annotations()
        yield from self.choices()
        yield from self.distributions()

    def items(self) -> Iterator[View]:
        if "text" not in self.sql:
            return
        distinct = "DISTINCT " if self.one_judgement_a_row else ""
        columns = self.columns("text" if distinct else "text group_id parent_id label")
        yield View("items", f"SELECT {distinct}{self.id} AS item_id{columns}{self.split} {self.source}")

    def pairs(self) -> Iterator[View]:
        if "chosen" in self.sql and "rejected" in self.sql:
            first, second, preferred = self.sql["chosen"], self.sql["rejected"], "'first'"
        elif "first" in self.sql and "second" in self.sql:
            first, second = self.sql["first"], self.sql["second"]
            preferred = next((self.sql[role] for role in ("preferred", *BOOLEAN_ROLES) if role in self.sql), "NULL")
        else:
            return
        prompt = self.sql.get("prompt", "NULL")
        columns = self.columns(f"group_id annotator_id {' '.join(SCORES)}")
        yield View(
            "pairs",
            f"""SELECT {self.id} AS pair_id, {prompt} AS prompt, {first} AS first, {second} AS second,
            {preferred} AS preferred{columns}{self.split} {self.source}""",
        )

    def annotations(self) -> Iterator[View]:
        select = f"SELECT 'items' AS item_table, {self.id} AS item_id"
        if self.one_judgement_a_row:
            aspect = self.sql.get("aspect", "'label'" if "label" in self.sql else "'score'")
            yield View(
                "annotations",
                f"""{select}, {self.sql["annotator_id"]} AS annotator_id, {aspect} AS aspect,
                {self.sql.get("label", "NULL")} AS label, {self.sql.get("score", "NULL")} AS score {self.source}""",
            )
        for column in self.annotators:
            # Numbers may be codes: they are labels, of which only equality counts.
            yield View(
                "annotations",
                f"""{select}, {quote_literal(column)} AS annotator_id, 'label' AS aspect,
                {quote_identifier(column)} AS label, NULL AS score {self.source}""",
            )

    def choices(self) -> Iterator[View]:
        if not self.options and "options" not in self.sql:
            return
        columns = gold_option.sort_options(self.options)
        texts = gold_option.option_list(columns) if columns else self.sql["options"]
        questions = (
            f"SELECT {self.id} AS item_id, {texts} AS texts, {self.sql.get('gold', 'NULL')} AS gold {self.source}"
        )
        options = f"""SELECT item_id, unnest(range(len(texts))) AS position, unnest(texts) AS text, gold
            FROM ({questions})"""
        present = " WHERE text IS NOT NULL" if columns else ""  # a question may have fewer options than columns
        yield View("choices", f"SELECT item_id, position, text, position = gold AS gold FROM ({options}){present}")

    def distributions(self) -> Iterator[View]:
        if shares := self.sql.get("distribution"):
            yield View(
                "distributions",
                f"""SELECT item_id, NULL AS group_id, unnest(map_keys(shares)) AS option,
                unnest(map_values(shares)) AS share
                FROM (SELECT {self.id} AS item_id, {shares} AS shares {self.source})""",
            )

    def columns(self, roles: str) -> str:
        """The columns of a SELECT for those of the roles that the table has."""
        return "".join(f", {self.sql[role]} AS {role}" for role in roles.split() if role in self.sql)
