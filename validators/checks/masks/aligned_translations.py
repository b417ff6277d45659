"""INV-AM4: languages can be compared on prompts that all of them have, with the same mask."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

PROMPTS = [{"prompt_id": "a"}, {"prompt_id": "b"}]
TRANSLATIONS = [{"prompt_id": each, "language": "hi", "masked": "[MASK] रसोइया"} for each in "ab"]


class AlignedTranslations(Check):
    """Every prompt is in every language of the translations, with one mask."""

    severity = "warning"
    problem = "lack|lacks a translation with one mask"
    table = "prompts"
    unit = "prompts"
    per = ("prompt_id",)
    needs = {"prompts": ["prompt_id"], "translations": ["prompt_id", "language", "masked"]}
    passes = {"prompts": PROMPTS, "translations": TRANSLATIONS}
    fails = {"prompts": PROMPTS, "translations": TRANSLATIONS[:1]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Prompts with the language in which they have no translation, or one with other masks."""
        return query_tables(
            tables,
            [*self.needs],
            """SELECT prompt_id, language, CASE WHEN masked IS NULL THEN 'not in ' || language
                ELSE masks || ' masks in ' || language END AS problem
            FROM (SELECT prompt_id, language, masked, len(string_split(masked, '[MASK]')) - 1 AS masks
                FROM (SELECT prompt_id FROM prompts) CROSS JOIN (SELECT DISTINCT language FROM translations)
                LEFT JOIN translations USING (prompt_id, language))
            WHERE masks IS DISTINCT FROM 1""",
        )
