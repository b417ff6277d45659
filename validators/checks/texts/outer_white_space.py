"""Leading and trailing white space is invisible to readers but breaks comparisons."""

from __future__ import annotations

from ...tables.schema_sql import SPACE, starts_with_visible_ascii
from .._text_check import TextCheck

AT = {f"^[{SPACE}]": "begins", f"[{SPACE}]$": "ends"}
SOMETHING = f"[^{SPACE}]"
TURNS = r"^\n\n(?:Human|Assistant): "
"""The white space before the turns of a dialogue, and after an empty one, belongs to its format."""


TURN = {"_row": 4, "text": "\n\nHuman: Hello.\n\nAssistant: "}


class OuterWhiteSpace(TextCheck):
    """No text has leading or trailing white space."""

    severity = "warning"
    problem = "have|has leading or trailing white space"
    repair = "white_space"
    auto_repairable = True
    passes = {"*": [{"_row": 1, "text": "in between"}, {"_row": 2, "text": " "}, {"_row": 3, "text": ""}, TURN]}
    fails = {"*": [{"_row": 1, "text": " Very important"}, {"_row": 2, "text": "sure\n"}]}

    def matches(self, value: str) -> str:
        """True for a text with leading or trailing white space; `blank_cells` covers blank texts."""
        inside = f"{starts_with_visible_ascii(value)} AND {starts_with_visible_ascii(f'{value}[-1]')}"
        bare = f"{_has(value, SOMETHING)} AND NOT {_has(value, TURNS)}"
        return f"NOT ({inside}) AND ({' OR '.join(_has(value, at) for at in AT)}) AND {bare}"

    def describe(self, value: str) -> str:
        """Which end has white space."""
        begins, ends = (f"CASE WHEN {_has(value, at)} THEN '{end}' END" for at, end in AT.items())
        return f"concat_ws(' and ', {begins}, {ends}) || ' with white space'"


def _has(value: str, pattern: str) -> str:
    return f"regexp_matches({value}, '{pattern}')"
