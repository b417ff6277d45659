"""The SQL by which views read one table: its values by role, its rows and the ids of its items."""

from __future__ import annotations

from collections.abc import Sequence

from ...tables.sql import quote_identifier, quote_literal
from ..column_roles import ANNOTATOR, OPTION, role_name
from ..column_values import ParsedColumn
from ..table_links import Links, place
from ..understanding import STEM, Understanding


class TableSql:
    """The SQL of one table."""

    def __init__(
        self,
        known: Understanding,
        parsed: Sequence[ParsedColumn],
        nested: Sequence[str],
        links: Links,
        several_tables: bool,
        has_split: bool,
        owner: TableSql | None = None,
    ) -> None:
        table, roles = known.table, known.roles
        self.known, self.links, self.nested, self.name = known, links, nested, table
        self.sql = {role_name(role): quote_identifier(column) for column, role in roles.items()}
        self.sql |= {column.role: column.value for column in parsed}
        """Role -> SQL of its value."""
        if known.stems:
            stems = f"regexp_extract(CAST({quote_identifier(known.stems)} AS VARCHAR), '{STEM}', 1)"
            self.sql.setdefault("group_id", stems)
        self.source = f"FROM {place(table)}" + "".join(column.join for column in parsed)
        """The FROM clause for that SQL."""
        self.annotators = [column for column, role in roles.items() if role == ANNOTATOR]
        self.options = [column for column, role in roles.items() if role == OPTION]
        has_value = "label" in self.sql or "score" in self.sql or bool(known.judged)
        self.one_judgement_a_row = "annotator_id" in self.sql and has_value and not known.wide
        self.several_tables, self.namespace = several_tables, links.namespace.get(table, table)
        self.id = self.qualified(self._item())
        self.owner = owner
        """The table with the same texts, whose items these are."""
        if owner:
            text, same = (f"norm(CAST({table.sql['text']} AS VARCHAR))" for table in (self, owner))
            theirs = f"SELECT {same} AS _text, min({owner.id}) AS _item_id {owner.source}"
            self.source += f" LEFT JOIN ({theirs} GROUP BY 1) AS same ON same._text = {text}"
            self.id = f"coalesce(same._item_id, {self.id})"
        self.split = ", split" if has_split else ""

    def _item(self) -> str:
        """SQL of what identifies an item in this table."""
        if self.known.sides:
            return quote_identifier(self.known.sides.template)
        if self.known.rows_of_text:
            return self.sql["text"]
        if self.known.asked_of_groups:
            return self.sql.get("text") or self.sql["prompt"]
        # Without an id, rows that are judgements belong to the item with their text; other rows are an item each.
        return self.sql.get("item_id") or (self.sql.get("text") if self.one_judgement_a_row else None) or "_row"

    def qualified(self, item: str) -> str:
        """SQL of an id that differs from those of the items of other tables."""
        if self.several_tables:
            return f"concat_ws('/', {quote_literal(self.namespace)}, {item})"
        return f"CAST({item} AS VARCHAR)"

    def columns(self, roles: str) -> str:
        """The columns of a SELECT for those of the roles that the table has."""
        return "".join(f", {self.sql[role]} AS {role}" for role in roles.split() if role in self.sql)
