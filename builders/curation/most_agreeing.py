"""The most agreeing ratings of each item, as HelpSteer2 (arXiv 2406.08673) selects them.

From its paper, as far as we know it: of three to five ratings the three that agree most are kept, and what still lies
more than 2 apart is left out. Ours: the ratings that agree most are those with the smallest range, the lower ones of
two such sets; every removed rating is on record; `max_range` is off, since disagreement is data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

import numpy as np
from duckdb import DuckDBPyRelation
from pydantic import Field

from ...schemas.rows.shared import Annotation
from ...validators.stats.agreement import interval, krippendorff
from ...validators.stats.ratings import first_judgements, values_by_aspect, vote_patterns
from ...validators.tables.sql import Tables, key_text, query, quote_literal
from . import Outcome, Step

MAX_VALUES = 256
ITEM = "PARTITION BY item_table, item_id, aspect"
WINDOWS = """
WITH scored AS (SELECT *, {key} AS key FROM rows WHERE score IS NOT NULL AND {chosen}),
placed AS (
    SELECT *, row_number() OVER ({item} ORDER BY score, _seq) AS place, count(*) OVER ({item}) AS n,
        lead(score, {ahead}) OVER ({item} ORDER BY score, _seq) - score AS range
    FROM scored),
windows AS (
    SELECT *, min(range) OVER ({item}) AS smallest,
        min(place) FILTER (range IS NOT NULL) OVER ({item}, range) AS start FROM placed)
SELECT * EXCLUDE (start), max(start) FILTER (range = smallest) OVER ({item}) AS start FROM windows
"""


class MostAgreeing(Step):
    """Keeps the ratings of each item that agree most.

    Removed ratings are recorded, and the agreement before and after. Agreement after this step is selected on the
    outcome: it says nothing of the annotators. Report the one before.
    """

    keep: Annotated[int, Field(ge=2)] = 3
    """Ratings of an item and aspect that are kept."""
    aspects: tuple[str, ...] = ()
    """Aspects that are looked at; default: all with scores."""
    max_range: Annotated[float | None, Field(ge=0)] = None
    """Remove all ratings of an item and aspect where even the most agreeing lie further apart than this."""

    def needs(self, main: str) -> Mapping[str, Iterable[str]]:
        """The ratings."""
        return {"annotations": ["item_table", "item_id", "annotator_id", "aspect", "score"]}

    def apply(self, tables: Tables, seed: int) -> Outcome:
        """Ratings that lie outside the smallest range of `keep` ratings."""
        annotations = tables["annotations"]
        chosen = f"aspect IN ({', '.join(map(quote_literal, self.aspects))})" if self.aspects else "true"
        sql = WINDOWS.format(key=key_text(Annotation), chosen=chosen, item=ITEM, ahead=self.keep - 1)
        too_far = "false" if self.max_range is None else f"smallest > {self.max_range}"
        removed = query(
            query(annotations, sql),
            f"""SELECT key, CASE WHEN {too_far} THEN 'ratings lie too far apart' ELSE 'agrees least with the others' END
                AS reason, aspect || ': ' || score || ', range of the others ' || smallest AS detail,
                NULL::VARCHAR AS kept_key FROM rows
            WHERE {too_far} OR (n > {self.keep} AND place NOT BETWEEN start AND start + {self.keep - 1})""",
        )
        keyed = query(annotations, f"SELECT *, {key_text(Annotation)} AS key FROM rows")
        kept = keyed.set_alias("a").join(removed.set_alias("r"), "a.key = r.key", how="anti")
        figures = {**_alphas(annotations, "before", self.aspects), **_alphas(kept, "after", self.aspects)}
        return Outcome(removed={"annotations": removed}, figures=figures)


def _alphas(annotations: DuckDBPyRelation, when: str, aspects: Iterable[str]) -> dict[str, float | None]:
    """Krippendorff's alpha, interval, of the scores of each aspect."""
    rows = first_judgements({"annotations": annotations}, "score")
    return {
        f"alpha of {aspect} {when}": krippendorff(
            *vote_patterns(rows, aspect, known), interval(np.asarray(known, dtype=np.float64))
        ).value
        for aspect, known in values_by_aspect(rows, MAX_VALUES)
        if not aspects or aspect in aspects
    }
