"""INV-DR6: a text in the script of another language has the wrong tag."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query, quote_literal
from .. import Check

SCRIPTS = {
    "ar": "Arabic", "el": "Greek", "en": "Latin", "es": "Latin", "de": "Latin", "fr": "Latin", "he": "Hebrew",
    "hi": "Devanagari", "it": "Latin", "ja": "Hiragana", "ko": "Hangul", "pt": "Latin", "ru": "Cyrillic", "th": "Thai",
    "uk": "Cyrillic", "zh": "Han",
}  # fmt: skip
"""Language -> a script that its texts use."""


class LanguageScript(Check):
    """An utterance has letters of the script of its language."""

    severity = "warning"
    problem = "have|has no letter of the script of its language"
    table = "utterances"
    unit = "utterances"
    needs = {"utterances": ["utterance_id", "language", "text"]}
    passes = {
        "utterances": [
            {"utterance_id": "a", "language": "zh-hant", "text": "今天 OK"},
            {"utterance_id": "b", "language": "eo", "text": "Saluton"},
        ]
    }
    fails = {"utterances": [{"utterance_id": "a", "language": "ko", "text": "Nobody reads this."}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Utterances with their language; languages that are not listed are not judged."""
        scripts = ", ".join(f"({quote_literal(code)}, {quote_literal(script)})" for code, script in SCRIPTS.items())
        return query(
            tables["utterances"],
            rf"""SELECT utterance_id, language || ': ' || left(text, 60) AS problem
            FROM rows JOIN (VALUES {scripts}) s(code, script) ON code = lower(split_part(language, '-', 1))
            WHERE NOT regexp_matches(text, '\p{{' || script || '}}')
                AND NOT (code = 'ja' AND regexp_matches(text, '[\p{{Katakana}}\p{{Han}}]'))""",
        )
