"""GlobalOpinionQA (arXiv 2306.16388): https://huggingface.co/datasets/Anthropic/llm_global_opinions."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..published_dataset import Config, Licence, PublishedDataset, Rule, View
from ..row import Row


class Question(Row):
    """A question with the distribution of answers in each country."""

    question: str
    """The question."""
    selections: str
    """Country -> share of each option, as a Python literal in a text."""
    options: str
    """The options, as a list in a text."""
    source: Literal["GAS", "WVS"]
    """The survey."""


SHARES = """(SELECT _row, country, TRY_CAST(parsed -> ('$."' || country || '"') AS DOUBLE[]) AS shares, options FROM (
    SELECT *, unnest(json_keys(parsed)) AS country FROM (
        SELECT _row, literal(selections) AS parsed, TRY_CAST(literal(options) AS VARCHAR[]) AS options
        FROM theirs.questions)))"""


class GlobalOpinionQA(PublishedDataset):
    """Questions of world surveys with the distribution of answers by country."""

    title = "GlobalOpinionQA"
    configs: ClassVar = {"questions": Config(Question)}
    licence = Licence(name="CC-BY-NC-SA-4.0", url="https://huggingface.co/datasets/Anthropic/llm_global_opinions")
    citation = """\
@article{durmus2023global,
  title = {Towards Measuring the Representation of Subjective Global Opinions in Language Models},
  author = {Durmus, Esin and others},
  journal = {arXiv preprint arXiv:2306.16388},
  year = {2023}
}"""
    evidence = "The dataset card and public loaders."
    rules: ClassVar = {
        "readable": Rule(
            "Selections and options can be parsed",
            "have|has selections or options that cannot be parsed",
            """SELECT _row, 'no literal' AS problem FROM theirs.questions
            WHERE literal(selections) IS NULL OR literal(options) IS NULL""",
        ),
        "a_share_an_option": Rule(
            "A country has a share for every option",
            "do|does not have a share for every option",
            f"""SELECT _row, country, len(shares) || ' shares, ' || len(options) || ' options' AS problem FROM {SHARES}
            WHERE len(shares) <> len(options)""",
            unit="distributions",
        ),
    }
    views: ClassVar = (
        View("items", "SELECT _row AS item_id, question AS text, split, source AS label FROM theirs.questions"),
        View(
            "distributions",
            f"""SELECT _row AS item_id, country AS group_id, unnest(range(len(shares))) AS option,
            unnest(shares) AS share FROM {SHARES}""",
        ),
    )
    example: ClassVar = {
        "questions": [
            {
                "question": f"Is {n} a good number?",
                "selections": "defaultdict(<class 'list'>, {'Peru': [0.25, 0.75], 'Ghana': [0.5, 0.5]})",
                "options": "['Yes', 'No']",
                "source": source,
            }
            for n, source in ((1, "GAS"), (2, "WVS"))
        ]
    }
