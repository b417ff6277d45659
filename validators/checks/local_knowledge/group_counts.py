"""BLEnD: the counts of groups and of those who do not know add up to the annotators who were asked."""

from __future__ import annotations

from duckdb import DuckDBPyRelation

from ...tables.sql import Tables, query
from .. import Check

ANSWERS = [{"question_id": "q", "region": "Kenya", "answer_id": str(number)} for number in range(3)]
GROUP = {"question_id": "q", "region": "Kenya"}


class GroupCounts(Check):
    """The counts of the groups of a question and region add up to its answers."""

    severity = "error"
    problem = "have|has counts that do not add up to the answers"
    table = "answer_groups"
    unit = "questions and regions"
    per = ("question_id", "region")
    needs = {
        "answer_groups": ["question_id", "region", "count"],
        "short_answers": ["question_id", "region", "answer_id"],
    }
    passes = {"short_answers": ANSWERS, "answer_groups": [{**GROUP, "count": 2}, {**GROUP, "count": 1}]}
    fails = {"short_answers": ANSWERS, "answer_groups": [{**GROUP, "count": 2}]}

    def failing(self, tables: Tables) -> DuckDBPyRelation:
        """Questions and regions, each with both numbers."""
        given = query(tables["short_answers"], "SELECT question_id, region, count(*) AS given FROM rows GROUP BY ALL")
        counted = query(
            tables["answer_groups"],
            "SELECT question_id, region, CAST(sum(count) AS BIGINT) AS counted FROM rows GROUP BY ALL",
        )
        joined = counted.set_alias("c").join(
            given.set_alias("g"), "c.question_id = g.question_id AND c.region = g.region", how="left"
        )
        return joined.filter("counted IS DISTINCT FROM given").select(
            "c.question_id, c.region, concat(counted, ' counted, ', coalesce(given, 0), ' answers') AS problem"
        )
