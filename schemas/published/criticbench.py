"""CriticBench (arXiv 2402.14809): https://huggingface.co/datasets/llm-agents/CriticBench."""

from __future__ import annotations

from typing import Annotated, ClassVar

from ..left_out import left_out
from ..published_dataset import Config, Known, Licence, PublishedDataset, Translation, View
from ..row import Key, Row


class Criticised(Row):
    """A response to a question, and whether it is right; one row for each critique in an export."""

    id: Annotated[int, Key()]
    """Number of the row."""
    question: str
    """The question."""
    answer: list[str]
    """Right answers; empty where none is known."""
    response: str
    """The response that is criticised."""
    response_label: bool | None
    """Whether it is right; null where the source of the run does not say."""
    question_source: str
    """Where the question is from."""
    question_type: str | None
    """Its topic."""
    critique: Annotated[str | None, Known("recalled")] = None
    """A critique of the response."""
    verdict: Annotated[str | None, Known("recalled")] = None
    """Its verdict: right or wrong."""
    correction: Annotated[str | None, Known("recalled")] = None
    """The response corrected by it."""


ROWS = """
SELECT CAST(row_number() OVER (ORDER BY p.prompt_id, critique_id) - 1 AS BIGINT) AS id, p.text AS question,
    p.answers AS answer, r.text AS response, p.is_right AS response_label, p.source AS question_source,
    p.topic AS question_type, c.text AS critique, c.verdict, f.text AS correction, 'test' AS split
FROM ours.prompts p JOIN ours.responses r ON r.prompt_id = p.prompt_id AND r.place = 0
LEFT JOIN ours.critiques c ON c.response_id = r.response_id
LEFT JOIN ours.responses f ON f.response_id = corrected_id WHERE verdict IS DISTINCT FROM 'abstain' ORDER BY id
"""
KEYED = """
SELECT *, lpad(CAST(id AS VARCHAR), 9, '0') AS prompt_id, prompt_id || '/0' AS response_id,
    critique IS NOT NULL AND coalesce(verdict, '') IN ('right', 'wrong') AS criticised FROM theirs.criticbench
"""
CRITIC = "CriticBench"
"""Annotator of the critiques, of whom nothing is known."""
TABLES = {
    "prompts": """SELECT split, prompt_id, question AS text, [] AS turns, question_type AS topic,
        question_source AS source, answer AS answers, [response] AS responses, response_label AS is_right
        FROM _keyed ORDER BY id""",
    "responses": """FROM (
            SELECT split, response_id, prompt_id, 0 AS place, response AS text, 0 AS sample, '' AS digest FROM _keyed
            UNION ALL
            SELECT split, prompt_id || '/1', prompt_id, 1, correction, 0, '' FROM _keyed
            WHERE criticised AND correction IS NOT NULL)
        ORDER BY response_id""",
    "critiques": f"""SELECT split, response_id || '/{CRITIC}' AS critique_id, prompt_id, response_id,
        CASE WHEN correction IS NOT NULL THEN prompt_id || '/1' END AS corrected_id, '{CRITIC}' AS writer_id, verdict,
        '' AS point, critique AS text, '' AS digest FROM _keyed WHERE criticised ORDER BY id""",
    "annotators": f"SELECT 'test' AS split, '{CRITIC}' AS annotator_id, 'model' AS kind",
}


class CriticBench(PublishedDataset):
    """Responses labelled right or wrong, with critiques and corrections, as in CriticBench."""

    title = "CriticBench"
    family = "critiques"
    configs: ClassVar = {"criticbench": Config(Criticised, only_split="test")}
    file_format: ClassVar = "jsonl"
    splits: ClassVar = {"test": "test"}
    licence = Licence(name="MIT", url="https://github.com/CriticBench/CriticBench")
    citation = """\
@article{lin2024criticbench,
  title = {CriticBench: Benchmarking LLMs for Critique-Correct Reasoning},
  author = {Lin, Zicheng and Gou, Zhibin and Liang, Tian and Luo, Ruilin and Liu, Haowei and Yang, Yujiu},
  journal = {arXiv preprint arXiv:2402.14809},
  year = {2024}
}"""
    evidence = (
        "The evaluation code of the repository: id, question, answer, response_label, question_source and "
        "question_type. The columns of critique, verdict and correction are ours."
    )
    notes = (
        "A response is repeated for each critique of it, and has one row without one where nobody criticised it; all "
        "splits of the run are in `test`. Rows are numbered anew.",
    )
    views: ClassVar = (
        View(
            "items",
            """SELECT id::VARCHAR AS item_id, response AS text, question AS group_id, response_label::VARCHAR AS label,
            split FROM theirs.criticbench""",
        ),
    )
    example: ClassVar = {
        "criticbench": [
            {
                "id": n,
                "question": f"What is {n} and {n}?",
                "answer": [str(2 * n)],
                "response": f"It is {2 * n + n % 2}.",
                "response_label": n % 2 == 0,
                "question_source": "sums",
                "question_type": "math",
            }
            for n in (1, 2)
        ]
    }

    def from_tables(self) -> Translation:
        """One row for each critique with a verdict."""
        reason = "CASE WHEN verdict = 'abstain' THEN 'the critic abstains' END"
        return Translation(
            steps={},
            rows={"criticbench": ROWS},
            rejects=left_out("critiques", "critique_id", reason, "ours.critiques"),
        )

    def to_tables(self) -> Translation:
        """Every row is a prompt of its own; a critique without a verdict, or a correction without one, is left out."""
        reason = "CASE WHEN NOT criticised THEN 'a critique, verdict or correction without the others' END"
        partial = "(FROM _keyed WHERE critique IS NOT NULL OR verdict IS NOT NULL OR correction IS NOT NULL)"
        return Translation(
            steps={"_keyed": KEYED}, rows=TABLES, rejects=left_out("critiques", "prompt_id", reason, partial)
        )
