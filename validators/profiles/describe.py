"""What a dataset is understood to be, in lines to read and as the contract in `pluriset.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...schemas.checks_file import NAME as CHECKS_FILE
from ...schemas.errors import RecipeError
from ...schemas.yaml_text import dump_yaml
from ..tables.atomic_write import write_atomic
from ..tables.sql import Tables, quote_identifier
from .column_roles import ROLES, role_name
from .proposals import Proposal
from .structure import candidate_keys
from .table_links import Links
from .understanding import Understanding
from .understanding.understand import with_fields

BLOCK = re.compile(r"^roles:[^\n]*\n(?:(?:[ \t]+[^\n]*)?\n)*", re.MULTILINE)
"""The roles in a checks file, which are replaced."""


@dataclass(frozen=True)
class Description:
    """What was understood of each table."""

    tables: tuple[Mapping[str, Any], ...]
    """Name, rows, candidate keys, and for each column its kind, role, evidence and confidence."""
    links: tuple[str, ...]
    """How the tables belong together, in words."""
    proposed: tuple[str, ...] = ()
    """`table.column` of the roles that a teacher proposed, and the data agree with."""

    def lines(self) -> Iterator[str]:
        """The description in lines of text."""
        for table in self.tables:
            keys = "; ".join(", ".join(key) for key in table["keys"])
            yield f"{table['table']}: {table['rows']:,} rows" + (f", key {keys}" if keys else "")
            for column in table["columns"]:
                role = f"{column['role']}: {column['evidence']}" if column["role"] else ""
                sure = f" ({column['confidence']:.0%})" if column["confidence"] is not None else ""
                yield f"  {column['column'][:28]:28} {column['kind']:9} {role}{sure}".rstrip()
        yield from self.links

    def contract(self) -> str:
        """The roles as the block `roles` of a checks file."""
        lines = ["roles:"]
        for table in self.tables:
            roles = [column for column in table["columns"] if column["role"]]
            lines += [f"  {dump_yaml({table['table']: {}}).rstrip().removesuffix(' {}')}"] if roles else []
            for column in roles:
                mark = "  # proposed" if f"{table['table']}.{column['column']}" in self.proposed else ""
                lines.append(f"    {dump_yaml({column['column']: column['role']}).rstrip()}{mark}")
        return "\n".join(lines if len(lines) > 1 else ["roles: {}"]) + "\n"


def describe_tables(
    raw: Tables, known: Mapping[str, Understanding], links: Links, proposals: Sequence[Proposal] = ()
) -> Description:
    """The description of tables that were understood, some of whose roles are `proposals`."""
    tables = []
    for table, one in known.items():
        roles = one.all_roles()
        columns = [
            {
                "column": column,
                "kind": facts.kind,
                "role": roles.get(column),
                "evidence": one.evidence.get(column, "its structure"),
                "confidence": one.confidence.get(column),
            }
            for column, facts in one.facts.items()
        ]
        rows = int(raw[table].aggregate("count(*)").fetchall()[0][0])
        tables.append(
            {
                "table": table,
                "rows": rows,
                "keys": candidate_keys(with_fields(raw[table]), one.facts),
                "columns": columns,
            }
        )
    proposed = tuple(f"{proposal.table}.{proposal.column}" for proposal in proposals)
    return Description(tuple(tables), tuple(_links(links)), proposed)


def _links(links: Links) -> Iterator[str]:
    yield from (f"{table} holds the same rows as another table" for table in sorted(links.left_out))
    yield from (f"{t} refers to the items of {owner}" for t, owner in links.namespace.items() if t != owner)
    yield from (f"{table} has the same texts as {owner}" for table, owner in links.same_texts.items())
    yield from (f"{table} holds the judgements of {person}" for table, person in links.annotator.items())
    yield from (f"{t}.{c} lists values of {o}.{key}" for (t, c), (o, key) in links.vocabulary.items())


def merge_contract(data: Path, contract: str) -> None:
    """Write the roles into the checks file beside the data; everything else in it stays as it is."""
    path = (data if data.is_dir() else data.parent) / CHECKS_FILE
    text = path.read_text(encoding="utf-8") if path.is_file() else "checks: []\n"
    rest = BLOCK.sub("", text if text.endswith("\n") else text + "\n")
    write_atomic(path, rest + contract)


def roles_of_contract(roles: Mapping[str, Mapping[str, str]], raw: Tables, where: str) -> dict[str, str]:
    """`table.column` -> role, of the roles that can be mapped.

    Raises `RecipeError` naming the first table or column of the contract that the data lack.
    """
    for table, own in roles.items():
        if table not in raw:
            got = ", ".join(raw)
            raise RecipeError(
                f"the data no longer fit the contract: no table {table}", where=f"{where}: roles", got=got
            )
        present = with_fields(raw[table]).columns
        if missing := next((column for column in own if column not in present), None):
            hint = "run `pluriset describe` again if the change is intended"
            message = f"the data no longer fit the contract: {table} has no column {quote_identifier(missing)}"
            raise RecipeError(message, where=f"{where}: roles.{table}", got=", ".join(present), hint=hint)
    return {
        f"{table}.{column}": role
        for table, own in roles.items()
        for column, role in own.items()
        if role_name(role) in ROLES and column in raw[table].columns
    }
