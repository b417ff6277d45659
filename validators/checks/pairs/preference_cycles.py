"""a over b, b over c and c over a: legitimate in a plural dataset, but no ranking fits it."""

from __future__ import annotations

from typing import Annotated

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...tables.sql import Tables, query
from .. import Check


def _pairs(*sides: str) -> list[dict[str, str]]:
    return [
        {"pair_id": f"{n}", "prompt": "p", "first": a, "second": b, "preferred": "first"}
        for n, (a, b) in enumerate(map(tuple, sides))
    ]


class PreferenceCycles(Check):
    """No three responses to a prompt are preferred in a cycle."""

    severity = "info"
    problem = "occur|occurs among the responses to a prompt"
    table = "pairs"
    unit = "preference cycles"
    needs = {"pairs": ["pair_id", "prompt", "first", "second", "preferred"]}
    may_use = {"pairs": ["annotator_id"]}
    passes = {"pairs": _pairs("ab", "bc", "ac")}
    fails = {"pairs": _pairs("ab", "bc", "ca")}

    max_preferences: Annotated[int, Field(ge=3)] = 200
    """Prompts with more distinct preferences are left out, as the running time is cubic."""

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """One row per cycle of three, identified by its lowest pair."""
        who = "annotator_id" if "annotator_id" in tables["pairs"].columns else "NULL"
        return query(
            tables["pairs"],
            f"""WITH edges AS (
                SELECT hash(prompt, {who}) AS about, min(pair_id) AS pair_id,
                    hash(CASE preferred WHEN 'first' THEN first ELSE second END) AS winner,
                    hash(CASE preferred WHEN 'first' THEN second ELSE first END) AS loser
                FROM rows WHERE preferred IN ('first', 'second') AND first <> second GROUP BY ALL),
            few AS (SELECT * FROM edges QUALIFY count(*) OVER (PARTITION BY about) BETWEEN 3 AND {self.max_preferences})
            SELECT a.pair_id, 'in a cycle with ' || b.pair_id || ' and ' || c.pair_id AS problem FROM few a
            JOIN few b ON a.about = b.about AND a.loser = b.winner
            JOIN few c ON a.about = c.about AND b.loser = c.winner AND c.loser = a.winner
            WHERE a.winner < b.winner AND a.winner < c.winner""",
        )
