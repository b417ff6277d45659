"""People who judged must not be found again by what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...validators.stats.k_anonymity import ATTRIBUTES, equivalence_classes
from ...validators.tables.sql import Tables, query, quote_identifier, quote_literal
from . import Outcome, Step


class Coarsen(Step):
    """Coarsens the attributes of human annotators until `k` share them.

    Each annotator then shares the attributes with at least `k` - 1 others. First `groups` are applied. Then annotators
    who still stand out lose one attribute after the other, the one with most values first, until they do not: those of
    whom nothing is left stand out by nothing. Ours; after the local suppression of Sweeney (2002).
    """

    k: int = Field(default=5, ge=2)
    """So many annotators must share their attributes."""
    groups: dict[str, dict[str, str]] = {}
    """Attribute -> value -> coarser value, such as `country: {Kenya: East Africa}`."""

    def needs(self, main: str) -> Mapping[str, Iterable[str]]:
        """What is known of annotators."""
        return {"annotators": ["annotator_id", "kind", *ATTRIBUTES, *self.groups]}

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """The annotators anew."""
        rows = self._grouped(tables["annotators"])
        counted = ", ".join(f"count(DISTINCT {attribute})" for attribute in ATTRIBUTES)
        counts = query(rows.filter("kind = 'human'"), f"SELECT {counted} FROM rows").fetchall()[0]
        values = {attribute: count for attribute, count in zip(ATTRIBUTES, counts, strict=True) if count}
        for attribute in sorted(values, key=lambda attribute: -values[attribute]):
            if not (exposed := self._exposed(rows)):
                break
            listed = ", ".join(map(quote_literal, exposed))
            kept = f"CASE WHEN annotator_id IN ({listed}) THEN NULL ELSE {quote_identifier(attribute)} END"
            rows = rows.select(f"* REPLACE ({_of_humans(kept, attribute)})")
        return Outcome(changed={"annotators": rows})

    def _grouped(self, rows: DuckDBPyRelation) -> DuckDBPyRelation:
        for attribute, groups in self.groups.items():
            cases = " ".join(
                f"WHEN {quote_literal(value)} THEN {quote_literal(group)}" for value, group in groups.items()
            )
            grouped = (
                f"CASE {quote_identifier(attribute)} {cases} ELSE {quote_identifier(attribute)} END"
                if cases
                else quote_identifier(attribute)
            )
            rows = rows.select(f"* REPLACE ({_of_humans(grouped, attribute)})")
        return rows

    def _exposed(self, rows: DuckDBPyRelation) -> list[str]:
        """Those who stand out."""
        found = equivalence_classes(rows).filter(f"alike < {self.k}").select("annotator_id").fetchall()
        return [key for (key,) in found]


def _of_humans(changed: str, attribute: str) -> str:
    column = quote_identifier(attribute)
    return f"CASE WHEN kind = 'human' THEN {changed} ELSE {column} END AS {column}"
