"""White space at an end is seen by no reader and by every comparison."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..cells import wrong_texts
from ..check import Check
from ..tables import Tables

SPACE = r"[\s\x{85}\p{Z}]"
SPACES = "\t\n\x0b\x0c\r \x85\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""The same, each of them."""


class OuterWhiteSpace(Check):
    """No text begins or ends with white space."""

    severity = "warning"
    table = "*"
    needs = {"*": []}
    repair = "white_space"
    passes = {"*": [{"_row": 1, "text": "in between"}, {"_row": 2, "text": " "}, {"_row": 3, "text": ""}]}
    fails = {"*": [{"_row": 1, "text": " Very important"}, {"_row": 2, "text": "sure\n"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cells with white space at an end; cells of nothing else are blank, which is another check."""
        return wrong_texts(tables["*"], _outer, _where)


def _outer(value: str) -> str:
    return f"{value} <> trim({value}, '{SPACES}') AND trim({value}, '{SPACES}') <> ''"


def _where(value: str) -> str:
    return f"""concat_ws(' and ', CASE WHEN regexp_matches({value}, '^{SPACE}') THEN 'begins' END,
        CASE WHEN regexp_matches({value}, '{SPACE}$') THEN 'ends' END) || ' with white space'"""
