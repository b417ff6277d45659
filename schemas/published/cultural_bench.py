"""CulturalBench (arXiv 2410.02677): https://huggingface.co/datasets/kellycyy/CulturalBench."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..published_dataset import Config, Licence, PublishedDataset, Rule, View
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


class CulturalBench(PublishedDataset):
    """Questions about cultures, verified by people of them."""

    title = "CulturalBench"
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
