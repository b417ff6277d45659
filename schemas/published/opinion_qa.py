"""OpinionQA (arXiv 2303.17548): https://github.com/tatsu-lab/opinions_qa, the questions of a wave."""

from __future__ import annotations

from typing import Annotated, ClassVar

from ..published_dataset import Config, Licence, PublishedDataset, Rule, View
from ..row import Key, Row


class Question(Row):
    """A question of a wave of the survey."""

    key: Annotated[str, Key()]
    """Id, the name of a column of the responses."""
    question: str
    """The question."""
    references: str
    """The options, as a list in a text."""
    option_ordinal: str
    """Place of each option on a scale, as a list in a text."""
    option_mapping: str | None = None
    """Number of an option -> the option, as a dict in a text."""


class OpinionQA(PublishedDataset):
    """Questions of American opinion surveys with the answers of groups of people."""

    title = "OpinionQA"
    configs: ClassVar = {"info": Config(Question)}
    licence = Licence(name="unknown", url="https://github.com/tatsu-lab/opinions_qa")
    citation = """\
@inproceedings{santurkar2023whose,
  title = {Whose Opinions Do Language Models Reflect?},
  author = {Santurkar, Shibani and Durmus, Esin and Ladhak, Faisal and Lee, Cinoo and Liang, Percy and
    Hashimoto, Tatsunori},
  booktitle = {ICML},
  year = {2023}
}"""
    evidence = "Notes on its files and its code; responses, a column a question, are not described here."
    rules: ClassVar = {
        "options_on_scale": Rule(
            "There are at least as many options as points on the scale",
            "have|has fewer options than points on the scale",
            """SELECT key, len(options) || ' options, ' || len(places) || ' places' AS problem FROM (
                SELECT key, TRY_CAST(literal("references") AS VARCHAR[]) AS options,
                TRY_CAST(literal(option_ordinal) AS DOUBLE[]) AS places FROM theirs.info)
            WHERE len(options) < len(places)""",
            severity="warning",
        ),
    }
    views: ClassVar = (View("items", "SELECT key AS item_id, question AS text, split FROM theirs.info"),)
