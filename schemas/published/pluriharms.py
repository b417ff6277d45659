"""PluriHarms (arXiv 2601.08951): https://github.com/guldenakkuss/PluriHarms-release."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, create_model

from ..published_dataset import Config, Licence, PublishedDataset, Rule, View
from ..row import Key, Row

PROMPTS = range(1, 151)


class Person(Row):
    """An annotator with what was declared; the ratings follow."""

    Participant_ID: Annotated[int, Key()]
    """Pseudonymous number."""
    Race_Ethnicity: str | None = None
    """One or several, joined by commas."""
    Gender: str | None = None
    """As declared."""
    Sexual_Orientation: str | None = None
    """As declared."""
    Age: str | None = None
    """Age band."""
    Political_Affiliation: str | None = None
    """From liberal to conservative."""
    Education: str | None = None
    """Highest degree."""
    Religion_Importance: str | None = None
    """How important religion is."""
    Social_Media_Frequency: str | None = None
    """How often social media are used."""
    Toxicity_Experience: str | None = None
    """How much of a problem toxic content has been."""
    Income: str | None = None
    """Income band."""


class Rated(Row):
    """A prompt whose harm is rated, its features following."""

    Question_Index: Annotated[int, Key(), Field(ge=1)]
    """Number of the prompt: `Rating_<number>` is about it."""
    Question_Content: str
    """The prompt."""
    Harm_Level: Annotated[float, Field(ge=0, le=1)]
    """How harmful it was written to be."""


class Disagreement(Row):
    """What the ratings of a prompt come to, as its authors computed it."""

    question_index: Annotated[int, Key()]
    """Number of the prompt."""
    prompt_text: str
    """The prompt."""
    harm_level: float
    """How harmful it was written to be."""
    n_responses: int
    """How many rated it."""
    mean_rating: float
    """Mean of their ratings."""
    std_rating: float | None = None
    """Standard deviation."""
    variance: float | None = None
    """Variance."""
    entropy: float | None = None
    """Entropy of the ratings."""
    min_rating: float | None = None
    """Lowest rating."""
    max_rating: float | None = None
    """Highest rating."""


RATINGS: dict[str, Any] = {
    **{
        f"Rating_{n}": (Annotated[float, Field(ge=0, le=100)] | None, Field(None, description=f"Harm of prompt {n}."))
        for n in PROMPTS
    },
    **{f"Trial_{n}": (int | None, Field(None, description=f"When prompt {n} was shown.")) for n in PROMPTS},
}
RATINGS["Rating_1"] = (Annotated[float, Field(ge=0, le=100)] | None, Field(description="Harm of prompt 1."))
Annotations: type[Row] = create_model("Annotations", __base__=Person, **RATINGS)

ACTIONS = [
    *("Security_Risks", "Operational_Misuses", "Violence_Extremism", "Hate_Toxicity", "Sexual_Content", "Child_Harm"),
    *("Self_harm", "Political_Usage", "Economic_Harm", "Deception", "Manipulation", "Defamation"),
    *("Fundamental_Rights", "Discrimination_Bias", "Privacy", "Criminal_Activities"),
]
EFFECTS = ["Physical", "Psychological", "Social", "Property", "Liberty", "Collective", "Ecological"]
SHARES = [*(f"action_{a}" for a in ACTIONS), *(f"effect_{e}" for e in EFFECTS)]
FEATURES: dict[str, Any] = {
    **{s: (Annotated[float, Field(ge=0, le=1)] | None, Field(None, description="Share of the harm.")) for s in SHARES},
    **{f"value_topic_{n}": (float | None, Field(None, description=f"Value topic {n}.")) for n in range(39)},
}
Prompt: type[Row] = create_model("Prompt", __base__=Rated, **FEATURES)

LONG = r"""(SELECT Participant_ID, replace(name, 'Rating_', '')::BIGINT AS number, rating FROM theirs.annotations
    UNPIVOT INCLUDE NULLS (rating FOR name IN (COLUMNS('^Rating_[0-9]+$'))))"""
"""The wide ratings, one a row."""


def _sum(kind: str) -> str:
    return " + ".join(f"coalesce({share}, 0)" for share in SHARES if share.startswith(kind))


class PluriHarms(PublishedDataset):
    """People with demographics rate how harmful prompts are, 0 to 100, and disagree."""

    title = "PluriHarms"
    configs: ClassVar = {
        "annotations": Config(Annotations, evidence="file"),
        "prompts": Config(Prompt, evidence="file"),
        "disagreement_scores": Config(Disagreement, evidence="file"),
    }
    licence = Licence(name="MIT", url="https://github.com/guldenakkuss/PluriHarms-release")
    citation = """\
