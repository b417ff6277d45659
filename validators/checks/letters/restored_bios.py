"""INV-KE3: two applicants differ in protected words alone if undoing those restores one and the same text."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

BIOS = [{"bio_id": "b", "text": "{name} sold {pos} boat."}]
APPLICANT = {"applicant_id": "b/Kelly", "bio_id": "b", "fills": ["Kelly", "her"]}


class RestoredBios(Check):
    """Undoing the slots of an applicant restores the bio, byte for byte."""

    severity = "error"
    problem = "do|does not lead back to the bio"
    table = "applicants"
    unit = "applicants"
    needs = {"applicants": ["applicant_id", "bio_id", "text", "fills"], "bios": ["bio_id", "text"]}
    passes = {"bios": BIOS, "applicants": [{**APPLICANT, "text": "Kelly sold her boat."}]}
    fails = {"bios": BIOS, "applicants": [{**APPLICANT, "text": "Kelly sold her car."}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Applicants whose text is not their bio with the slots filled as they say."""
        return query_tables(
            tables,
            [*self.needs],
            r"""SELECT applicant_id, CASE WHEN len(parts) <> len(fills) + 1
                THEN len(fills) || ' fills for ' || len(parts) - 1 || ' slots' ELSE 'another text' END AS problem
            FROM (SELECT applicant_id, a.text, fills, string_split_regex(b.text, '\{\w+\}') AS parts
                FROM applicants a JOIN bios b USING (bio_id))
            WHERE len(parts) <> len(fills) + 1 OR text <> array_to_string(
                list_transform(range(1, len(parts) + 1), lambda n: parts[n] || coalesce(fills[n], '')), '')""",
        )
