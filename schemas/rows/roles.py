"""Family `roles`: conflicting roles that reason about one question, after MultiRole-R1 (arXiv 2507.20187).

Theirs are roles with conflicting viewpoints, several paths of reasoning for each, a majority within the role, and two
modes: convergent questions have one answer, divergent ones keep the answer of every role. How roles are chosen is ours.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..row import ForeignKey, Key, Row
from ..views import View
from .shared import SHARED, RowRef

AnswerMode = Literal["convergent", "divergent"]

Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
Digest = Annotated[str, Field(pattern="^([0-9a-f]{32})?$")]


class RoleQuestion(Row):
    """A question that roles answer with one of its options."""

    question_id: Annotated[str, Key(), Field(min_length=1)]
    """Id from the source, or a digest of the text."""
    text: Text
    """The question."""
    options: list[str]
    """The answers to choose from."""
    answer_mode: AnswerMode
    """Whether all roles should reach one answer, or each may keep its own."""
    gold: str | None = None
    """The right answer of a convergent question, where it is known."""
    source: Annotated[str, Field(min_length=1)]
    """Where it comes from: name of the source, and place in it."""


class AssignedRole(Row):
    """A role that answers a question."""

    role_id: Annotated[str, Key(), Field(min_length=1)]
    """Question and place in the writer's list, from 0."""
    question_id: Annotated[str, ForeignKey("questions.question_id")]
    """The question."""
    writer_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who proposed it."""
    name: Text
    """Who it is, such as a farmer."""
    viewpoint: Text
    """What it stands for on this question."""
    relevance: Annotated[int, Field(ge=1)]
    """How much the question concerns it, by the writer: 1 to 5."""
    distance: Annotated[float, Field(ge=0, le=1)] | None = None
    """Mean distance from the roles chosen before it: share of words that they do not have in common. Null for the
    first."""
    order: Annotated[int, Field(ge=0)]
    """Place of the role in the shuffled order in which the roles of the question are merged, from 0."""
    digest: Digest = ""
    """Digest of the request in the journal."""


class Path(Row):
    """One path of reasoning of a role, and where it leads."""

    path_id: Annotated[str, Key(), Field(min_length=1)]
    """Role, annotator and sample."""
    role_id: Annotated[str, ForeignKey("roles.role_id")]
    """The role."""
    annotator_id: Annotated[str, ForeignKey("annotators.annotator_id")]
    """Who reasoned as the role."""
    sample: Annotated[int, Field(ge=0)]
    """Number of the path."""
    reasoning: Text
    """The reasoning."""
    answer: Text
    """The option that it leads to."""
    digest: Digest = ""
    """Digest of the request in the journal."""


class RoleAnswer(Row):
    """What most paths of a role lead to."""

    role_id: Annotated[str, Key(), ForeignKey("roles.role_id")]
    """The role."""
    question_id: Annotated[str, ForeignKey("questions.question_id")]
    """The question."""
    answer: str | None
    """The majority of its paths; null where two answers tie."""
    share: Annotated[float, Field(ge=0, le=1)]
    """Share of its paths that lead to the most frequent answer."""
    n: Annotated[int, Field(ge=1)]
    """Its paths."""
    basis: list[RowRef]
    """The paths."""


TABLES: dict[str, type[Row]] = {
    "questions": RoleQuestion,
    "roles": AssignedRole,
    "paths": Path,
    "role_answers": RoleAnswer,
    **SHARED,
}
"""Table name -> row type, the main table first."""

ROLE_ANSWERS = """
WITH votes AS (
    SELECT role_id, answer, count(*) AS votes FROM paths GROUP BY role_id, answer
), ranked AS (
    SELECT role_id, sum(votes) AS n, max(votes) AS most, list(answer ORDER BY votes DESC, answer) AS answers,
        list(votes ORDER BY votes DESC, answer) AS counts
    FROM votes GROUP BY role_id
), rested AS (
    SELECT role_id, list({'table': 'paths', 'key': path_id} ORDER BY path_id) AS basis FROM paths GROUP BY role_id
)
SELECT role_id, question_id, CASE WHEN len(counts) = 1 OR counts[1] > counts[2] THEN answers[1] END AS answer,
    round(most / n, 6) AS share, CAST(n AS BIGINT) AS n, basis
FROM ranked JOIN rested USING (role_id) JOIN roles USING (role_id) ORDER BY role_id
"""
"""SELECT of the rows of `role_answers`."""

READ_AS = (
    View("items", "SELECT question_id AS item_id, text, split, gold AS label FROM theirs.questions"),
    View(
        "choices",
        """SELECT question_id AS item_id, unnest(range(len(options))) AS position, unnest(options) AS text,
            CASE WHEN gold IS NOT NULL THEN unnest(options) = gold END AS gold FROM theirs.questions""",
    ),
    View(
        "distributions",
        """SELECT question_id AS item_id, name AS group_id, answer AS option,
            count(*) / sum(count(*)) OVER (PARTITION BY role_id) AS share
        FROM theirs.paths JOIN theirs.roles USING (role_id) GROUP BY question_id, role_id, name, answer""",
    ),
)
"""Questions are items with choices; roles have distributions of answers."""
PLOTS = {"group_distance": "bar"}
"""Measures that are drawn."""
