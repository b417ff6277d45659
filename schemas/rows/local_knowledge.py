"""Family `local_knowledge`: short answers about everyday life by region, and multiple choice that follows from them.

After BLEnD (arXiv 2406.09948): several people of a region answer freely, equal answers are grouped with counts, those
who do not know are kept, and distractors are answers of other regions; and CulturalBench (arXiv 2410.02677): an easy
form with four options, and a hard one that asks of each option whether it is true. The grouping by normalised text is
ours: theirs is by lemmas and by hand.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..row import ForeignKey, Key, Row
from ..views import View
from .shared import SHARED, RowRef

Unanswered = Literal["idk", "not-applicable"]

Text = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
Digest = Annotated[str, Field(pattern="^([0-9a-f]{32})?$")]


class LocalQuestion(Row):
    """A question about everyday life, the same for all regions."""

    question_id: Annotated[str, Key(), Field(min_length=1)]
    """Id from the source, or a digest of the text."""
    text: Text
    """The question, with `{region}` where the region goes."""
    topic: str | None = None
    """What it is about."""
    source: Annotated[str, Field(min_length=1)]
    """Where it comes from: name of the source, and place in it."""


class Region(Row):
    """A region, and the language in which its answers are given."""

    region: Annotated[str, Key(), Field(min_length=1)]
    """Its name, as questions have it."""
    language: Annotated[str, Field(min_length=1)]
    """Its language, as prompts name it."""


class ShortAnswer(Row):
    """One answer about one region, or that there is none."""

    answer_id: Annotated[str, Key(), Field(min_length=1)]
    """Question, region, annotator and sample."""
    question_id: Annotated[str, ForeignKey("questions.question_id")]
    """The question."""
    region: Annotated[str, ForeignKey("regions.region")]
    """The region that was asked about."""
    annotator_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who answered."""
    sample: Annotated[int, Field(ge=0)] = 0
    """Number of the sample, where an annotator was asked several times."""
    text: str | None
    """The answer in the language of the region; null where there is none."""
    unanswered: Unanswered | None = None
    """Why there is none: the annotator does not know (`idk`), or the question makes no sense of this region."""
    digest: Digest = ""
    """Digest of the request in the journal."""


class AnswerGroup(Row):
    """Equal answers to a question about a region, with their number."""

    group_id: Annotated[str, Key(), Field(min_length=1)]
    """Question, region and normalised answer."""
    question_id: Annotated[str, ForeignKey("questions.question_id")]
    """The question."""
    region: Annotated[str, ForeignKey("regions.region")]
    """The region."""
    answers: list[str]
    """The spellings, each once; empty for those who did not answer."""
    unanswered: Unanswered | None = None
    """Why they did not answer, where they did not."""
    count: Annotated[int, Field(ge=1)]
    """How many answered so."""
    basis: list[RowRef]
    """The answers."""


class ChoiceQuestion(Row):
    """A question about a region with four options: one answer of the region, three of others (the easy form)."""

    choice_id: Annotated[str, Key(), Field(min_length=1)]
    """Question and region."""
    question_id: Annotated[str, ForeignKey("questions.question_id")]
    """The question."""
    region: Annotated[str, ForeignKey("regions.region")]
    """The region."""
    text: Text
    """The question about this region."""
    options: list[str]
    """The options in an order that does not depend on which is right."""
    answer: Annotated[str, Field(pattern="^[A-Z]$")]
    """Letter of the right one: A is the first."""
    basis: list[RowRef]
    """The groups of answers that are its options."""


class ChoiceStatement(Row):
    """One option of a question, and whether it is right (the hard form)."""

    statement_id: Annotated[str, Key(), Field(min_length=1)]
    """Question, region and letter of the option."""
    choice_id: Annotated[str, ForeignKey("choice_questions.choice_id")]
    """The question with its options."""
    option: Text
    """The option."""
    is_right: bool
    """Whether it is an answer of the region."""


TABLES: dict[str, type[Row]] = {
    "questions": LocalQuestion,
    "regions": Region,
    "short_answers": ShortAnswer,
    "answer_groups": AnswerGroup,
    "choice_questions": ChoiceQuestion,
    "choice_statements": ChoiceStatement,
    **SHARED,
}
"""Table name -> row type, the main table first."""

