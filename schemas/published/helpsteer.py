"""HelpSteer2 (arXiv 2406.08673, 2410.01257) and HelpSteer3: https://huggingface.co/nvidia."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..field_docs import Documented
from ..published_dataset import Config, Known, Licence, PublishedDataset, Rule, Translation, View
from ..row import Row
from ..rows.preferences import STRENGTH

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


SCORES = f"""
WITH scores AS (
    SELECT item_id, aspect, CAST(round(avg(score)) AS BIGINT) AS score FROM ours.annotations
    WHERE item_table = 'responses' AND aspect IN {ASPECTS} AND score IS NOT NULL GROUP BY item_id, aspect),
wide AS (
    SELECT item_id, {", ".join(f"max(score) FILTER (aspect = '{name}') AS {name}" for name in ASPECTS)},
        count(*) AS rated, min(score) AS lowest, max(score) AS highest FROM scores GROUP BY item_id)
SELECT r.split, r.response_id, r.prompt_id, r.place, p.text AS prompt, r.text AS response, {", ".join(ASPECTS)},
    CASE WHEN coalesce(rated, 0) < 5 THEN 'not rated on all five attributes'
        WHEN lowest < 0 OR highest > 4 THEN 'a score outside 0 to 4' END AS unfit
FROM ours.responses r JOIN ours.prompts p USING (prompt_id) LEFT JOIN wide ON item_id = response_id
"""
TWO = """
SELECT *, coalesce(unfit, CASE WHEN count(*) OVER same < 2 THEN 'the only rated response to its prompt'
    WHEN row_number() OVER (same ORDER BY prompt_id, place) > 2 THEN 'the third or a later response to its prompt' END)
    AS reason
FROM _scores WINDOW same AS (PARTITION BY prompt, unfit IS NULL)
"""
COMPARED = f"""
WITH strengths AS (
    SELECT item_id, annotator_id, CAST(round(avg(score)) AS BIGINT) AS strength, min(seq) AS seq
    FROM (SELECT *, row_number() OVER () AS seq FROM ours.annotations) WHERE item_table = 'comparisons'
    AND aspect = '{STRENGTH}' AND score IS NOT NULL GROUP BY item_id, annotator_id),
given AS (
    SELECT item_id, list(strength ORDER BY seq)[:3] AS strengths FROM strengths GROUP BY item_id)
SELECT c.split, comparison_id, p.text AS prompt, list_concat(p.turns, [{{'role': 'user', 'content': p.text}}])
        AS context, coalesce(p.language, 'english') AS language, f.text AS first, s.text AS second, strengths,
    CAST(round(list_avg(strengths)) AS BIGINT) AS strength,
    CASE WHEN strengths IS NULL THEN 'no annotator gave a strength' END AS reason
FROM ours.comparisons c LEFT JOIN given ON item_id = comparison_id JOIN ours.prompts p ON p.prompt_id = c.prompt_id
JOIN ours.responses f ON f.response_id = first_id JOIN ours.responses s ON s.response_id = second_id
"""
WORDS = ["", "slightly ", "", "much "]
"""Absolute strength -> its wording."""
STATEMENT = f"""CASE WHEN strength = 0 THEN 'Response 1 and Response 2 are about the same'
    ELSE format('Response {{}} is {{}}better than Response {{}}', if(strength < 0, 1, 2),
        {WORDS}[1 + abs(strength)], if(strength < 0, 2, 1)) END"""


class HelpSteer(PublishedDataset):
    """Responses rated on five scales, and pairs with a signed strength of preference."""

    title = "HelpSteer2 and HelpSteer3"
    needs = ("prompts", "responses", "comparisons")
    file_format = "jsonl"
    splits: ClassVar = {"train": "train", "validation": "validation", "test": "test"}
    notes = (
        "Scores are means over the annotators, rounded; a prompt has two rows, those of its first two responses that "
        "are rated on all five attributes. A preference is the rounded mean of the signed strengths, below 0 where the "
        "first response is better, and 0 keeps its row. The statement in words follows from it; it is ours.",
    )
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

    def from_tables(self) -> Translation:
        """Rated responses in pairs by prompt, and compared pairs in the shapes of HelpSteer2 and HelpSteer3."""
        ratings = f"""SELECT split, prompt, response, {", ".join(ASPECTS)} FROM _two WHERE reason IS NULL
            ORDER BY prompt_id, place"""
        preference = f"""SELECT split, prompt, first AS response_1, second AS response_2,
            strength AS preference_strength, {STATEMENT} AS preference_statement,
            NULL::VARCHAR AS preference_elaboration FROM _compared WHERE reason IS NULL ORDER BY comparison_id"""
        third = """SELECT split, 'General' AS domain, language, context, first AS response1, second AS response2,
            strength AS overall_preference, [{'score': s} for s in strengths] AS individual_preference
            FROM _compared WHERE reason IS NULL ORDER BY comparison_id"""
        left_out = """SELECT 'row' AS level, 'responses' AS "table", response_id AS key, 'ratings' AS step, reason,
                NULL::VARCHAR AS detail, NULL::VARCHAR AS kept_key FROM _two WHERE reason IS NOT NULL
            UNION ALL SELECT 'row', 'comparisons', comparison_id, 'preference', reason, NULL, NULL
            FROM _compared WHERE reason IS NOT NULL ORDER BY step, key"""
        steps = {"_scores": SCORES, "_two": TWO, "_compared": COMPARED}
        rows = {"ratings": ratings, "preference": preference, "helpsteer3_preference": third}
        return Translation(steps=steps, rows=rows, rejects=left_out)
