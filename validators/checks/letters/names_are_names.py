"""INV-KE5: lists of names that were scraped have titles, nicknames and common words among them."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

TITLE = r"(?i)^(?:mr|mrs|ms|mx|miss|dr|prof|sir|lady|lord|rev|lil|half|young|big|little|the|an?)\b"


class NamesAreNames(Check):
    """A personal name begins with a capital, is made of letters, and is no title or common word."""

    severity = "warning"
    problem = "are|is no personal name"
    table = "personal_names"
    unit = "personal names"
    needs = {"personal_names": ["name"]}
    passes = {"personal_names": [{"name": "Zoë"}, {"name": "Anne-Marie"}, {"name": "O'Neil"}, {"name": "अमीना"}]}
    fails = {"personal_names": [{"name": "Ms."}, {"name": "Half"}, {"name": "Lil'"}, {"name": "kelly"}, {"name": "R2"}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Names with the reason."""
        return query(
            tables["personal_names"],
            rf"""SELECT name, CASE WHEN regexp_matches(name, '{TITLE}') THEN 'a title or common word'
                WHEN regexp_matches(name, '^\p{{Ll}}') THEN 'begins with a small letter'
                WHEN NOT regexp_full_match(name, '[\p{{L}}\p{{M}}]+(?:[ ''’.-]+[\p{{L}}\p{{M}}]+)*\.?')
                    THEN 'characters of no name' END AS problem
            FROM rows WHERE problem IS NOT NULL""",
        )
