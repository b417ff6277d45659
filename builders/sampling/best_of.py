"""The best of several answers to one prompt, as in RAFT (arXiv 2304.06767); all of them are kept.

Candidates are ranked within their prompt and never across prompts, which would keep the easy ones only. The score of
one is the mean over those who scored it: where a judge fails for one candidate only, its mean is over the others.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import to_json

from ...schemas.component import Spec, load
from ...schemas.field_docs import Documented
from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.candidate import NAME, Candidate
from ...schemas.rows.shared import Annotation, Aspect
from .. import PACKAGE
from ..asking.ask import Answer, Ask
from ..scorers import Score, Scorer

T = TypeVar("T", bound=BaseModel)
SCORE = Aspect(item_table=NAME, aspect="score")
"""What is judged of a candidate; its scale is that of the scorer."""


class BestOf(Documented):
    """How many answers to sample, and how to choose the best."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: Annotated[int, Field(ge=2)]
    """Answers to each prompt."""
    scorer: str | dict[str, Any] = "rating"
    """The scorer, by name or with its options."""

    @field_validator("scorer")
    @classmethod
    def _known(cls, spec: Spec) -> Spec:
        _scorer(spec)
        return spec

    async def taken(
        self, ask: Ask, prompt: Prompt, parse: type[T], writer: str, judge: str, item: tuple[str, str]
    ) -> tuple[Answer[T], list[Row]]:
        """The best answer of the role `writer`, and all candidates with the scores of the role `judge`.

        `item` is table and key of the row that is asked about. Raises `AskFailed` if nothing can be taken.
        """
        answers = await ask.each(prompt, parse, writer, item=item, samples=range(self.n), required=True)
        ids = [_id(*item, answer.sample) for answer in answers]
        texts = [to_json(answer.value).decode() for answer in answers]
        scores = await _scorer(self.scorer).scores(ask, judge, prompt.messages[-1].content, texts, ids)
        means = [sum(score.value for score in each) / len(each) if each else None for each in scores]
        if (best := _best(means)) is None:
            raise ask.failed("no candidate was scored", f"{len(answers)} candidates", answers[0])
        rows: list[Row] = []
        for at, answer in enumerate(answers):
            rows.append(
                Candidate(
                    candidate_id=ids[at],
                    item_table=item[0],
                    item_id=item[1],
                    writer_id=answer.annotator_id,
                    sample=answer.sample,
                    text=texts[at],
                    scorer=to_json(self.scorer).decode(),
                    score=means[at],
                    selected=at == best,
                    digest=answer.digest,
                )
            )
            rows += [_annotation(ids[at], score) for score in scores[at] if score.annotator_id]
        return answers[best], rows


def _scorer(spec: Spec) -> Scorer:
    found: Scorer = load(f"{PACKAGE}.scorers", spec, path="best_of.scorer")
    return found


def _best(means: list[float | None]) -> int | None:
    """Index of the highest mean, the first of several."""
    scored = [(mean, -at) for at, mean in enumerate(means) if mean is not None]
    return -max(scored)[1] if scored else None


def _annotation(candidate: str, score: Score) -> Annotation:
    assert score.annotator_id is not None
    return Annotation(
        item_table=NAME,
        item_id=candidate,
        annotator_id=score.annotator_id,
        aspect=SCORE.aspect,
        score=score.value,
        options=[],
        digest=score.digest,
    )


def _id(table: str, item: str, sample: int) -> str:
    return blake2b("\x1f".join((table, item, str(sample))).encode(), digest_size=8).hexdigest()
