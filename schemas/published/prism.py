"""PRISM (arXiv 2404.16019): https://huggingface.co/datasets/HannahRoseKirk/prism-alignment."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..published_dataset import Config, Licence, PublishedDataset, Rule, View
from ..row import ForeignKey, Key, Row


class Person(Row):
    """Who took part; parts of the survey."""

    user_id: Annotated[str, Key()]
    """Pseudonymous id."""
    survey_only: bool
    """Whether there is no conversation."""
    num_completed_conversations: int
    """How many conversations there are."""
    study_locale: str
    """Where the study was."""
    self_description: str | None = None
    """In their own words."""
    system_string: str | None = None
    """What they want a model to be, in their own words."""
    age: str | None = None
    """Age band."""
    gender: str | None = None
    """As declared."""
    employment_status: str | None = None
    """As declared."""
    education: str | None = None
    """As declared."""
    marital_status: str | None = None
    """As declared."""
    english_proficiency: str | None = None
    """As declared."""
    study_id: str | None = None
    """Which study."""
    consent: str | None = None
    """Consent."""
    consent_age: str | None = None
    """Consent to be of age."""
    lm_familiarity: str | None = None
    """How familiar with language models."""
    lm_indirect_use: str | None = None
    """Indirect use."""
    lm_direct_use: str | None = None
    """Direct use."""
    lm_frequency_use: str | None = None
    """How often."""


class Utterance(Row):
    """One model's response and its score."""

    utterance_id: Annotated[str, Key()]
    """Id."""
    interaction_id: str
    """The turn that it is a response in."""
    conversation_id: str
    """The conversation."""
    user_id: Annotated[str, ForeignKey("survey.user_id")]
    """Who scored it."""
    turn: int
    """Number of the turn, from 0."""
    user_prompt: str | None
    """What was asked."""
    model_response: str | None
    """The response."""
    score: Annotated[float, Field(ge=1, le=100)] | None
    """1 to 100."""
    if_chosen: bool
    """Whether the conversation went on with it."""


class Prism(PublishedDataset):
    """People of many countries rate the responses of many models in conversations of their own."""

    title = "PRISM"
    configs: ClassVar = {"survey": Config(Person), "utterances": Config(Utterance)}
    licence = Licence(
        name="CC-BY-4.0",
        url="https://huggingface.co/datasets/HannahRoseKirk/prism-alignment",
        parts={"model_response": "CC-BY-NC-4.0"},
    )
    citation = """\
@article{kirk2024prism,
  title = {The PRISM Alignment Dataset},
  author = {Kirk, Hannah Rose and others},
  journal = {arXiv preprint arXiv:2404.16019},
  year = {2024}
}"""
    evidence = "The dataset card and the code of its authors; `conversations` and `metadata` are not described here."
    rules: ClassVar = {
        "one_chosen": Rule(
            "one response of an interaction is chosen",
            """SELECT interaction_id, count_if(if_chosen) || ' chosen' AS problem FROM theirs.utterances GROUP BY 1
            HAVING count_if(if_chosen) <> 1""",
            severity="warning",
        ),
        "chosen_is_best": Rule(
            "no response has a higher score than the chosen one",
            """SELECT interaction_id, max(score) FILTER (if_chosen) || ' chosen, best ' || max(score) AS problem
            FROM theirs.utterances GROUP BY 1 HAVING max(score) FILTER (if_chosen) < max(score)""",
            severity="info",
        ),
    }
    views: ClassVar = (
        View(
            "items",
            """SELECT utterance_id AS item_id, model_response AS text, interaction_id AS group_id, split
            FROM theirs.utterances""",
        ),
        View(
            "annotators",
            """SELECT user_id AS annotator_id, age, gender, education, employment_status, study_locale
            FROM theirs.survey""",
        ),
        View(
            "annotations",
            """SELECT 'items' AS item_table, utterance_id AS item_id, user_id AS annotator_id, 'score' AS aspect, score
            FROM theirs.utterances""",
        ),
    )
