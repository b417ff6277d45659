"""INV-KE1: averages over names are comparable if every name has every age and occupation."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query_tables
from .. import Check

DESIGN = {
    "bios": [{"bio_id": "b", "text": "{name} is {age} and works."}],
    "personal_names": [{"name": "Kelly"}, {"name": "Joseph"}],
    "attribute_levels": [{"attribute": "age", "level": "30"}, {"attribute": "occupation", "level": "nurse"}],
}
APPLICANTS = [{"applicant_id": "b/30/Kelly", "bio_id": "b"}, {"applicant_id": "b/30/Joseph", "bio_id": "b"}]


class CompleteApplicants(Check):
    """A bio has an applicant for every name and every level that it has a slot for."""

    severity = "warning"
    problem = "have|has another number of applicants than cells"
    table = "bios"
    unit = "bios"
    needs = {
        "bios": ["bio_id", "text"],
        "personal_names": ["name"],
        "attribute_levels": ["attribute", "level"],
        "applicants": ["applicant_id", "bio_id"],
    }
    passes = {**DESIGN, "applicants": APPLICANTS}
    fails = {**DESIGN, "applicants": APPLICANTS[:1]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Bios with the number of their applicants and of their cells."""
        return query_tables(
            tables,
            [*self.needs],
            """WITH levels AS (SELECT attribute, count(*) AS n FROM attribute_levels GROUP BY attribute),
            wanted AS (
                SELECT bio_id, (SELECT count(*) FROM personal_names) * coalesce(product(n), 1) AS cells
                FROM bios LEFT JOIN levels ON contains(text, '{' || attribute || '}') GROUP BY bio_id),
            present AS (SELECT bio_id, count(*) AS applicants FROM applicants GROUP BY bio_id)
            SELECT bio_id, coalesce(applicants, 0) || ' of ' || cells::BIGINT AS problem
            FROM wanted LEFT JOIN present USING (bio_id) WHERE coalesce(applicants, 0) <> cells""",
        )
