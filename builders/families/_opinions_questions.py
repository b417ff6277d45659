"""Questions of a survey and how groups answered them, from the fields of a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from ...schemas.rows.opinions import SurveyQuestion, SurveyShare
from ...schemas.rows.shared import ABSTAIN
from ..asking.journal_reader import AskFailed
from ..sources import Seed
from ._opinions_answers import LETTERS

MAX_RANKED = 6
"""Options of a ranking: a teacher chooses among all their orders, of which there are 720."""


def question_of_seed(seed: Seed) -> SurveyQuestion:
    """The question of a seed. Raises `AskFailed` where its fields make none."""
    fields = seed.fields
    kind, options = fields.get("type") or "choice", fields.get("options") or []
    if isinstance(options, str):  # a cell of a CSV file
        options = [option.strip() for option in options.split("|")]
    try:
        question = SurveyQuestion(
            question_id=seed.id,
            text=seed.text,
            type=kind,
            options=list(options),
            low=fields.get("low"),
            high=fields.get("high"),
            topic=fields.get("topic"),
            language=fields.get("language"),
            source=seed.origin,
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise AskFailed("not a question", f"{first['loc'][0]}: {first['msg']}", b"") from None
    if problem := _problem(question):
        raise AskFailed("not a question", problem, b"")
    return question


def _problem(question: SurveyQuestion) -> str | None:
    """Why a question cannot be asked."""
    kind, count = question.type, len(question.options)
    most = MAX_RANKED if kind == "ranking" else len(LETTERS)
    if kind in ("scale", "numeric") and (
        question.low is None or question.high is None or question.low >= question.high
    ):
        return f"{kind} needs low and high, low below high; got {question.low} and {question.high}"
    if kind in ("scale", "numeric", "text"):
        return f"{kind} has no options; got {count}" if count else None
    if not 2 <= count <= most:
        return f"{kind} needs 2 to {most} options; got {count}"
    if len({*question.options}) < count or ABSTAIN in question.options:
        return f"options must differ, and none may be called {ABSTAIN}"
    return None


def survey_shares(question: SurveyQuestion, seed: Seed) -> Iterator[SurveyShare]:
    """How groups answered: `shares` of the seed has group -> shares in the order of the options, or option -> share."""
    given = seed.fields.get("shares") or {}
    for group, shares in given.items():
        by_option = shares if isinstance(shares, Mapping) else dict(zip(question.options, shares, strict=False))
        total = sum(by_option.get(option) or 0 for option in question.options)
        for option in question.options if total else ():
            share = (by_option.get(option) or 0) / total
            yield SurveyShare(question_id=question.question_id, group_id=group, option=option, share=share)
