"""INV-DR5: a fingerprint that no longer fits shows that a text was changed after it was annotated."""

from __future__ import annotations

from hashlib import sha256

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

UTTERANCE = {
    "utterance_id": "a",
    "text": "Nobody reads this.",
    "fingerprint": sha256(b"Nobody reads this.").hexdigest(),
}


class TextFingerprints(Check):
    """The fingerprint of an utterance is the SHA-256 of its text."""

    severity = "error"
    problem = "have|has another text than was fingerprinted"
    table = "utterances"
    unit = "utterances"
    needs = {"utterances": ["utterance_id", "text", "fingerprint"]}
    passes = {"utterances": [UTTERANCE]}
    fails = {"utterances": [{**UTTERANCE, "text": "Nobody reads that."}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Utterances with the hash of their text."""
        changed = "fingerprint IS DISTINCT FROM sha256(text)"
        return query(tables["utterances"], f"SELECT utterance_id, sha256(text) AS problem FROM rows WHERE {changed}")
