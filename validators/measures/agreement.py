"""How far annotators agree beyond chance; that they differ is no fault."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from duckdb import DuckDBPyRelation
from numpy.typing import NDArray
from pydantic import PositiveInt

from ...schemas.report import Figure
from ..formulas import ABSTAIN, krippendorff_nominal
from ..measure import Measure
from ..tables import Tables, over, text


class Agreement(Measure):
    """Krippendorff's alpha of the labels of each aspect; abstentions and further samples are left out."""

    needs = {"annotations": ["item_table", "item_id", "aspect", "label"]}

    most_labels: PositiveInt = 64
    """An aspect with more labels than this is free text, of which alpha says nothing."""

    def figures(self, tables: Tables) -> Iterator[Figure]:
        """One figure an aspect; `n` is the number of items that two or more annotators judged."""
        first = "AND sample = 0" if "sample" in tables["annotations"].columns else ""
        judged = tables["annotations"].filter(f"label <> '{ABSTAIN}' {first}")
        for aspect, labels in over(judged, f"{LABELS} <= {self.most_labels} ORDER BY aspect").fetchall():
            found = krippendorff_nominal(*_patterns(judged, aspect, labels))
            yield Figure(
                measure="agreement",
                group={"aspect": aspect},
                value=found.alpha,
                low=found.low,
                high=found.high,
                n=found.items,
            )


LABELS = """
SELECT aspect, list_sort(list(DISTINCT label)) AS labels FROM (SELECT DISTINCT aspect, label FROM rows)
WHERE aspect IS NOT NULL GROUP BY aspect HAVING count(*)"""


def _patterns(judged: DuckDBPyRelation, aspect: str, labels: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """int64 (patterns, labels): votes for each label; int64 (patterns,): items that were judged so."""
    names = [f"n{i}" for i in range(len(labels))]
    counts = (f"count(*) FILTER (label = {text(label)}) AS {n}" for n, label in zip(names, labels, strict=True))
    listed = ", ".join(names)
    found = over(
        judged,
        f"""SELECT {listed}, count(*) AS items FROM (
            SELECT {", ".join(counts)} FROM rows WHERE aspect = {text(aspect)} GROUP BY item_table, item_id)
        GROUP BY {listed} ORDER BY {listed}""",
    ).fetchnumpy()
    columns = [np.asarray(found[column], dtype=np.int64) for column in (*names, "items")]
    return np.stack(columns[:-1], axis=1), columns[-1]
