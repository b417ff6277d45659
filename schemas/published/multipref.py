"""MultiPref: https://huggingface.co/datasets/allenai/multipref."""

from __future__ import annotations

from typing import Annotated, ClassVar

from ..field_docs import Documented
from ..published_dataset import Config, Licence, PublishedDataset, Rule, View
from ..row import Key, Row

LABELS = ("A-is-clearly-better", "A-is-slightly-better", "Tie", "B-is-slightly-better", "B-is-clearly-better")
"""What an annotator can say, from A to B."""


class Opinion(Documented):
    """One annotator's judgement."""

    evaluator: str
    """Who."""
    overall_pref: str | None
    """One of five, from A-is-clearly-better to B-is-clearly-better."""


class Comparison(Row):
    """Two completions and what normal and expert annotators say of them."""

    comparison_id: Annotated[str, Key()]
    """Id."""
    prompt_id: str
    """Id of the prompt."""
    text: str
    """The prompt."""
    model_a: str
    """The model of A."""
    model_b: str
    """The model of B."""
    completion_a: str
    """One completion."""
    completion_b: str
    """The other."""
    normal_worker_annotations: list[Opinion]
    """Judgements of crowd workers."""
    expert_worker_annotations: list[Opinion]
    """Judgements of experts."""
    category: str | None = None
    """Category of the prompt."""
    source: str | None = None
    """Where the prompt is from."""
    highest_level_degree: str | None = None
    """Degree that the prompt asks of an expert."""


EACH = """(SELECT comparison_id, unnest(list_concat(normal_worker_annotations, expert_worker_annotations)) AS judgement
    FROM theirs."default")"""
"""The judgements, one a row."""


class MultiPref(PublishedDataset):
    """Pairs that two crowd workers and two experts compared on several aspects."""

    title = "MultiPref"
    configs: ClassVar = {"default": Config(Comparison)}
    licence = Licence(name="ODC-BY", url="https://huggingface.co/datasets/allenai/multipref")
    citation = """\
@misc{multipref,
  title = {MultiPref},
  howpublished = {https://huggingface.co/datasets/allenai/multipref}
}"""
    evidence = "The dataset card."
    rules: ClassVar = {
        "two_and_two": Rule(
            "Two crowd workers and two experts compared a pair",
            "do|does not have two crowd workers and two experts",
            """SELECT comparison_id, len(normal_worker_annotations) || ' and ' || len(expert_worker_annotations)
            AS problem FROM theirs."default"
            WHERE len(normal_worker_annotations) <> 2 OR len(expert_worker_annotations) <> 2""",
            severity="warning",
        ),
        "known_preference": Rule(
            "A preference is one of five, from A-is-clearly-better to B-is-clearly-better",
            "have|has an unknown preference",
            f"""SELECT comparison_id, judgement.evaluator, judgement.overall_pref AS problem FROM {EACH}
            WHERE judgement.overall_pref NOT IN {LABELS}""",
            severity="warning",
            unit="judgements",
        ),
    }
    views: ClassVar = (
        View(
            "pairs",
            """SELECT comparison_id AS pair_id, text AS prompt, completion_a AS first, completion_b AS second,
            NULL AS preferred, prompt_id AS group_id, split FROM theirs."default\"""",
        ),
        View(
            "annotations",
            f"""SELECT 'pairs' AS item_table, comparison_id AS item_id, judgement.evaluator AS annotator_id,
            'overall' AS aspect, judgement.overall_pref AS label FROM {EACH}""",
        ),
    )
