"""UltraFeedback (arXiv 2310.01377): https://huggingface.co/datasets/openbmb/UltraFeedback."""

from __future__ import annotations

from typing import Annotated, ClassVar

from ..field_docs import Documented
from ..pairs_sql import NOTHING
from ..published_dataset import Config, Known, Licence, PublishedDataset, Rule, Translation, View
from ..row import Row


class Completion(Documented):
    """One response with its overall score."""

    model: str
    """The model that wrote it."""
    response: str | None
    """The response."""
    overall_score: float | None
    """1 to 10."""


class Instruction(Row):
    """An instruction with the completions of several models."""

    source: str
    """Where the instruction is from."""
    instruction: str
    """The instruction."""
    models: list[str]
    """The models, in the order of the completions."""
    completions: list[Completion]
    """What they wrote."""
    correct_answers: Annotated[list[str] | None, Known("recalled")] = None
    """Answers known to be right."""
    incorrect_answers: Annotated[list[str] | None, Known("recalled")] = None
    """Answers known to be wrong."""


class UltraFeedback(PublishedDataset):
    """Instructions with four completions, rated by a model on four aspects."""

    title = "UltraFeedback"
    needs = ("prompts", "responses", "pairs")
    file_format = "jsonl"
    splits: ClassVar = {"train": "train", "validation": "validation", "test": "test"}
    notes = (
        "`overall_score` is the mean of all ratings of a response, each scaled to 1 to 10 by the range of its aspect: "
        "this rule is ours. Ratings of each aspect are in the run.",
    )
    configs: ClassVar = {"default": Config(Instruction)}
    licence = Licence(name="MIT", url="https://huggingface.co/datasets/openbmb/UltraFeedback")
    citation = """\
@article{cui2023ultrafeedback,
  title = {UltraFeedback: Boosting Language Models with Scaled AI Feedback},
  author = {Cui, Ganqu and others},
  journal = {arXiv preprint arXiv:2310.01377},
  year = {2023}
}"""
    evidence = "The dataset card."
    rules: ClassVar = {
        "models_in_order": Rule(
            "The models are those of the completions, in order",
            "have|has models that do not match the completions",
            """SELECT _row, models::VARCHAR AS problem FROM theirs."default"
            WHERE models <> [c.model for c in completions]""",
            severity="warning",
        ),
    }
    views: ClassVar = (
        View(
            "items",
            """SELECT _row || '/' || c.model AS item_id, c.response AS text, instruction AS group_id, split FROM (
            SELECT _row, instruction, split, unnest(completions) AS c FROM theirs."default")""",
        ),
        View(
            "annotations",
            """SELECT 'items' AS item_table, _row || '/' || c.model AS item_id, NULL AS annotator_id,
            'overall' AS aspect, c.overall_score AS score FROM (
            SELECT _row, unnest(completions) AS c FROM theirs."default")""",
        ),
    )

    def from_tables(self) -> Translation:
        """Every prompt with all its responses; the score is null where one was not rated."""
        scores = """SELECT item_id, avg(1 + 9 * (score - low) / (high - low)) AS score
            FROM ours.annotations a JOIN ours.aspects s USING (item_table, aspect)
            WHERE item_table = 'responses' AND score IS NOT NULL AND high > low GROUP BY item_id"""
        rows = """SELECT p.split, p.source, p.text AS instruction,
            list(coalesce(r.model, 'unknown') ORDER BY place) AS models,
            list({'model': coalesce(r.model, 'unknown'), 'response': r.text, 'overall_score': round(score, 6)}
                ORDER BY place) AS completions,
            NULL::VARCHAR[] AS correct_answers, NULL::VARCHAR[] AS incorrect_answers
            FROM ours.prompts p JOIN ours.responses r USING (prompt_id) LEFT JOIN _scores ON item_id = response_id
            GROUP BY p.split, p.source, p.prompt_id, p.text ORDER BY p.prompt_id"""
        return Translation(steps={"_scores": scores}, rows={"default": rows}, rejects=NOTHING)
