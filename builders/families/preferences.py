"""Responses to prompts, what a panel says of them, and the pairs that follow.

Candidates as in UltraFeedback (several models) and RAFT (several samples); ratings of attributes as in HelpSteer2
(arXiv 2406.08673), signed comparisons as in HelpSteer2-Preference (arXiv 2410.01257). Ours: prompts of judges, both
orders of every comparison, verdicts beside first, second and tie, and how pairs follow from what was judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveInt, create_model, model_validator
from pydantic_core import to_json

from ...schemas.field_docs import Stored
from ...schemas.request import Message, Prompt
from ...schemas.row import Row
from ...schemas.rows import preferences as rows
from ...schemas.rows.shared import ABSTAIN, Annotation, Aspect
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.few_shot import few_shot_prompt
from ..asking.journal_reader import AskFailed
from ..sources import Seed
from . import Family, Role
from ._annotations import annotation
from ._preferences_pairs import Inconsistent, Pairing, Ties, pairs_select
from ._preferences_prompts import COMPARE, RATE, RESPOND, RESPOND_EXAMPLES
from ._preferences_rows import (
    comparison_rows,
    conversation,
    given_responses,
    prompt_row,
    written_response,
)
from ._prompted import seed_of

SIDES = {"A": "first", "B": "second"}
"""What a judge sees -> the side of the comparison when the first response is shown first."""
SWAPPED = {"A": "second", "B": "first"}


class Attribute(Stored):
    """What is rated of a response, on a scale of whole numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
    """Name, which is the aspect of the ratings and the objective of the pairs."""
    question: Annotated[str, Field(min_length=1)]
    """What it means, as a judge reads it."""
    low: int = 0
    """Lowest score."""
    high: int = 4
    """Highest score."""


ATTRIBUTES = (
    Attribute(name="helpfulness", question="Does it help whoever asks?"),
    Attribute(name="correctness", question="Is what it says true, and nothing important left out?"),
    Attribute(name="balance", question="Does it take people seriously who see the matter differently?"),
)


class Declined(AnswerModel):
    """The writer declines, and says why."""

    declined: Annotated[str, Field(min_length=1, max_length=300)]


class Compared(AnswerModel):
    """What a judge says of two responses."""

    preference: Literal["A", "B", "tie", "incomparable", "depends", "abstain"]
    strength: Annotated[int, Field(ge=1, le=3)]


