"""INV-AM3: an identity that the lexicon does not have on this axis cannot be inferred by choosing among them."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables
from .. import Check

TERM = {"language": "en", "term": "Sikhs", "identity": "Sikh", "axis": "religion"}
PROMPT = {"prompt_id": "a", "language": "en", "term": "sikhs", "identity": "Sikh", "axis": "religion"}


class IdentityOnAxis(Check):
    """The masked term names the identity in the lexicon, on the axis of the prompt."""

    severity = "error"
    problem = "have|has an identity that the lexicon does not give"
    table = "prompts"
    unit = "prompts"
    needs = {
        "prompts": ["prompt_id", "language", "term", "identity", "axis"],
        "identity_terms": ["language", "term", "identity", "axis"],
    }
    passes = {"prompts": [PROMPT], "identity_terms": [TERM]}
    fails = {"prompts": [{**PROMPT, "axis": "origin"}], "identity_terms": [TERM]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Prompts with their identity and axis."""
        same = "p.language = t.language AND norm(p.term) = norm(t.term) AND p.identity = t.identity AND p.axis = t.axis"
        unlisted = tables["prompts"].set_alias("p").join(tables["identity_terms"].set_alias("t"), same, how="anti")
        return unlisted.select("prompt_id, term || ': ' || identity || ', ' || axis AS problem")
