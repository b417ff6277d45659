"""Items on which annotators agree too little for a use that needs agreement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from duckdb import DuckDBPyRelation
from pydantic import Field

from ...validators.stats.agreement import krippendorff, nominal
from ...validators.stats.ratings import first_judgements, values_by_aspect, vote_patterns
from ...validators.tables.sql import Tables, query, quote_literal
from . import Outcome, Step
from ._pages import key

MAX_LABELS = 64


class AgreementFilter(Step):
    """Removes items whose annotators agree too little on an aspect.

    The agreement before and after is on record. For a benchmark with one right answer, never for training on
    disagreement: what goes is where people differ. Agreement after such a filter is selected on the outcome, so it is
    no property of the annotators: report the one before, and the share removed.
    """

    aspect: str
    """The aspect of the annotations."""
    min_share: Annotated[float, Field(gt=0.5, le=1)] = 0.6
    """Least share of the most frequent label among those who did not abstain."""
    min_annotators: Annotated[int, Field(ge=2)] = 2
    """Items that fewer annotators judged are kept: disagreement could not show."""
    action: Literal["remove", "report"] = "remove"
    """`report` removes nothing and only measures."""

    def needs(self, main: str) -> Mapping[str, Iterable[str]]:
        """The judgements."""
        return {"annotations": ["item_table", "item_id", "annotator_id", "aspect", "label"]}

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """Items of every table that was judged."""
        annotations = query(tables["annotations"], f"FROM rows WHERE aspect = {quote_literal(self.aspect)}")
        items = query(annotations, "SELECT DISTINCT item_table FROM rows ORDER BY 1").fetchall()
        low = query(
            annotations,
            f"""WITH votes AS (SELECT item_table, item_id, label, count(*) AS n FROM rows
                WHERE label IS NOT NULL AND label <> 'abstain' GROUP BY ALL)
            SELECT item_table, CAST(item_id AS VARCHAR) AS key, max(n) / sum(n) AS share, sum(n) AS judged FROM votes
            GROUP BY ALL HAVING judged >= {self.min_annotators} AND share < {self.min_share}""",
        )
        kept = annotations.set_alias("a").join(
            low.set_alias("l"), "a.item_table = l.item_table AND CAST(a.item_id AS VARCHAR) = l.key", how="anti"
        )
        figures = {"alpha before": _alpha(annotations, self.aspect), "alpha after": _alpha(kept, self.aspect)}
        if self.action == "report":
            return Outcome(figures=figures)
        removed = {table: self._removed(low, tables[table], table) for (table,) in items if table in tables}
        return Outcome(removed=removed, figures=figures)

    def _removed(self, low: DuckDBPyRelation, rows: DuckDBPyRelation, table: str) -> DuckDBPyRelation:
        mine = low.filter(f"item_table = {quote_literal(table)}").set_alias("l")
        joined = mine.join(rows.set_alias("r"), f"l.key = CAST(r.{key(rows)} AS VARCHAR)", how="semi")
        return joined.select(
            f"""key, 'annotators agree too little' AS reason, {quote_literal(self.aspect)} || ': '
            || round(100 * share, 1) || '% of ' || judged || ' chose the same, at least '
            || {100 * self.min_share:g} || '%' AS detail, NULL::VARCHAR AS kept_key"""
        )


def _alpha(annotations: DuckDBPyRelation, aspect: str) -> float | None:
    """Krippendorff's alpha of the labels; null where it is not defined."""
    rows = first_judgements({"annotations": annotations}, "label")
    for name, labels in values_by_aspect(rows, MAX_LABELS):
        if name == aspect:
            votes, items = vote_patterns(rows, aspect, labels)
            return krippendorff(votes, items, nominal(len(labels))).value
    return None
