"""PRISM (arXiv 2404.16019): https://huggingface.co/datasets/HannahRoseKirk/prism-alignment."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from .. import prism_sql as sql
from ..published_dataset import Config, Licence, PublishedDataset, Rule, Translation, View
from ..row import ForeignKey, Key, Row

Type = Literal["unguided", "values guided", "controversy guided"]


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


class Conversation(Row):
    """One conversation of a person with models; its turns are in `utterances` too."""

    conversation_id: Annotated[str, Key()]
    """Id."""
    user_id: Annotated[str, ForeignKey("survey.user_id")]
    """Whose it is."""
    conversation_type: Type
    """What the person was asked to talk about."""
    opening_prompt: str | None
    """The first prompt."""
    conversation_turns: Annotated[int, Field(ge=1)]
    """How many turns there are."""
    open_feedback: str | None = None
    """The person's feedback in their own words."""
    included_in_balanced_subset: bool | None = None
    """Whether it is in the subset that balances the types."""


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
    within_turn_id: int | None = None
    """Its number in the turn."""
    conversation_type: Type | None = None
    """As in `conversations`."""
    model_name: str | None = None
    """Who responded."""
    model_provider: str | None = None
    """Whose model it is."""
    included_in_balanced_subset: bool | None = None
    """As in `conversations`."""
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
    needs = ("prompts", "responses", "annotations", "aspects")
    file_format: ClassVar = "jsonl"
    splits: ClassVar = {"train": "train"}
    configs: ClassVar = {
        "survey": Config(Person),
        "conversations": Config(Conversation),
        "utterances": Config(Utterance),
    }
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
    evidence = (
        "The dataset card and the code of its authors; `metadata`, and what is nested in `conversations`, are not "
        "described here."
    )
    notes = (
        "An annotator of the run is a person of the survey, also where it is a model or a persona, and has one "
        "conversation of one turn about each prompt. Scores are put on the scale 1 to 100; without the option "
        "`objective` they are the mean over the rated attributes. There are no splits.",
        "The chosen response is the one with the highest score; a conversation in which two have it is left out.",
    )
    rules: ClassVar = {
        "one_chosen": Rule(
            "One response of an interaction is chosen",
            "do|does not have exactly one chosen response",
            """SELECT interaction_id, count_if(if_chosen) || ' chosen' AS problem FROM theirs.utterances GROUP BY 1
            HAVING count_if(if_chosen) <> 1""",
            severity="warning",
            unit="interactions",
            per="interaction_id",
        ),
        "chosen_is_best": Rule(
            "No response has a higher score than the chosen one",
            "have|has a response with a higher score than the chosen one",
            """SELECT interaction_id, max(score) FILTER (if_chosen) || ' chosen, best ' || max(score) AS problem
            FROM theirs.utterances GROUP BY 1 HAVING max(score) FILTER (if_chosen) < max(score)""",
            severity="info",
            unit="interactions",
            per="interaction_id",
        ),
        "as_many_conversations": Rule(
            "A person has as many conversations as the survey states",
            "have|has another number of conversations than the survey states",
            """SELECT user_id, num_completed_conversations || ' in the survey, ' || count(conversation_id) AS problem
            FROM theirs.survey LEFT JOIN theirs.conversations USING (user_id)
            GROUP BY user_id, num_completed_conversations, survey_only
            HAVING count(conversation_id) <> num_completed_conversations
                OR survey_only <> (count(conversation_id) = 0)""",
        ),
        "as_many_turns": Rule(
            "A conversation has as many turns as it states",
            "have|has another number of turns than stated",
            """SELECT conversation_id, conversation_turns || ' declared, ' || count(DISTINCT turn) AS problem
            FROM theirs.conversations LEFT JOIN theirs.utterances USING (conversation_id)
            WHERE EXISTS (FROM theirs.utterances)
            GROUP BY conversation_id, conversation_turns HAVING count(DISTINCT turn) <> conversation_turns""",
        ),
        "models_of_a_turn": Rule(
            "Two to four models respond first, and one of them later",
            "have|has an unexpected number of models",
            """SELECT interaction_id, count(DISTINCT model_name) || ' models in turn ' || turn AS problem
            FROM theirs.utterances WHERE model_name IS NOT NULL GROUP BY interaction_id, turn
            HAVING CASE WHEN turn = 0 THEN count(DISTINCT model_name) NOT BETWEEN 2 AND 4
                ELSE count(DISTINCT model_name) > 1 END""",
            severity="warning",
            unit="interactions",
            per="interaction_id, turn",
        ),
    }
    views: ClassVar = (
        View(
            "items",
            """SELECT utterance_id AS item_id, model_response AS text, interaction_id AS group_id, split
            FROM theirs.utterances""",
        ),
        View(
            "pairs",
            """SELECT chosen.utterance_id || '/' || other.utterance_id AS pair_id, chosen.user_prompt AS prompt,
            chosen.model_response AS first, other.model_response AS second, 'first' AS preferred,
            chosen.score AS first_score, other.score AS second_score, chosen.user_id AS annotator_id,
            chosen.conversation_id AS group_id, chosen.split AS split
            FROM theirs.utterances AS chosen JOIN theirs.utterances AS other USING (interaction_id)
            WHERE chosen.if_chosen AND NOT other.if_chosen""",
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

    objective: str | None = None
    """The rated attribute whose scores are exported; default: the mean of all."""

    def from_tables(self) -> Translation:
        """The annotators who rated responses, and what they rated."""
        objective = "" if self.objective is None else " AND a.aspect = '" + self.objective.replace("'", "''") + "'"
        scores = sql.SCORES.format(score=sql.TO_100, objective=objective)
        return Translation(
            steps={"_scores": scores, "_conversations": sql.CONVERSATIONS},
            rows={"survey": sql.SURVEY, "conversations": sql.TALKS, "utterances": sql.UTTERANCES},
            rejects=sql.LEFT_OUT,
        )
