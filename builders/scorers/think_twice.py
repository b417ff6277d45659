"""Compares candidates two by two, as Think Twice does (branch and rethink, arXiv 2510.23596).

From the paper: a first turn in which the judge chooses what matters here and names what is wrong with each answer
under it, a second in which it looks again and decides. Its criteria are those of the paper. Ours: ties (equal answers
tie without a request), both orders of every pair, a parser that fails where the paper's fills in, and the share of
points as the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import to_json

from ...schemas.request import Message, Prompt
from ..asking.ask import Answer, Ask
from ..asking.journal_reader import AskFailed
from ..asking.question import Answerer
from . import Score, Scorer

Criterion = Literal[
    "Information Accuracy",
    "Computational Precision",
    "Logical Reasoning",
    "Implementation Capability",
    "Safety Awareness",
    "Response Completeness",
    "Instruction Adherence",
    "Communication Clarity",
]
Said = Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]
FIRST = f"""\
You compare two answers to a question. First choose the one to three criteria that matter most for this question, out \
of: {", ".join(get_args(Criterion))}. Then say what is wrong with each answer under them. Do not decide yet."""
SECOND = """\
Look again at both answers, now only under the criteria that you chose, and check what you said of them. Which is \
better: the first, the second, or is it a tie?"""


class Look(BaseModel):
    """The first turn: criteria, and what is wrong with each answer."""

    model_config = ConfigDict(extra="forbid")

    criteria: Annotated[list[Criterion], Field(min_length=1, max_length=3)]
    first: Said
    second: Said

    @field_validator("criteria")
    @classmethod
    def _each_once(cls, chosen: list[Criterion]) -> list[Criterion]:
        if len({*chosen}) < len(chosen):
            raise ValueError("a criterion is chosen twice")
        return chosen


class Verdict(BaseModel):
    """The second turn."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["first", "second", "tie"]


class Point(NamedTuple):
    """What one of a pair wins: 1, a half or 0; and the last verdict behind it."""

    won: float
    digest: str = ""


class ThinkTwice(Scorer):
    """Share of points that a candidate wins against the others: 0 to 1.

    Each annotator of the role gives points.
    """

    async def scores(
        self, ask: Ask, role: str, question: str, candidates: Sequence[str], ids: Sequence[str]
    ) -> list[list[Score]]:
        """Four asks for each unequal pair and annotator: two turns, in both orders."""
        judged = await ask.all(
            self._judged(ask, who, role, question, candidates, ids) for who in ask.engine.answerers[role]
        )
        return [[score for scores in judged if (score := scores[at]) is not None] for at in range(len(ids))]

    async def _judged(
        self, ask: Ask, who: Answerer, role: str, question: str, candidates: Sequence[str], ids: Sequence[str]
    ) -> list[Score | None]:
        """The score of each candidate by one annotator; null for one that was in no comparison that counts."""
        pairs = list(combinations(range(len(ids)), 2))
        points = await ask.all(
            self._points(ask, who, role, question, (candidates[a], candidates[b]), f"{ids[a]}/{ids[b]}")
            for a, b in pairs
        )
        won: dict[int, list[Point]] = {at: [] for at in range(len(ids))}
        for (a, b), point in zip(pairs, points, strict=True):
            if point is not None:
                won[a].append(point)
                won[b].append(Point(1 - point.won, point.digest))
        return [_score(all_, who.row.annotator_id) if all_ else None for all_ in won.values()]

    async def _points(
        self, ask: Ask, who: Answerer, role: str, question: str, pair: tuple[str, str], key: str
    ) -> Point | None:
        """What the first of a pair wins; null, and recorded, where the two orders do not agree."""
        if pair[0] == pair[1]:
            return Point(0.5)  # no request is sent
        orders = await ask.all(self._order(ask, who, role, question, *order) for order in (pair, pair[::-1]))
        for failed in (order for order in orders if isinstance(order, AskFailed)):
            ask.reject("ask", "candidates", key, failed.reason, failed.detail, digest=failed.digest.hex())
        forward, backward = orders
        if isinstance(forward, AskFailed) or isinstance(backward, AskFailed):
            return None
        back = {"first": "second", "second": "first", "tie": "tie"}[backward.value.verdict]
        if forward.value.verdict != back:
            detail = f"{who.row.annotator_id}: {forward.value.verdict}, and the other way round {back}"
            ask.reject("ask", "candidates", key, "the orders do not agree", detail, digest=backward.digest)
            return None
        return Point({"first": 1.0, "tie": 0.5, "second": 0.0}[forward.value.verdict], backward.digest)

    async def _order(
        self, ask: Ask, who: Answerer, role: str, question: str, first: str, second: str
    ) -> Answer[Verdict] | AskFailed:
        """The verdict, or why there is none: the other order is asked all the same, live and in every replay."""
        try:
            shown = f"Question: {question}\n\nFirst answer: {first}\n\nSecond answer: {second}"
            turns = (Message("system", FIRST), Message("user", shown))
            look = await ask.answer(who, Prompt(turns, max_tokens=300), Look, role)
            looked = Message("assistant", to_json(look.value).decode())
            return await ask.answer(
                who, Prompt((*turns, looked, Message("user", SECOND)), max_tokens=20), Verdict, role
            )
        except AskFailed as failed:
            return failed


def _score(points: Sequence[Point], annotator_id: str) -> Score:
    """The share of the points, with the last verdict of all that there were."""
    last = next((point.digest for point in reversed(points) if point.digest), "")
    return Score(sum(point.won for point in points) / len(points), annotator_id, last)