READ_AS = (
    View("items", "SELECT question_id AS item_id, text, split, topic AS stratum FROM theirs.questions"),
    View("items", "SELECT choice_id AS item_id, text, split, question_id AS group_id FROM theirs.choice_questions"),
    View(
        "choices",
        """SELECT choice_id AS item_id, unnest(range(len(options))) AS position, unnest(options) AS text,
            unnest(range(len(options))) = ascii(answer) - 65 AS gold FROM theirs.choice_questions""",
    ),
    View(
        "distributions",
        """SELECT question_id AS item_id, region AS group_id, coalesce(unanswered, answers[1]) AS option,
            count / sum(count) OVER (PARTITION BY question_id, region) AS share FROM theirs.answer_groups""",
    ),
)
"""Choice questions are items with choices; regions have distributions of answers."""
PLOTS = {"group_distance": "bar"}
"""Measures that are drawn."""

GROUPS = """
WITH answered AS (
    SELECT *, coalesce(unanswered, norm(text)) AS value FROM short_answers)
SELECT question_id || '/' || region || '/' || value AS group_id, question_id, region,
    coalesce(list_sort(list(DISTINCT text) FILTER (text IS NOT NULL)), []) AS answers, unanswered, count(*) AS count,
    list({'table': 'short_answers', 'key': answer_id} ORDER BY answer_id) AS basis
FROM answered GROUP BY question_id, region, value, unanswered
ORDER BY question_id, region, count DESC, value
"""
"""SELECT of the rows of `answer_groups`."""
CHOICES = """
WITH fit AS (
    SELECT question_id FROM answer_groups GROUP BY question_id
    HAVING count(*) FILTER (unanswered = 'not-applicable') = 0
        AND coalesce(sum(count) FILTER (unanswered = 'idk'), 0) <= {max_idk}
), given AS (
    SELECT *, norm(answers[1]) AS value FROM answer_groups JOIN fit USING (question_id) WHERE unanswered IS NULL
), top AS (
    SELECT * FROM given
    QUALIFY row_number() OVER (PARTITION BY question_id, region ORDER BY count DESC, group_id) = 1
), other AS (
    SELECT right_one.group_id AS of, wrong.group_id, wrong.answers[1] AS option
    FROM top right_one JOIN top wrong ON wrong.question_id = right_one.question_id
    WHERE right_one.count >= {min_count} AND NOT EXISTS (
        SELECT 1 FROM given local WHERE local.question_id = right_one.question_id
            AND local.region = right_one.region AND local.value = wrong.value)
    QUALIFY row_number() OVER (PARTITION BY of, wrong.value ORDER BY wrong.group_id) = 1
), picked AS (
    SELECT * FROM other QUALIFY row_number() OVER (PARTITION BY of ORDER BY md5(of || group_id), group_id) <= {wrong}
), options AS (
    SELECT of, group_id, option, false AS is_right FROM picked
    UNION ALL SELECT group_id, group_id, answers[1], true FROM top WHERE group_id IN (SELECT of FROM picked)
), listed AS (
    SELECT of, list(option ORDER BY md5(of || option)) AS options,
        list(is_right ORDER BY md5(of || option)) AS right_ones,
        list({{'table': 'answer_groups', 'key': group_id}} ORDER BY md5(of || option)) AS basis
    FROM options GROUP BY of HAVING count(*) = {wrong} + 1
)
SELECT question_id || '/' || region AS choice_id, question_id, region, replace(q.text, '{{region}}', region) AS text,
    options, chr(CAST(64 + list_position(right_ones, true) AS INT)) AS answer, listed.basis
FROM listed JOIN top ON top.group_id = of JOIN questions q USING (question_id) ORDER BY choice_id
"""
"""SELECT of the rows of `choice_questions`, with `max_idk`, `min_count` and the number of `wrong` options in braces."""
STATEMENTS = """
SELECT choice_id || '/' || letter AS statement_id, choice_id, option, letter = answer AS is_right
FROM (SELECT choice_id, answer, unnest(options) AS option, chr(CAST(65 + unnest(range(len(options))) AS INT)) AS letter
    FROM choice_questions) ORDER BY statement_id
"""
"""SELECT of the rows of `choice_statements`."""
