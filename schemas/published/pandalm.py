"""PandaLM, its human test set (arXiv 2306.05087): https://github.com/WeOpenML/PandaLM."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..pairs_sql import NOTHING
from ..published_dataset import Config, Licence, PublishedDataset, Rule, Translation, View
from ..row import Key, Row
from ..rows.preferences import DIRECT

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


EACH = f"SELECT idx, unnest({list(ANNOTATORS)}) AS who, unnest([{', '.join(ANNOTATORS)}]) AS code FROM theirs.testset"
VOTES = f"SELECT idx, code, count(*) AS n FROM ({EACH}) WHERE code IS NOT NULL GROUP BY ALL"


INPUT = "\n\n### Input:\n"
"""What stands between instruction and input in one text, as in Alpaca."""
CODES = ["tie", "first", "second"]
"""The verdict of each code, from 0."""
SIDES = f"""SELECT split, CAST(idx AS VARCHAR) AS prompt_id, idx, split_part(cmp_key, '_', 1) AS first_model,
    split_part(cmp_key, '_', 2) AS second_model, response1, response2, motivation_app, concat(instruction,
    CASE WHEN input <> '' THEN '{INPUT}' || input END) AS text FROM theirs.testset"""
TABLES = {
    "prompts": """SELECT split, prompt_id, text, [] AS turns, motivation_app AS topic, 'en' AS language,
        'PandaLM' AS source FROM _sides ORDER BY idx""",
    "responses": """SELECT split, prompt_id || '/' || place AS response_id, prompt_id, place, text, model, 0 AS sample,
        '' AS digest FROM (SELECT split, idx, prompt_id, unnest([0, 1]) AS place,
        unnest([response1, response2]) AS text, unnest([first_model, second_model]) AS model FROM _sides)
        ORDER BY idx, place""",
    "comparisons": """SELECT split, prompt_id AS comparison_id, prompt_id, prompt_id || '/0' AS first_id,
        prompt_id || '/1' AS second_id FROM _sides ORDER BY idx""",
    "annotators": f"SELECT 'test' AS split, unnest({list(ANNOTATORS)}) AS annotator_id, 'human' AS kind",
    "annotations": f"""SELECT split, 'comparisons' AS item_table, CAST(idx AS VARCHAR) AS item_id, who AS annotator_id,
        '{DIRECT}' AS aspect, 0 AS sample, {CODES}[1 + code] AS label, []::VARCHAR[] AS options, '' AS digest
        FROM ({EACH}) JOIN (SELECT idx, split FROM theirs.testset) USING (idx)
        WHERE code IS NOT NULL ORDER BY idx, who""",
}
GIVEN = f"""
WITH verdicts AS (
    SELECT item_id AS comparison_id, annotator_id, list(DISTINCT label) AS labels FROM ours.annotations
    WHERE item_table = 'comparisons' AND aspect = '{DIRECT}' GROUP BY ALL),
judged AS (
    SELECT comparison_id, list(CASE WHEN len(labels) = 1 THEN list_position({CODES}, labels[1]) - 1 END
        ORDER BY annotator_id) AS codes FROM verdicts GROUP BY comparison_id)
SELECT c.split, c.comparison_id, coalesce(TRY_CAST(c.prompt_id AS BIGINT), row_number() OVER (ORDER BY c.comparison_id))
        AS idx, p.topic AS motivation_app, p.text, f.text AS response1, s.text AS response2, codes,
    concat_ws('_', coalesce(f.model, 'unknown'), coalesce(s.model, 'unknown')) AS cmp_key,
    CASE WHEN codes IS NULL OR len(codes) <> 3 THEN coalesce(len(codes), 0) || ' annotators, not three'
        WHEN list_count(codes) < 3 THEN 'a verdict that is neither first, second nor tie, or differs by order'
        END AS reason
FROM ours.comparisons c LEFT JOIN judged USING (comparison_id) JOIN ours.prompts p ON p.prompt_id = c.prompt_id
JOIN ours.responses f ON f.response_id = first_id JOIN ours.responses s ON s.response_id = second_id
"""


class PandaLM(PublishedDataset):
    """Pairs of responses that three people compared, ties allowed."""

    title = "PandaLM test set"
    family = "preferences"
    file_format = "jsonl"
    splits: ClassVar = {"train": "train", "validation": "validation", "test": "test"}
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
            LEFT JOIN (SELECT idx, arg_max(code, n) AS majority FROM ({VOTES}) GROUP BY idx HAVING max(n) > 1)
            USING (idx)""",
        ),
        View(
            "annotations",
            f"""SELECT 'pairs' AS item_table, idx AS item_id, who AS annotator_id, 'preference' AS aspect,
            ['tie', 'first', 'second'][1 + code] AS label, NULL AS score FROM ({EACH})""",
        ),
        View(
            "annotations",
            f"""SELECT 'pairs' AS item_table, idx AS item_id, who AS annotator_id, 'preference_scale' AS aspect,
            NULL AS label, [0, -1, 1][1 + code] AS score FROM ({EACH})""",
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

    def from_tables(self) -> Translation:
        """Every comparison that three annotators judged as first, second or tie, in the order of their ids."""
        about = f"string_split(text, '{INPUT}')[1]"
        codes = ", ".join(f"codes[{number}] AS {name}" for number, name in enumerate(ANNOTATORS, 1))
        rows = f"""SELECT split, idx, motivation_app, cmp_key, {about} AS instruction,
            substr(text, length({about}) + {1 + len(INPUT)}) AS input, response1, response2, {codes}
            FROM _given WHERE reason IS NULL ORDER BY idx"""
        left_out = """SELECT 'row' AS level, 'comparisons' AS "table", comparison_id AS key, 'testset' AS step, reason,
            NULL::VARCHAR AS detail, NULL::VARCHAR AS kept_key FROM _given WHERE reason IS NOT NULL ORDER BY key"""
        return Translation(steps={"_given": GIVEN}, rows={"testset": rows}, rejects=left_out)

    def to_tables(self) -> Translation:
        """Every row is a prompt of its own, also where instruction and input are those of another row."""
        return Translation(steps={"_sides": SIDES}, rows=TABLES, rejects=NOTHING)
