"""Every annotator of the role rates each candidate by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ...schemas.request import Message, Prompt
from ..asking.ask import Ask
from . import Score, Scorer

RATE = """\
You rate an answer to a question, from 1 (useless) to 10 (could not be better): is it true of the question, whole, \
fair to people who see it differently, and well said?"""


class Rated(BaseModel):
    """What a rater says."""

    model_config = ConfigDict(extra="forbid")

    score: Annotated[int, Field(ge=1, le=10)]


class Rating(Scorer):
    """A whole number from 1 to 10 by each annotator of the role."""

    prompt: str = RATE
    """What a rater is told."""

    async def scores(
        self, ask: Ask, role: str, question: str, candidates: Sequence[str], ids: Sequence[str]
    ) -> list[list[Score]]:
        """One ask for each candidate and annotator."""

        async def one(text: str, candidate: str) -> list[Score]:
            asked = Message("user", f"{question}\n\nAnswer: {text}")
            prompt = Prompt((Message("system", self.prompt), asked), max_tokens=20)
            answers = await ask.each(prompt, Rated, role, item=("candidates", candidate), into="annotations")
            return [Score(answer.value.score, answer.annotator_id, answer.digest) for answer in answers]

        return await ask.all(one(text, candidate) for text, candidate in zip(candidates, ids, strict=True))
