"""HelpSteer2 (arXiv 2406.08673, 2410.01257) and HelpSteer3: https://huggingface.co/nvidia."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..field_docs import Documented
from ..published_dataset import Config, Known, Licence, PublishedDataset, Rule, View
from ..row import Row

Score = Annotated[int, Field(ge=0, le=4)]
Strength = Annotated[int, Field(ge=-3, le=3)]
ASPECTS = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")


class Rated(Row):
    """A response with five scores."""

    prompt: str
    """The prompt; turns are marked in the text."""
    response: str
    """The response."""
    helpfulness: Score
    """0 to 4."""
    correctness: Score
    """0 to 4."""
    coherence: Score
    """0 to 4."""
    complexity: Score
    """0 to 4."""
    verbosity: Score
    """0 to 4; more is longer, not better."""


class Preference(Row):
    """Two responses and how strongly one is preferred."""

    prompt: str
    """The prompt."""
    response_1: str
    """One response."""
    response_2: str
    """The other."""
    preference_strength: Strength
    """-3 to 3; below 0 the first is better."""
    preference_statement: str | None
    """The preference in words."""
    preference_elaboration: str | None = None
    """Why."""


class Message(Documented):
    """A turn."""

    role: str
    """Who speaks."""
    content: str | None
    """Text of the turn."""


class Opinion(Documented):
    """One annotator's preference."""

    score: Strength | None
    """-3 to 3; below 0 the first is better."""


class Preference3(Row):
    """Two responses to a dialogue and up to three annotators' preferences."""

    domain: str
    """General, STEM, Code or Multilingual."""
    language: str
    """Language, or programming language for code."""
    context: list[Message]
    """The dialogue."""
    response1: str
    """One response."""
    response2: str
    """The other."""
    overall_preference: Strength
    """-3 to 3; below 0 the first is better."""
    individual_preference: Annotated[list[Opinion], Known("recalled")]
    """The rating of each annotator."""


class HelpSteer(PublishedDataset):
    """Responses rated on five scales, and pairs with a signed strength of preference."""

    title = "HelpSteer2 and HelpSteer3"
    configs: ClassVar = {
        "ratings": Config(Rated),
        "preference": Config(Preference),
        "helpsteer3_preference": Config(Preference3),
    }
    licence = Licence(name="CC-BY-4.0", url="https://huggingface.co/datasets/nvidia/HelpSteer2")
    citation = """\
@article{wang2024helpsteer2,
  title = {HelpSteer2: Open-source dataset for training top-performing reward models},
  author = {Wang, Zhilin and Dong, Yi and Delalleau, Olivier and Zeng, Jiaqi and Shen, Gerald and Egert, Daniel and
    Zhang, Jimmy J. and Sreedhar, Makesh Narsimhan and Kuchaiev, Oleksii},
  journal = {arXiv preprint arXiv:2406.08673},
  year = {2024}
}"""
    evidence = "The dataset cards."
    rules: ClassVar = {
        "two_responses": Rule(
            "A prompt has two responses",
            "do|does not have two responses",
            """SELECT left(prompt, 80) AS prompt, count(*) || ' responses' AS problem FROM theirs.ratings
            GROUP BY theirs.ratings.prompt HAVING count(*) <> 2""",
            severity="warning",
            unit="prompts",
            per="prompt",
        ),
        "strength_as_stated": Rule(
            "The sign of the strength agrees with the statement",
            "have|has a strength that contradicts the statement",
            """SELECT _row, preference_strength || ': ' || preference_statement AS problem FROM theirs.preference
            WHERE (preference_strength < 0 AND starts_with(preference_statement, 'Response 2'))
            OR (preference_strength > 0 AND starts_with(preference_statement, 'Response 1'))""",
            severity="warning",
        ),
        "overall_within_individual": Rule(
            "The overall preference lies within those of the annotators",
            "have|has an overall preference outside those of the annotators",
            """SELECT _row, overall_preference || ' of ' || scores::VARCHAR AS problem FROM (
                SELECT *, [p.score for p in individual_preference] AS scores FROM theirs.helpsteer3_preference)
            WHERE overall_preference < list_min(scores) OR overall_preference > list_max(scores)""",
            severity="warning",
        ),
    }
    views: ClassVar = (
        View(
            "items",
            "SELECT _row AS item_id, response AS text, prompt AS group_id, split FROM theirs.ratings",
        ),
        View(
            "annotations",
            f"""SELECT 'items' AS item_table, _row AS item_id, NULL AS annotator_id, unnest({list(ASPECTS)}) AS aspect,
            unnest([{", ".join(ASPECTS)}]) AS score FROM theirs.ratings""",
        ),
        View(
            "pairs",
            """SELECT 'helpsteer2/' || _row AS pair_id, prompt, response_1 AS first, response_2 AS second, split,
            CASE WHEN preference_strength < 0 THEN 'first' WHEN preference_strength > 0 THEN 'second' ELSE 'tie' END
            AS preferred FROM theirs.preference""",
        ),
        View(
            "pairs",
            """SELECT 'helpsteer3/' || _row AS pair_id, to_json(context)::VARCHAR AS prompt, response1 AS first,
            response2 AS second, split, CASE WHEN overall_preference < 0 THEN 'first'
            WHEN overall_preference > 0 THEN 'second' ELSE 'tie' END AS preferred FROM theirs.helpsteer3_preference""",
        ),
    )
