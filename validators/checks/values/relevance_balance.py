"""INV-VP9: the relevance task in the ValuePrism format, with negatives sampled from other situations."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

LISTED = {"situation": "Lying", "vrd": "Value", "text": "Honesty"}
DRAWN = {"situation": "Lying", "vrd": "Value", "text": "Punctuality"}


class RelevanceBalance(Check):
    """Half of the statements are relevant, and none of the others is listed for its situation."""

    severity = "error"
    problem = "label|labels a listed statement as irrelevant, or the classes are unbalanced"
    table = "relevance"
    needs = {
        "full": ["situation", "vrd", "text"],
        "relevance": ["situation", "vrd", "text", "output"],
    }
    passes = {"full": [LISTED], "relevance": [{**LISTED, "output": "Yes"}, {**DRAWN, "output": "No"}]}
    fails = {
        "full": [LISTED],
        "relevance": [{**LISTED, "output": "Yes"}, {**LISTED, "text": "honesty", "output": "No"}],
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Negatives that are listed for their situation, and one row if the classes are unbalanced."""
        listed = query(tables["full"], f"SELECT DISTINCT {NORMALISED} FROM rows").set_alias("f")
        negatives = (
            tables["relevance"].filter("output = 'No'").select(f"situation, vrd, text, {NORMALISED}").set_alias("n")
        )
        wrong = negatives.join(
            listed, "n.about = f.about AND n.kind = f.kind AND n.normalised = f.normalised", how="semi"
        )
        return wrong.select("n.situation, n.vrd, n.text, 'listed for this situation' AS problem").union(
            query(tables["relevance"], UNBALANCED)
        )


NORMALISED = "norm(situation) AS about, vrd AS kind, norm(text) AS normalised"
UNBALANCED = """
SELECT NULL AS situation, NULL AS vrd, NULL AS text, concat(yes, ' × Yes, ', nos, ' × No') AS problem
FROM (SELECT count(*) FILTER (output = 'Yes') AS yes, count(*) FILTER (output = 'No') AS nos FROM rows)
WHERE yes <> nos
"""
