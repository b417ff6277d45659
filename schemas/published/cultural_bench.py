"""CulturalBench (arXiv 2410.02677): https://huggingface.co/datasets/kellycyy/CulturalBench."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..published_dataset import Config, Licence, PublishedDataset, Rule, Translation, View
from ..row import Row


class Easy(Row):
    """A question with four options."""

    data_idx: str
    """Number of the row."""
    question_idx: str
    """Number of the question."""
    prompt_question: str
    """The question."""
    prompt_option_a: str | None
    """Option A."""
    prompt_option_b: str | None
    """Option B."""
    prompt_option_c: str | None
    """Option C."""
    prompt_option_d: str | None
    """Option D."""
    answer: Literal["A", "B", "C", "D"]
    """Letter of the right option."""
    country: str
    """Country that it is about."""


class Hard(Row):
    """One option of a question, true or not."""

    data_idx: str
    """Number of the row."""
    question_idx: str
    """Number of the question."""
    prompt_question: str
    """The question."""
    prompt_option: str | None
    """The option."""
    answer: bool
    """Whether it is right."""
    country: str
    """Country that it is about."""


FOUR = "len(options) = 4"


class CulturalBench(PublishedDataset):
    """Questions about cultures, verified by people of them."""

    title = "CulturalBench"
    family = "local_knowledge"
    splits: ClassVar = {"train": "train", "validation": "validation", "test": "test"}
    configs: ClassVar = {"CulturalBench-Easy": Config(Easy), "CulturalBench-Hard": Config(Hard)}
    licence = Licence(name="CC-BY-4.0", url="https://huggingface.co/datasets/kellycyy/CulturalBench")
    citation = """\
@article{chiu2024culturalbench,
  title = {CulturalBench: a Robust, Diverse and Challenging Benchmark on Measuring the (Lack of) Cultural Knowledge
    of LLMs},
  author = {Chiu, Yu Ying and others},
  journal = {arXiv preprint arXiv:2410.02677},
  year = {2024}
}"""
    evidence = "The dataset card."
    rules: ClassVar = {
        "four_statements": Rule(
            "A question of the hard config has four options",
            "do|does not have four options",
            """SELECT question_idx, count(*) || ' options' AS problem FROM theirs."CulturalBench-Hard" GROUP BY 1
            HAVING count(*) <> 4""",
            severity="warning",
            unit="questions",
            per="question_idx",
        ),
    }
    views: ClassVar = (
        View(
            "choices",
            """SELECT 'easy/' || question_idx AS item_id, unnest([0, 1, 2, 3]) AS position,
            unnest([prompt_option_a, prompt_option_b, prompt_option_c, prompt_option_d]) AS text,
            unnest(['A', 'B', 'C', 'D']) = answer AS gold FROM theirs."CulturalBench-Easy\"""",
        ),
        View(
            "choices",
            """SELECT 'hard/' || question_idx AS item_id,
            row_number() OVER (PARTITION BY question_idx ORDER BY _row) - 1 AS position, prompt_option AS text,
            answer AS gold FROM theirs."CulturalBench-Hard\"""",
        ),
    )

    def from_tables(self) -> Translation:
        """A row for each choice question in the easy config, four in the hard one; all of them have four options."""
        asked = f"(SELECT *, row_number() OVER (ORDER BY choice_id) - 1 AS idx FROM ours.choice_questions WHERE {FOUR})"
        easy = f"""
        SELECT CAST(idx AS VARCHAR) AS data_idx, choice_id AS question_idx, text AS prompt_question,
            options[1] AS prompt_option_a, options[2] AS prompt_option_b, options[3] AS prompt_option_c,
            options[4] AS prompt_option_d, answer, region AS country, split FROM {asked} ORDER BY idx"""
        hard = f"""
        SELECT CAST(4 * idx + ascii(right(statement_id, 1)) - 65 AS VARCHAR) AS data_idx, choice_id AS question_idx,
            text AS prompt_question, option AS prompt_option, is_right AS answer, region AS country, asked.split
        FROM {asked} asked JOIN ours.choice_statements USING (choice_id) ORDER BY idx, statement_id"""
        left_out = f"""
        SELECT 'row' AS level, 'CulturalBench-Easy' AS "table", choice_id AS key, 'export' AS step,
            'not four options' AS reason, len(options) || ' options' AS detail, '' AS kept_key
        FROM ours.choice_questions WHERE NOT {FOUR}"""
        return Translation(steps={}, rows={"CulturalBench-Easy": easy, "CulturalBench-Hard": hard}, rejects=left_out)
