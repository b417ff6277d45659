"""Who the annotators are, and thus whom a dataset can represent."""

from __future__ import annotations

from collections.abc import Iterator

from duckdb import DuckDBPyRelation
from pydantic import PositiveInt

from ...schemas.report import Figure
from ..stats.aggregates import DIGITS
from ..stats.k_anonymity import grouping_columns
from ..tables.sql import Tables, query, quote_identifier, quote_literal
from . import Measure


class AnnotatorCoverage(Measure):
    """Share of annotators by each value of each declared attribute."""

    needs = {"annotators": ["annotator_id"]}

    max_values: PositiveInt = 50
    """Values shown per attribute, the most frequent ones."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One share per value, "not declared" included; without interval, as these are all `n` annotators."""
        who = _who_judged(tables)
        for attribute in grouping_columns(who):
            shown = query(who, VALUES.format(column=quote_identifier(attribute), most=self.max_values))
            for value, count, n in shown.fetchall():
                group = {"attribute": attribute, "value": value}
                yield Figure(measure="annotator_coverage", group=group, value=round(count / n, DIGITS), n=n)


def _who_judged(tables: Tables) -> DuckDBPyRelation:
    """The annotators who judged, without those who only wrote; all of them if there are no annotations."""
    everybody = tables["annotators"]
    if "annotations" not in tables:
        return everybody
    judged = tables["annotations"].select("annotator_id").distinct()
    return everybody.set_alias("a").join(judged.set_alias("j"), "a.annotator_id = j.annotator_id", how="semi")


UNKNOWN = quote_literal("not declared")
VALUES = f"""
SELECT coalesce(CAST({{column}} AS VARCHAR), {UNKNOWN}) AS value, count(*) AS annotators,
    CAST(sum(annotators) OVER () AS BIGINT) AS n
FROM rows GROUP BY value HAVING (SELECT count({{column}}) FROM rows) > 0
ORDER BY annotators DESC, value LIMIT {{most}}
"""
