"""Stepwise supervision of TRL: https://huggingface.co/docs/trl/dataset_formats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from ..published_dataset import Config, Translation
from ..row import Key, Row
from ._pair_format import PairFormat


class Example(Row):
    """A response in steps, with what one critic says of each step."""

    critique_id: Annotated[str, Key()]
    """The critique; trainers ignore this column and the next."""
    critic: str
    """Who criticises."""
    prompt: str
    """The prompt."""
    completions: list[str]
    """The steps in order, up to the one that is criticised."""
    labels: list[bool]
    """Whether each step is right."""


STEPS = """
SELECT c.split, critique_id, c.writer_id AS critic, c.prompt_id, p.text AS prompt, verdict, steps,
    list_position(list_transform(steps, lambda step: contains(norm(step), norm(point))), true) AS fault,
    CASE WHEN verdict = 'abstain' THEN 'the critic abstains' WHEN verdict = 'right' THEN NULL
        WHEN norm(point) = '' THEN 'the critique quotes nothing'
        WHEN fault IS NULL OR fault = 0 THEN 'what the critique quotes is in no step' END AS reason
FROM ours.critiques c JOIN ours.prompts p ON p.prompt_id = c.prompt_id JOIN (
    SELECT response_id, list_filter(list_transform(regexp_split_to_array(text, {separator}), lambda step: trim(step)),
        lambda step: step <> '') AS steps FROM ours.responses) r ON r.response_id = c.response_id
"""
ROWS = """
SELECT split, critique_id, critic, prompt, steps[:count] AS completions,
    list_transform(range(1, count + 1), lambda step: verdict = 'right' OR step < count) AS labels
FROM (SELECT *, CASE verdict WHEN 'right' THEN len(steps) ELSE fault END AS count FROM _steps WHERE reason IS NULL)
ORDER BY critique_id
"""
LEFT_OUT = """
SELECT 'row' AS level, 'critiques' AS "table", critique_id AS key, 'stepwise' AS step, reason, NULL::VARCHAR AS detail,
    NULL::VARCHAR AS kept_key FROM _steps WHERE reason IS NOT NULL ORDER BY key
"""


class TrlStepwise(PairFormat):
    """The steps of a response, each right or wrong, as process reward models train on them."""

    needs = ("prompts", "responses", "critiques")
    title = "stepwise supervision of TRL"
    configs: ClassVar = {"default": Config(Example)}
    notes: ClassVar[Sequence[str]] = (
        "The step that a critique quotes is wrong, those before it are right, and those behind it are left out: the "
        "critic does not judge them. Where the critic finds nothing wrong, all are right. This reading is ours.",
        "A response has a row for each critic: critics may find different steps wrong.",
    )

    separator: str = r"\n+"
    """Regular expression between two steps."""

    def from_tables(self) -> Translation:
        """One row for each critique that says which step is wrong, or that none is."""
        separator = "'" + self.separator.replace("'", "''") + "'"
        return Translation(
            steps={"_steps": STEPS.format(separator=separator)}, rows={"default": ROWS}, rejects=LEFT_OUT
        )
