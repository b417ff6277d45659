"""INV-VP7: explanations that copy the text, are cut off, mention the model or contain an unfilled slot."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

STOPS = ".!?…‥।॥؟۔؞።፧፨՞։။၊។៕༎།⳹꓿꘎꛳᠃᠉᭞᭟᱾᱿⁇⁈⁉‼‽⸮。！？．｡︒﹒﹖﹗"
"""Sentence-final punctuation of all scripts; Thai and Lao end a sentence with a space."""
ENDS = rf"([{STOPS}][\p{{Pe}}\p{{Pf}}\p{{Pi}}\x22\x27*_\s\p{{Z}}]*|[\p{{Thai}}\p{{Lao}}])$"
MACHINE = r"\bas an? (ai|artificial intelligence|large language model|language model)\b"
SLOT = r"[{}]"
EXPLAINED = {"consideration_id": "1", "text": "Trust"}


class ExplanationHygiene(Check):
    """An explanation is a complete sentence about the situation that adds to the text."""

    severity = "warning"
    problem = "have|has a faulty explanation"
    table = "considerations"
    unit = "considerations"
    needs = {"considerations": ["consideration_id", "text", "explanation"]}
    passes = {
        "considerations": [
            {**EXPLAINED, "explanation": "Friends rely on what is said."},
            {**EXPLAINED, "explanation": "友人は言葉を信じます。」"},
            {**EXPLAINED, "explanation": "यह भरोसे का सवाल है।"},
            {**EXPLAINED, "explanation": "هل يمكن الوثوق به؟"},
            {**EXPLAINED, "explanation": "เพื่อนต้องไว้ใจกัน"},
        ]
    }
    fails = {
        "considerations": [
            {**EXPLAINED, "explanation": "trust."},
            {**EXPLAINED, "explanation": "Friends rely on"},
            {**EXPLAINED, "explanation": "As an AI, I cannot say."},
            {**EXPLAINED, "explanation": "It matters to {person}."},
        ]
    }

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Considerations with all faults of their explanation."""
        return query(
            tables["considerations"],
            f"""SELECT consideration_id, concat_ws('; ',
                CASE WHEN norm(explanation) = norm(text) THEN 'repeats the text' END,
                CASE WHEN NOT regexp_matches(explanation, '{ENDS}') THEN 'does not end as a sentence' END,
                CASE WHEN regexp_matches(explanation, '{MACHINE}', 'i') THEN 'mentions being a model' END,
                CASE WHEN regexp_matches(explanation, '{SLOT}') THEN 'has a template slot' END) AS problem
            FROM rows WHERE problem <> ''""",
        )
