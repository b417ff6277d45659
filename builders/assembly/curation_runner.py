"""Run the steps of curation over the tables, and record every row that is removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ...schemas.manifest import StepEffect
from ...schemas.row import Row, columns
from ...validators.tables.schema_sql import conditions
from ...validators.tables.sql import Tables, key_text, quote_identifier, quote_literal
from ..curation import Outcome, Step
from .group_counts import group_counts, lost_rows

UNFIT = "does not fit its row type"
"""Reason for a row that no longer fits its row type after a step."""


class Curation:
    """The tables of a run in one DuckDB database, while steps work on them. Rejects are the table `rejects`."""

    def __init__(self, connection: DuckDBPyConnection, types: Mapping[str, type[Row]]) -> None:
        self.connection, self.types, self.main = connection, types, next(iter(types))
        self.effects: list[StepEffect] = []
        connection.execute("CREATE TABLE _splits (key VARCHAR, split VARCHAR)")

    def run(self, steps: Sequence[Step], seed: int) -> None:
        """Apply the steps in order, and record what each did to the make-up of the tables."""
        before = group_counts(self.tables(), self.types) if steps else {}
        for step in steps:
            outcome, rejected = step.apply(self.tables(), seed), self._rejected()
            self._apply(step.component_name(), outcome)
            after = group_counts(self.tables(), self.types) if self._rejected() > rejected else before
            groups = lost_rows(before, after)
            if groups or outcome.figures:
                self.effects.append(StepEffect(step=step.component_name(), groups=groups, figures=outcome.figures))
            before = after

    def _rejected(self) -> int:
        return int(self.connection.sql("SELECT count(*) FROM rejects").fetchall()[0][0])

    def tables(self) -> Tables:
        """The current tables, with `_seq`."""
        return {table: self.connection.table(table) for table in self.types}

    def ordered(self, table: str, split: str | None = None) -> str:
        """A query for the columns of a table in the order of its rows, of one split or of all."""
        chosen = ", ".join(f"t.{quote_identifier(c.name)}" for c in columns(self.types[table]))
        joined = (
            ""
            if split is None
            else f"JOIN _places p ON p.tab = {quote_literal(table)} AND p.key = {self._key(table, 't')}"
        )
        where = "" if split is None else f"WHERE p.split = {quote_literal(split)}"
        return f"SELECT {chosen} FROM {quote_identifier(table)} t {joined} {where} ORDER BY t._seq"

    def place(self) -> dict[str, list[str]]:
        """Give every row the split of its main row; table -> its splits."""
        self.connection.execute("CREATE TABLE _places (tab VARCHAR, key VARCHAR, split VARCHAR)")
        self._place(
            self.main, "coalesce(s.split, 'train')", f"LEFT JOIN _splits s ON s.key = {self._key(self.main, 't')}"
        )
        for table in [table for table in self.types if table != self.main]:
            parent = f"LEFT JOIN _places p ON {self._belongs(table)}"
            self._place(table, "coalesce(p.split, 'train')", parent)
        found = self.connection.sql("SELECT tab, list_sort(list(DISTINCT split)) FROM _places GROUP BY tab").fetchall()
        splits: dict[str, list[str]] = dict(found)
        return {table: splits.get(table, ["train"]) for table in self.types}

    def _place(self, table: str, split: str, join: str) -> None:
        rows = (
            f"SELECT {quote_literal(table)}, {self._key(table, 't')}, {split} FROM {quote_identifier(table)} t {join}"
        )
        self.connection.execute(f"INSERT INTO _places {rows}")

    def _belongs(self, table: str) -> str:
        """The condition that joins a row `t` to the place `p` of its parent, if that leads to the main table."""
        for column in columns(self.types[table]):
            if column.item_of:
                return f"p.tab = t.{quote_identifier(column.item_of)} AND p.key = t.{quote_identifier(column.name)}"
            if column.foreign and self._leads_to_main(column.foreign.table):
                return f"p.tab = {quote_literal(column.foreign.table)} AND p.key = t.{quote_identifier(column.name)}"
        return "false"

    def _leads_to_main(self, table: str) -> bool:
        if table == self.main:
            return True
        parents = [c.foreign.table for c in columns(self.types[table]) if c.foreign]
        return any(self._leads_to_main(parent) for parent in parents)

    def _apply(self, step: str, outcome: Outcome) -> None:
        if outcome.splits is not None:
            self.connection.execute("DELETE FROM _splits")
            outcome.splits.insert_into("_splits")
        for table, relation in outcome.changed.items():
            relation.create("_changed")
            self.connection.execute(f"DROP TABLE {quote_identifier(table)}")
            self.connection.execute(f"ALTER TABLE _changed RENAME TO {quote_identifier(table)}")
        removed = [*((table, self._unfit(table)) for table in outcome.changed), *outcome.removed.items()]
        self._cascade(step, {table for table, relation in removed if self._remove(step, table, relation)})

    def _unfit(self, table: str) -> DuckDBPyRelation:
        """Rows of a changed table that no longer fit their row type, for example without a required text."""
        rows, row_type = self.connection.table(table), self.types[table]
        kinds = dict(zip(rows.columns, rows.types, strict=True))
        broken: dict[str, list[str]] = {}
        for condition in (condition for c in columns(row_type) for condition in conditions(c, kinds[c.name])):
            broken.setdefault(condition.rule, []).append(condition.broken)
        problems = ", ".join(
            f"CASE WHEN {' OR '.join(tests)} THEN {quote_literal(title)} END" for title, tests in broken.items()
        )
        detail = f"'expected: ' || nullif(concat_ws('; ', {problems}), '') AS detail"
        found = f"{key_text(row_type)} AS key, {quote_literal(UNFIT)} AS reason, {detail}, NULL::VARCHAR AS kept_key"
        return rows.select(found).filter("detail IS NOT NULL")

    def _remove(self, step: str, table: str, removed: DuckDBPyRelation) -> bool:
        """Take rows out of a table and write down why; whether any went. `removed`: key, reason, detail, kept_key."""
        removed.create("_removed")
        some = bool(self.connection.sql("FROM _removed LIMIT 1").fetchall())
        if some:
            self._record(step, table)
            gone = f"{self._key(table, 't')} IN (SELECT key FROM _removed)"
            self.connection.execute(f"DELETE FROM {quote_identifier(table)} t WHERE {gone}")
        self.connection.execute("DROP TABLE _removed")
        return some

    def _record(self, step: str, table: str) -> None:
        level = "seed" if table == self.main else "row"
        after = "(SELECT coalesce(max(_seq), -1) FROM rejects)"
        own = [column.name for column in columns(self.types[table])]
        cells = ", ".join(f"{quote_literal(name)}, t.{quote_identifier(name)}" for name in own)
        digest = "nullif(t.digest::VARCHAR, '')" if "digest" in own else "NULL::VARCHAR"
        self.connection.execute(
            f"""INSERT INTO rejects BY NAME
            SELECT {quote_literal(level)} AS level, {quote_literal(table)} AS "table", r.key,
                   {quote_literal(step)} AS step, r.reason, r.detail, {digest} AS digest, r.kept_key,
                   json_object({cells})::VARCHAR AS row, {self._votes(table)} AS votes,
                   {after} + row_number() OVER (ORDER BY t._seq) AS _seq
            FROM {quote_identifier(table)} t JOIN _removed r ON r.key = {self._key(table, "t")}"""
        )

    def _votes(self, table: str) -> str:
        """A query for the judgements of the row `r.key` as JSON; null where it has none."""
        if "annotations" not in self.types or table == "annotations":
            return "NULL::VARCHAR"
        return f"""(
            SELECT to_json(list(struct_pack(annotator := a.annotator_id, aspect := a.aspect, label := a.label,
                                            score := a.score) ORDER BY a._seq))::VARCHAR
            FROM annotations a WHERE a.item_table = {quote_literal(table)} AND a.item_id = r.key)"""

    def _cascade(self, step: str, shrunk: set[str]) -> None:
        """Remove rows that point to a removed row, until no key dangles; a table may point to any table."""
        while shrunk:
            shrunk = self._remove_orphans(step, shrunk)

    def _remove_orphans(self, step: str, shrunk: set[str]) -> set[str]:
        """Remove the rows that point to missing rows of these tables; the tables that lost rows thereby."""
        lost: set[str] = set()
        for table in self.types:
            orphan = " OR ".join(test for parent in sorted(shrunk | lost) for test in self._orphan(table, parent))
            if not orphan:
                continue
            orphans = self.connection.sql(
                f"""SELECT {self._key(table, "t")} AS key, 'parent row removed' AS reason,
                NULL::VARCHAR AS detail, NULL::VARCHAR AS kept_key
                FROM {quote_identifier(table)} t WHERE {orphan}"""
            )
            if self._remove(step, table, orphans):
                lost.add(table)
        return lost

    def _orphan(self, table: str, parent: str) -> Iterator[str]:
        """Conditions on `t` that hold where it points to a missing row of `parent`."""
        gone = f"NOT IN (SELECT {self._key(parent, 'q')} FROM {quote_identifier(parent)} q)"
        for column in columns(self.types[table]):
            if column.foreign and column.foreign.table == parent:
                yield f"t.{quote_identifier(column.name)} {gone}"
            if column.item_of:
                of_parent = f"t.{quote_identifier(column.item_of)} = {quote_literal(parent)}"
                yield f"({of_parent} AND t.{quote_identifier(column.name)} {gone})"

    def _key(self, table: str, alias: str) -> str:
        return key_text(self.types[table], alias)