class Preferences(Family):
    """Responses to prompts, rated or compared by a panel, and pairs under each objective."""

    tables = rows.TABLES
    roles = {
        "respond": Role("writes responses to a prompt", many=True),
        "judge": Role("rates responses, or compares two of them", many=True),
    }

    samples: PositiveInt = 2
    """Responses of each writer to a prompt, at each temperature."""
    temperatures: tuple[NonNegativeFloat, ...] = ()
    """Sampling temperatures of the responses; default: that of the teacher."""
    pattern: str = r"\S"
    """Regular expression that a response must match; the teacher decodes under it."""
    max_length: PositiveInt = 2000
    """Most characters of a response."""
    judging: Literal["ratings", "comparisons", "both"] = "ratings"
    """Whether judges rate each response by itself, compare two at a time, or both."""
    attributes: tuple[Attribute, ...] = ATTRIBUTES
    """What is rated."""
    both_orders: bool = True
    """Whether every judge compares two responses in both orders."""
    weights: dict[str, float] = {}
    """Attribute -> weight in the objective `overall`; below 0 a lower rating is better. Without weights there is no
    such objective."""
    min_gap: NonNegativeFloat = 0.5
    """Smallest distance of two mean ratings from which one response is preferred."""
    ties: Ties = "gap"
    """Pairs that are ties: those below `min_gap`, or equal ratings only, and those between the two are undecided."""
    pairing: Pairing = "all"
    """Rated responses that are paired: all of a prompt, the best and the worst, neighbours in rank, or pairs in which
    each model is chosen over another as often as the other over it."""
    inconsistent: Inconsistent = "leave_out"
    """A judge whose verdict depends on the order: leave out the vote, or count it as a tie."""
    respond_prompt: str = RESPOND
    """System prompt of a writer."""
    respond_examples: tuple[tuple[str, str], ...] = RESPOND_EXAMPLES
    """Prompts, each with a good response."""
    rate_prompt: str = RATE
    """System prompt of a judge who rates; attributes and scales are added to it."""
    compare_prompt: str = COMPARE
    """System prompt of a judge who compares."""

    @model_validator(mode="after")
    def _attributes_and_weights(self) -> Self:
        names = [attribute.name for attribute in self.attributes]
        reserved = {rows.DIRECT, rows.STRENGTH, rows.OVERALL}
        if taken := {name for name in names if names.count(name) > 1 or name in reserved}:
            raise ValueError(f"attributes: {', '.join(sorted(taken))} is taken; every attribute needs its own name")
        if self.judging != "comparisons" and not names:
            raise ValueError("attributes: at least one is needed to rate responses")
        if unknown := {*self.weights} - {*names}:
            raise ValueError(f"weights: {', '.join(sorted(unknown))} is no attribute")
        if empty := [a.name for a in self.attributes if a.low >= a.high]:
            raise ValueError(f"attributes: {', '.join(empty)} has no range; `low` must be below `high`")
        return self

    def once(self) -> Sequence[Row]:
        """The attributes, and what is judged of a comparison."""
        rated = [
            Aspect(item_table="responses", aspect=a.name, low=a.low, high=a.high, rules=["mean"])
            for a in self.attributes
            if self.judging != "comparisons"
        ]
        return (*rated, *(rows.COMPARED if self.judging != "ratings" else ()))

    def derived(self) -> Mapping[str, str]:
        """The pairs, from ratings and from comparisons."""
        rated = [attribute.name for attribute in self.attributes] if self.judging != "comparisons" else []
        weights = self.weights if rated else {}
        return {"pairs": pairs_select(rated, weights, self.min_gap, self.ties, self.pairing, self.inconsistent)}

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """The responses of the source, or those that the writers give; then what the judges say of them."""
        prompt = prompt_row(seed)
        responses = given_responses(prompt, seed) or await self._written(prompt, ask)
        rated = await ask.all(self._rated(prompt, r, ask) for r in responses if self.judging != "comparisons")
        comparisons = comparison_rows(responses) if self.judging != "ratings" else []
        by_id = {response.response_id: response for response in responses}
        compared = await ask.all(self._compared(prompt, c, by_id, ask) for c in comparisons)
        judged = (row for each in (*rated, *compared) for row in each)
        return [prompt, *responses, *comparisons, *judged]

    def seed(self, main: Row) -> Seed:
        """The seed of a prompt whose responses were written here."""
        assert isinstance(main, rows.Prompt)
        return seed_of(main, turns=[turn.model_dump() for turn in main.turns])

    async def _written(self, prompt: rows.Prompt, ask: Ask) -> list[rows.Response]:
        """The responses of every writer, sample and temperature; one that declines is recorded."""
        shown = [Message("system", self.respond_prompt)]
        for text, example in self.respond_examples:
            shown += [Message("user", text), Message("assistant", to_json({"answer": {"text": example}}).decode())]
        shown += [*(Message(turn.role, turn.content) for turn in prompt.turns), Message("user", prompt.text)]
        answers: list[Answer[Any]] = []
        for temperature in self.temperatures or (None,):
            asked = Prompt((*shown,), max_tokens=self.max_length // 2, temperature=temperature)
            item, samples = ("prompts", prompt.prompt_id), range(self.samples)
            parse = _reply_type(self.pattern, self.max_length)
            answers += await ask.each(asked, parse, "respond", item=item, into="responses", samples=samples)
        declined = [answer for answer in answers if isinstance(answer.value.answer, Declined)]
        for answer in declined:
            key = to_json(
                ["prompts", prompt.prompt_id, answer.annotator_id, answer.sample, answer.temperature]
            ).decode()
            ask.reject("ask", "responses", key, "declined", answer.value.answer.declined, digest=answer.digest)
        written = [answer for answer in answers if answer not in declined]
        if len(written) < 2:
            detail = f"{len(written)} written, {len(declined)} declined"
            raise AskFailed("fewer than two responses", detail, bytes.fromhex(answers[-1].digest) if answers else b"")
        return [written_response(prompt, place, answer) for place, answer in enumerate(written)]

    async def _rated(self, prompt: rows.Prompt, response: rows.Response, ask: Ask) -> list[Annotation]:
        """One ask of each judge for all attributes."""
        scales = "\n".join(f"{a.name} ({a.low} to {a.high}): {a.question}" for a in self.attributes)
        shown = f"{conversation(prompt)}\n\nResponse: {response.text}"
        asked = few_shot_prompt(f"{self.rate_prompt}\n{scales}", (), shown, 20 * len(self.attributes))
        item = ("responses", response.response_id)
        answers = await ask.each(asked, _rating_type(self.attributes), "judge", item=item, into="annotations")
        return [
            annotation(item, answer, attribute.name, **({"label": ABSTAIN} if value == ABSTAIN else {"score": value}))
            for answer in answers
            for attribute in self.attributes
            for value in [getattr(answer.value, attribute.name)]
        ]

    async def _compared(
        self, prompt: rows.Prompt, pair: rows.Comparison, responses: Mapping[str, rows.Response], ask: Ask
    ) -> list[Annotation]:
        """One ask of each judge in each order; sample 1 is the one in which the second response was shown first."""
        texts = [responses[pair.first_id].text, responses[pair.second_id].text]
        orders = await ask.all(
            self._in_order(prompt, pair, shown, sides, sample, ask)
            for sample, (shown, sides) in enumerate(((texts, SIDES), (texts[::-1], SWAPPED)))
            if sample == 0 or self.both_orders
        )
        return [row for each in orders for row in each]

    async def _in_order(
        self,
        prompt: rows.Prompt,
        pair: rows.Comparison,
        texts: Sequence[str],
        sides: Mapping[str, str],
        sample: int,
        ask: Ask,
    ) -> list[Annotation]:
        shown = f"{conversation(prompt)}\n\nResponse A: {texts[0]}\n\nResponse B: {texts[1]}"
        asked = few_shot_prompt(self.compare_prompt, (), shown, 40)
        item = ("comparisons", pair.comparison_id)
        answers = await ask.each(asked, Compared, "judge", item=item, into="annotations", samples=(sample,))
        options = [*sides.values(), *rows.VERDICTS[2:]]
        given: list[Annotation] = []
        for answer in answers:
            label = sides.get(answer.value.preference, answer.value.preference)
            given.append(annotation(item, answer, rows.DIRECT, options=options, label=label))
            if label in ("first", "second", "tie"):
                signed = {"first": -1, "second": 1, "tie": 0}[label] * answer.value.strength
                given.append(annotation(item, answer, rows.STRENGTH, options=options, score=signed))
        return given


@lru_cache
def _reply_type(pattern: str, max_length: int) -> type[BaseModel]:
    """A response, or a refusal."""
    text = Annotated[str, Field(min_length=1, max_length=max_length, pattern=pattern)]
    written = create_model("Written", __base__=AnswerModel, text=(text, ...))
    return create_model("Reply", __base__=AnswerModel, answer=(written | Declined, ...))


@lru_cache
def _rating_type(attributes: Sequence[Attribute]) -> type[BaseModel]:
    """A whole number, or an abstention, for each attribute."""
    fields: dict[str, Any] = {
        a.name: (Annotated[int, Field(ge=a.low, le=a.high)] | Literal["abstain"], ...) for a in attributes
    }
    return create_model("Ratings", __base__=AnswerModel, **fields)
