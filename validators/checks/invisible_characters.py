"""What nobody sees makes two equal words differ; joiners that a script needs are not meant."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ..cells import wrong_texts
from ..check import Check
from ..tables import Tables

INVISIBLE = r"[\x{a0}\x{ad}\x{200b}\x{2060}\x{feff}]"
"""No-break space, soft hyphen, zero-width space, word joiner, byte order mark."""


class InvisibleCharacters(Check):
    """No text has no-break spaces, soft hyphens, zero-width spaces or byte order marks."""

    severity = "info"
    table = "*"
    needs = {"*": []}
    repair = "white_space"
    passes = {"*": [{"_row": 1, "text": "می‌خواهم 👩‍👩‍👧"}]}
    fails = {"*": [{"_row": 1, "text": "two\u00a0words"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Cells with the code point of the first one."""
        return wrong_texts(
            tables["*"], lambda v: f"strlen({v}) > length({v}) AND regexp_matches({v}, '{INVISIBLE}')", _first
        )


def _first(value: str) -> str:
    return f"printf('U+%04X', unicode(regexp_extract({value}, '{INVISIBLE}')))"
