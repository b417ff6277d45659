"""MoReBench: https://huggingface.co/datasets/morebench/morebench."""

from __future__ import annotations

from typing import ClassVar

from ..morebench_sql import SPLITS, into_ours, into_theirs
from ..published_dataset import Config, Licence, PublishedDataset, Rule, Translation, View
from ..row import Row


class Dilemma(Row):
    """A dilemma with the rubric by which reasoning about it is judged."""

    DILEMMA: str
    """The dilemma."""
    DILEMMA_SOURCE: str
    """Where it is from."""
    DILEMMA_TYPE: str
    """Short, long or by an expert."""
    THEORY: str
    """The moral theory, or neutral."""
    RUBRIC: str
    """List of criteria with weights, as a Python literal in a text."""
    ROLE_DOMAIN: str | None = None
    """Advisor or agent."""
    CONTEXT: str | None = None
    """Field of life."""


CRITERIA = """(SELECT _row, DILEMMA, THEORY, unnest(TRY_CAST(literal(RUBRIC) AS STRUCT(id VARCHAR, title VARCHAR,
    weight DOUBLE)[])) AS c FROM theirs.dilemmas)"""


class MoReBench(PublishedDataset):
    """Dilemmas with rubrics of weighted criteria that experts wrote."""

    title = "MoReBench"
    family = "rubrics"
    configs: ClassVar = {"dilemmas": Config(Dilemma, only_split="test")}
    file_format: ClassVar = "csv"
    splits: ClassVar = SPLITS
    notes = (
        "`RUBRIC` is JSON in a text; MoReBench has a Python literal there, and what reads one reads the other. Ids of "
        "criteria are digests in the form of a UUID.",
        "All dilemmas are `short_case`. What is held back is not here, and neither are answers and grades.",
    )
    licence = Licence(name="CC-BY-4.0", url="https://huggingface.co/datasets/morebench/morebench", gated=True)
    citation = """\
@misc{morebench,
  title = {MoReBench},
  howpublished = {https://github.com/morebench/morebench}
}"""
    evidence = "The dataset card and the code of its authors."
    rules: ClassVar = {
        "readable": Rule(
            "The rubric can be parsed",
            "have|has a rubric that cannot be parsed",
            "SELECT _row, 'no literal' AS problem FROM theirs.dilemmas WHERE literal(RUBRIC) IS NULL",
        ),
        "weights": Rule(
            "A weight is an integer from -3 to 3 other than 0",
            "are|is not an integer from -3 to 3 other than 0",
            f"""SELECT _row, c.id AS id, c.weight AS problem FROM {CRITERIA}
            WHERE c.weight IS NULL OR c.weight = 0 OR abs(c.weight) > 3 OR c.weight <> floor(c.weight)""",
            severity="warning",
            unit="weights",
        ),
        "titles_differ": Rule(
            "No criterion is in a rubric twice",
            "occur|occurs more than once in a rubric",
            f"""SELECT _row, norm(c.title) AS title, count(*) || ' times' AS problem FROM {CRITERIA}
            GROUP BY 1, 2 HAVING count(*) > 1""",
            severity="warning",
            unit="titles",
        ),
    }
    views: ClassVar = (
        View(
            "items",
            """SELECT concat_ws('/', _table, _row) AS item_id, DILEMMA AS text, split, DILEMMA_TYPE AS label
            FROM theirs.dilemmas WHERE THEORY = 'neutral' OR THEORY IS NULL""",
        ),
    )

    def from_tables(self) -> Translation:
        """A row for each dilemma and theory; what is held back is left out."""
        return into_theirs()

    def to_tables(self) -> Translation:
        """Dilemmas, theories and criteria; a dilemma without an id is known by a digest of its text."""
        return into_ours()
