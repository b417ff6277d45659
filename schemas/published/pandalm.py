"""PandaLM, its human test set (arXiv 2306.05087): https://github.com/WeOpenML/PandaLM."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..published_dataset import Config, Licence, PublishedDataset, Rule, View
from ..row import Key, Row

Verdict = Annotated[int, Field(ge=0, le=2)]
ANNOTATORS = ("annotator1", "annotator2", "annotator3")


class Comparison(Row):
    """Two responses to an instruction and what three people say of them."""

    idx: Annotated[int, Key()]
    """Number of the row."""
    motivation_app: str | None = None
    """The application that the instruction is from."""
    cmp_key: str
    """The two models."""
    instruction: str
    """What was asked."""
    input: str
    """What it was asked about; may be empty."""
    response1: str
    """The response of the first model."""
    response2: str
    """The response of the second model."""
    annotator1: Verdict
    """1 or 2 for the better response, 0 for a tie: not in the order of the numbers."""
    annotator2: Verdict
    """The same of another person."""
    annotator3: Verdict
    """The same of a third."""


EACH = f"SELECT idx, unnest({list(ANNOTATORS)}) AS who, unnest([{', '.join(ANNOTATORS)}]) AS said FROM theirs.testset"
VOTES = f"SELECT idx, said, count(*) AS n FROM ({EACH}) WHERE said IS NOT NULL GROUP BY ALL"


class PandaLM(PublishedDataset):
    """Pairs of responses that three people compared, ties allowed."""

    title = "PandaLM test set"
    configs: ClassVar = {"testset": Config(Comparison, evidence="file")}
    licence = Licence(name="Apache-2.0", url="https://github.com/WeOpenML/PandaLM")
    citation = """\
@inproceedings{wang2024pandalm,
  title = {PandaLM: An Automatic Evaluation Benchmark for LLM Instruction Tuning Optimization},
  author = {Wang, Yidong and Yu, Zhuohao and Zeng, Zhengran and Yang, Linyi and Wang, Cunxiang and Chen, Hao and
    Jiang, Chaoya and Xie, Rui and Wang, Jindong and Xie, Xing and Ye, Wei and Zhang, Shikun and Zhang, Yue},
  booktitle = {ICLR},
  year = {2024},
  note = {arXiv:2306.05087}
}"""
    evidence = "A real file of the test set. Whether the first response was shown first is not known."
    rules: ClassVar = {
        "same_again": Rule(
            "A repeated pair gets the same labels",
            "have|has different labels when repeated",
            """SELECT min(idx) AS idx, count(*) || ' times, labels differ' AS problem FROM theirs.testset
            GROUP BY instruction, input, response1, response2
            HAVING count(DISTINCT [annotator1, annotator2, annotator3]) > 1""",
            severity="warning",
            evidence="file",
            unit="pairs",
            per="instruction, input, response1, response2",
        ),
    }
    views: ClassVar = (
        View(
            "pairs",
            f"""SELECT idx AS pair_id, concat_ws(chr(10), instruction, nullif(input, '')) AS prompt, response1 AS first,
            response2 AS second, split, string_split(cmp_key, '_')[1] AS first_model,
            string_split(cmp_key, '_')[2] AS second_model, ['tie', 'first', 'second'][1 + majority] AS preferred
            FROM theirs.testset
            LEFT JOIN (SELECT idx, arg_max(said, n) AS majority FROM ({VOTES}) GROUP BY idx HAVING max(n) > 1)
            USING (idx)""",
        ),
        View(
            "annotations",
            f"""SELECT 'pairs' AS item_table, idx AS item_id, who AS annotator_id, 'preference' AS aspect,
            ['tie', 'first', 'second'][1 + said] AS label, NULL AS score FROM ({EACH})""",
        ),
        View(
            "annotations",
            f"""SELECT 'pairs' AS item_table, idx AS item_id, who AS annotator_id, 'preference_scale' AS aspect,
            NULL AS label, [0, -1, 1][1 + said] AS score FROM ({EACH})""",
        ),
    )
    example: ClassVar = {
        "testset": [
            {
                "idx": number,
                "motivation_app": "Notes",
                "cmp_key": "one_two",
                "instruction": "Add the numbers.",
                "input": f"{number} and 1",
                "response1": f"It is {number + 1}.",
                "response2": f"They make {number + 1}.",
                "annotator1": number % 3,
                "annotator2": number % 3,
                "annotator3": 1,
            }
            for number in range(6)
        ]
    }
