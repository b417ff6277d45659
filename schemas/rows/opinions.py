"""Family `opinions`: questions of a survey answered by models and personas, with their options in many orders.

After OpinionQA (arXiv 2303.17548), GlobalOpinionQA (arXiv 2306.16388) and, for the orders of options,
Dominguez-Olmedo et al. (arXiv 2306.07951). The types of questions and the tables are ours.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ..field_docs import Documented
from ..row import ForeignKey, Key, Row
from ..views import View
from .shared import SHARED, Aspect

QuestionType = Literal["choice", "choices", "ranking", "likert", "scale", "numeric", "budget", "text"]

Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
Digest = Annotated[str, Field(pattern="^([0-9a-f]{32})?$")]
Share = Annotated[float, Field(ge=0, le=1)]

CHOICE, NUMBER = "answer", "number"
"""Aspect of a question with one chosen option, and of one that is answered with a number."""
BUDGET = 100
"""Points that a budget shares out."""


class SurveyQuestion(Row):
    """A question of a survey."""

    question_id: Annotated[str, Key(), Field(min_length=1)]
    """Id from the source, or a digest of the text."""
    text: Text
    """The question, or the statement to agree with."""
    type: QuestionType
    """One option (`choice`), several (`choices`), an order of all (`ranking`), one of an ordered scale of words
    (`likert`), a whole number of a scale (`scale`), any number (`numeric`), points shared out (`budget`), or words."""
    options: list[str]
    """The options in the order of the questionnaire; those of `likert` from one end to the other. Empty without."""
    low: float | None = None
    """Lowest number, of `scale` and `numeric`."""
    high: float | None = None
    """Highest number."""
    topic: str | None = None
    """What it is about."""
    language: str | None = None
    """ISO 639 code of the language."""
    source: Annotated[str, Field(min_length=1)]
    """Where it comes from: name of the source, and place in it."""


class Allotment(Documented):
    """One option of a budget, with its points."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    option: str
    """The option."""
    points: Annotated[int, Field(ge=0)]
    """Points of 100."""


class SurveyResponse(Row):
    """An answer that is more than one option or number; those are in `annotations`."""

    response_id: Annotated[str, Key(), Field(min_length=1)]
    """Question, annotator and sample."""
    question_id: Annotated[str, ForeignKey("questions.question_id")]
    """The question."""
    annotator_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who answered."""
    sample: Annotated[int, Field(ge=0)]
    """Number of the sample; each order of the options is one."""
    abstained: bool
    """Whether the annotator chose not to answer; everything else is then empty."""
    options: list[str]
    """The options in the order in which they were shown."""
    selected: list[str] = []
    """The selected options (`choices`), or all of them from first to last (`ranking`)."""
    budget: list[Allotment] = []
    """The points of each option, in the order of the questionnaire (`budget`)."""
    text: str | None = None
    """The words (`text`)."""
    digest: Digest = ""
    """Digest of the request in the journal."""


class SurveyShare(Row):
    """How a group of people answered a question, from the source."""

    question_id: Annotated[str, Key(), ForeignKey("questions.question_id")]
    """The question."""
    group_id: Annotated[str, Key(), Field(min_length=1)]
    """The group, such as a country."""
    option: Annotated[str, Key(), Field(min_length=1)]
    """The option."""
    share: Share
    """Share of the group that chose it, 0 to 1."""


class ResponseShare(Row):
    """How often an annotator chose an option, over the orders in which the options were shown."""

    question_id: Annotated[str, Key(), ForeignKey("questions.question_id")]
    """The question."""
    annotator_id: Annotated[str, Key(), ForeignKey("annotators.annotator_id")]
    """Who answered."""
    option: Annotated[str, Key(), Field(min_length=1)]
    """The option."""
    listed: Share | None = None
    """Share of the answers to the order of the questionnaire; null where that order has none."""
    adjusted: Share
    """Mean over all orders: of a bias to a position nothing is left where each option was in each position equally
    often."""
    n: Annotated[int, Field(ge=1)]
    """Answers, without abstentions."""


TABLES: dict[str, type[Row]] = {
    "questions": SurveyQuestion,
    "responses": SurveyResponse,
    "survey_shares": SurveyShare,
    "response_shares": ResponseShare,
    **SHARED,
}
"""Table name -> row type, the main table first."""

ASPECTS = (
    Aspect(item_table="questions", aspect=CHOICE, rules=["majority", "soft"]),
    Aspect(item_table="questions", aspect=NUMBER, rules=["mean"]),
)
"""The labels of an answer are the options of its question, so the aspect has none of its own."""

RESPONSE_SHARES = f"""
WITH answered AS (
    SELECT q.question_id, q.options AS listed_options, a.annotator_id, a.label, a.options AS shown
    FROM annotations a JOIN questions q ON a.item_table = 'questions' AND a.item_id = q.question_id
    WHERE a.aspect = '{CHOICE}' AND list_contains(q.options, a.label))
SELECT question_id, annotator_id, option,
    avg(CAST(label = option AS INT)) FILTER (shown = listed_options) AS listed,
    avg(CAST(label = option AS INT)) AS adjusted, count(*) AS n
FROM (SELECT *, unnest(listed_options) AS option FROM answered)
GROUP BY question_id, annotator_id, option
ORDER BY question_id, annotator_id, list_position(any_value(listed_options), option)
"""
"""SELECT of the rows of `response_shares`."""

READ_AS = (
    View("items", "SELECT question_id AS item_id, text, split, topic AS stratum FROM theirs.questions"),
    View(
        "choices",
        """SELECT question_id AS item_id, unnest(range(len(options))) AS position, unnest(options) AS text,
            NULL AS gold FROM theirs.questions""",
    ),
    View("distributions", "SELECT question_id AS item_id, group_id, option, share FROM theirs.survey_shares"),
    View(
        "distributions",
        """SELECT question_id AS item_id, annotator_id AS group_id, option, adjusted AS share
        FROM theirs.response_shares""",
    ),
)
"""Questions are items with choices; groups of people and annotators alike have distributions of answers."""
PLOTS = {
    "option_position": "interval",
    "order_adjustment": "bar",
    "order_reversal": "interval",
    "survey_distance": "bar",
}
"""Measures that are drawn."""