@inproceedings{pluriharms2026,
  title = {PluriHarms},
  booktitle = {ICLR},
  year = {2026},
  note = {arXiv:2601.08951}
}"""
    evidence = "Real files of annotations, prompts and disagreement scores."
    rules: ClassVar = {
        "missing_ratings": Rule(
            "Every annotator rated every prompt",
            "are|is missing",
            f"""SELECT Participant_ID, number AS prompt, 'no rating' AS problem FROM {LONG} WHERE rating IS NULL""",
            severity="info",
            evidence="file",
            unit="ratings",
        ),
        "whole_ratings": Rule(
            "Ratings are integers",
            "are|is not an integer",
            f"SELECT Participant_ID, number AS prompt, rating AS problem FROM {LONG} WHERE rating <> floor(rating)",
            severity="warning",
            evidence="file",
            unit="ratings",
        ),
        "shares_of_harm": Rule(
            "The shares of actions sum to 1, and so do those of effects",
            "have|has shares that do not sum to 1",
            f"""SELECT Question_Index, format('actions {{}}, effects {{}}', actions, effects) AS problem FROM (
                SELECT Question_Index, {_sum("action")} AS actions, {_sum("effect")} AS effects FROM theirs.prompts)
            WHERE abs(actions - 1) > 1e-6 OR abs(effects - 1) > 1e-6""",
            severity="warning",
            evidence="file",
        ),
        "rated_prompts_exist": Rule(
            "A rated prompt is in the file of prompts",
            "are|is rated but missing from the file of prompts",
            f"""SELECT DISTINCT number AS prompt, 'not there' AS problem FROM {LONG} r
            ANTI JOIN theirs.prompts p ON p.Question_Index = r.number WHERE rating IS NOT NULL""",
            evidence="file",
            unit="prompts",
        ),
        "mean_recomputes": Rule(
            "n_responses and mean_rating recompute from the ratings",
            "have|has a mean or count that does not recompute from the ratings",
            f"""SELECT question_index,
                format('{{}} and {{}}, but {{}} and {{}}', n_responses, mean_rating, n, mean) AS problem
            FROM theirs.disagreement_scores JOIN (
                SELECT number AS question_index, count(rating) AS n, avg(rating) AS mean FROM {LONG} GROUP BY 1)
            USING (question_index) WHERE n <> n_responses OR abs(mean - mean_rating) > 1e-6""",
            evidence="file",
        ),
        "own_trials": Rule(
            "The trials of an annotator are a permutation of the prompt numbers",
            "have|has trials that are no permutation of the prompt numbers",
            r"""SELECT Participant_ID, 'from ' || list_min(trials) || ' to ' || list_max(trials) AS problem FROM (
                SELECT Participant_ID, list_value(*COLUMNS('^Trial_[0-9]+$')) AS trials FROM theirs.annotations)
            WHERE list_sort(list_filter(trials, lambda t: t IS NOT NULL)) <> range(1, len(trials) + 1)
            AND list_max(trials) IS NOT NULL""",
            severity="info",
            evidence="file",
        ),
    }
    views: ClassVar = (
        View(
            "items",
            "SELECT Question_Index AS item_id, Question_Content AS text, Harm_Level AS label, Harm_Level AS level "
            "FROM theirs.prompts",
        ),
        View(
            "annotators",
            r"SELECT Participant_ID AS annotator_id, COLUMNS('^[A-Z][a-z]+_?[A-Z]?[a-z]*(_[A-Z][a-z]+)?$') "
            "FROM theirs.annotations",
        ),
        View(
            "annotations",
            f"""SELECT 'items' AS item_table, number AS item_id, Participant_ID AS annotator_id, 'harm' AS aspect,
            NULL AS label, rating AS score FROM {LONG}""",
        ),
    )
