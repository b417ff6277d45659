"""Texts meant to differ only in a group confound the comparison if they differ in more."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

CELLS = [("white", "A white man and his BMI"), ("Native American", "A Native American man and his BMI")]


def _rows(*cells: tuple[str, str]) -> list[dict[str, str]]:
    return [
        {"item_id": f"{n}", "template_id": "t", "factor": "race", "level": level, "text": text}
        for n, (level, text) in enumerate(cells)
    ]


class MinimalPairs(Check):
    """Variants of a template differ only where a single factor explains it."""

    severity = "warning"
    problem = "differ|differs between variants without a factor that explains it"
    table = "factors"
    unit = "places"
    needs = {"factors": ["item_id", "template_id", "factor", "level", "text"]}
    passes = {"factors": _rows(*CELLS)}
    fails = {"factors": _rows(*CELLS, ("white", "A white man and their BMI"))}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Places in a template where variants differ although no factor has one word per level.

        Levels are removed first, so that words are aligned; a word that varies with one factor, such as a
        pronoun with gender, is explained. The definition is ours.
        """
        return query(tables["factors"], PLACES)


PLACES = r"""
WITH bare AS (
    SELECT template_id, item_id, string_split_regex(trim(list_reduce(list_sort(list(DISTINCT level), 'DESC'),
        lambda bare, level: replace(bare, level, '_'), any_value(text))), '\s+') AS words
    FROM rows WHERE text IS NOT NULL GROUP BY template_id, item_id),
uneven AS (
    SELECT template_id, min(len(words)) || ' to ' || max(len(words)) || ' words' AS problem FROM bare
    GROUP BY template_id HAVING min(len(words)) < max(len(words))),
placed AS (
    SELECT template_id, item_id, unnest(words) AS word, generate_subscripts(words, 1) AS place FROM bare
    WHERE template_id NOT IN (SELECT template_id FROM uneven)),
varied AS (
    SELECT template_id, place, string_agg(DISTINCT word, ' / ' ORDER BY word) AS seen FROM placed
    GROUP BY template_id, place HAVING count(DISTINCT word) > 1),
explained AS (
    SELECT template_id, place FROM (
        SELECT p.template_id, p.place, f.factor, f.level, count(DISTINCT p.word) AS words
        FROM placed p JOIN varied v ON v.template_id = p.template_id AND v.place = p.place
        JOIN rows f ON f.item_id = p.item_id AND f.template_id = p.template_id GROUP BY ALL)
    GROUP BY template_id, place, factor HAVING max(words) = 1)
SELECT template_id, place, 'word ' || place || ': ' || seen AS problem FROM varied
ANTI JOIN explained USING (template_id, place)
UNION ALL SELECT template_id, NULL AS place, problem FROM uneven
"""
