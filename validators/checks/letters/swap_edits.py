"""INV-KE3: a comparison of two letters says something about gender only if nothing else was swapped."""

from __future__ import annotations

from collections.abc import Iterator

from duckdb import DuckDBPyRelation

from ....schemas.person_slots import TOKEN, token_edits
from ...tables.sql import Tables, query_tables, quote_literal
from .. import Check

APPLICANTS = [
    {"applicant_id": "a", "text": "Joseph sold his boat.", "fills": ["Joseph", "his"]},
    {"applicant_id": "b", "text": "Kelly sold her boat.", "fills": ["Kelly", "her"]},
]
EDITS = [{"position": 0, "before": "Joseph", "after": "Kelly"}, {"position": 4, "before": "his", "after": "her"}]
SWAP = {"swap_id": "s", "first_id": "a", "second_id": "b", "edits": EDITS}
CHANGED = {**APPLICANTS[1], "text": "Kelly sold her car."}


class SwapEdits(Check):
    """The edits of a swap are all differences of its two texts, and each is in a slot."""

    severity = "error"
    problem = "differ|differs in other words than its edits, or outside of slots"
    table = "swaps"
    unit = "swaps"
    needs = {
        "swaps": ["swap_id", "first_id", "second_id", "edits"],
        "applicants": ["applicant_id", "text", "fills"],
    }
    passes = {"swaps": [SWAP], "applicants": APPLICANTS}
    fails = {
        "swaps": [{**SWAP, "edits": [*EDITS, {"position": 6, "before": "boat", "after": "car"}]}],
        "applicants": [APPLICANTS[0], CHANGED],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Swaps with the words that differ otherwise."""
        both = query_tables(
            tables,
            [*self.needs],
            """SELECT swap_id, edits, a.text AS first, b.text AS second, a.fills || b.fills AS fills
            FROM swaps JOIN applicants a ON a.applicant_id = first_id
            JOIN applicants b ON b.applicant_id = second_id""",
        )
        wrong = [f"({quote_literal(key)}, {quote_literal(problem)})" for key, problem in _problems(both)]
        listed = f"VALUES {', '.join(wrong)}" if wrong else "SELECT '', '' WHERE false"
        return query_tables(tables, ["swaps"], f"SELECT swap_id, problem FROM ({listed}) w(swap_id, problem)")


def _problems(rows: DuckDBPyRelation) -> Iterator[tuple[str, str]]:
    """Key of every swap whose edits are others than those of its texts, or are not in slots, and the words."""
    for batch in rows.to_arrow_reader(10_000):
        for row in batch.to_pylist():
            expected = [edit._asdict() for edit in token_edits(row["first"], row["second"])]
            if expected != row["edits"]:
                yield row["swap_id"], "other differences: " + ", ".join(each["before"] for each in expected)
                continue
            in_slots = {token for fill in row["fills"] for token in TOKEN.findall(fill)}
            changed = TOKEN.findall(" ".join(each[side] for each in expected for side in ("before", "after")))
            if outside := [token for token in changed if token not in in_slots and token.strip()]:
                yield row["swap_id"], "outside of slots: " + ", ".join(outside)
