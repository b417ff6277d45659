"""A check of texts: what is wrong with one, whatever table and column it is in.

All of them look at the texts of a table in one scan, which keeps what is wrong. Only that is looked at again, but where
a check leaves out columns in which it finds too much: then all texts are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Annotated, ClassVar

from duckdb import DuckDBPyRelation
from pydantic import Field

from ..tables.cells import ROW, cells
from ..tables.sql import Tables, fetch_all, materialize, query, quote_literal
from . import Check

NOTHING = f"SELECT 0::BIGINT AS {ROW}, '' AS \"column\", '' AS problem WHERE false"


class TextCheck(Check):
    """Finds texts; its two methods are SQL about one of them."""

    table = "*"
    unit = "cells"
    needs: ClassVar[Mapping[str, Sequence[str]]] = {"*": []}
    written_only: ClassVar[bool] = False
    """Whether keys and names of ours, which nobody wrote, are left out."""

    portable: ClassVar[bool] = True
    """Whether its SQL runs in any DuckDB; false where it calls functions that only our connections have."""

    max_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """A column in which more than this share of the texts is so is meant to be, and left out."""

    def matches(self, value: str) -> str:
        """True of a text that is wrong; `value` is the SQL of a text that is not null."""
        raise NotImplementedError

    def describe(self, value: str) -> str:
        """What is wrong with it, in words."""
        raise NotImplementedError

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Every text that is wrong: _row, column, problem."""
        return wrong_texts(tables["*"], {"": self})[""]


def wrong_texts(relation: DuckDBPyRelation, checks: Mapping[str, TextCheck]) -> dict[str, DuckDBPyRelation]:
    """What each of these checks finds in a raw table: _row, column, problem."""
    there = cells(relation)
    anything = materialize(query(there, f"SELECT * FROM rows WHERE {' OR '.join(map(_wrong, checks.values()))}"))
    if not fetch_all(anything, "SELECT 1 FROM rows LIMIT 1"):
        return dict.fromkeys(checks, query(anything, NOTHING))
    cases = ", ".join(_case(rule, check) for rule, check in enumerate(checks.values()))
    each = f"unnest(list_filter([{cases}], lambda one: one IS NOT NULL))"
    found = materialize(query(anything, f"SELECT {ROW}, cell.column, {each} AS one FROM rows"))
    texts = cache(lambda: dict(fetch_all(there, "SELECT cell.column, count(*) FROM rows GROUP BY ALL")))
    return {name: _of(found, texts, rule, check) for rule, (name, check) in enumerate(checks.items())}


def _wrong(check: TextCheck) -> str:
    wrong = check.matches("cell.value")
    return f"(NOT cell.ours AND {wrong})" if check.written_only else f"({wrong})"


def _case(rule: int, check: TextCheck) -> str:
    return f"CASE WHEN {_wrong(check)} THEN {{rule: {rule}, problem: {check.describe('cell.value')}}} END"


def _of(
    found: DuckDBPyRelation, texts: Callable[[], Mapping[str, int]], rule: int, check: TextCheck
) -> DuckDBPyRelation:
    """What one of the checks found, without the columns that are meant to be so, of all whose texts are counted."""
    own = query(found, f'SELECT {ROW}, "column", one.problem FROM rows WHERE one.rule = {rule}')
    wrong = dict(fetch_all(own, 'SELECT "column", count(*) FROM rows GROUP BY ALL')) if check.max_share < 1 else {}
    if not wrong:
        return own
    meant = [column for column, count in wrong.items() if count > check.max_share * texts()[column]]
    return own.filter(f'"column" NOT IN ({", ".join(map(quote_literal, meant))})') if meant else own
