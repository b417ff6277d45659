"""What the rows of people have beside their answers: the reason, the order shown, and a round kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ...schemas.row import Row
from ...schemas.rows.shared import Annotation, Aspect
from ..asking.ask import HumanAnswer
from ..asking.question import Answerer
from ..families import Family


def with_answers_of_people(rows: Iterable[Row], answers: Mapping[str, HumanAnswer]) -> list[Row]:
    """The rows, annotations of people completed; `answers` are theirs, by the digest of the request."""
    return [
        _completed(row, answers[row.digest]) if isinstance(row, Annotation) and row.digest in answers else row
        for row in rows
    ]


def _completed(row: Annotation, answer: HumanAnswer) -> Annotation:
    """An annotation with its reason, the options as this person saw them, and the aspect of its round."""
    shown = (answer.completion.shown or {}).get("options", {}).get(row.aspect, row.options)
    return row.model_copy(
        update={
            "rationale": row.rationale or answer.completion.reasoning or None,
            "options": shown if sorted(shown) == sorted(row.options) else row.options,
            "aspect": in_round(row.aspect, answer.round),
        }
    )


def in_round(aspect: str, round_: str | None) -> str:
    """The name of an aspect in a round of its own."""
    return f"{aspect}_{round_}" if round_ else aspect


def aspects(family: Family, answerers: Mapping[str, Sequence[Answerer]]) -> list[Aspect]:
    """What is judged: the aspects of the family, then those of each round that is kept apart."""
    rounds = dict.fromkeys(one.round for members in answerers.values() for one in members if one.round)
    own = family.aspects()
    apart = (aspect.model_copy(update={"aspect": in_round(aspect.aspect, each)}) for each in rounds for aspect in own)
    return [*own, *apart]


def once_rows(family: Family, answerers: Mapping[str, Sequence[Answerer]]) -> list[Row]:
    """The rows that the dataset has once: those of the family, with the aspects of every round."""
    others: list[Row] = [row for row in family.once() if not isinstance(row, Aspect)]
    return [*others, *aspects(family, answerers)]
