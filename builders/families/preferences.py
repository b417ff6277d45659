"""Responses to prompts, what a panel says of them, and the pairs that follow.

Candidates as in UltraFeedback (several models) and RAFT (several samples); ratings of attributes as in HelpSteer2
(arXiv 2406.08673), signed comparisons as in HelpSteer2-Preference (arXiv 2410.01257). Ours: prompts of judges, both
orders of every comparison, verdicts beside first, second and tie, and how pairs follow from what was judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, NonNegativeFloat, PositiveInt, create_model, model_validator
from pydantic_core import to_json

from ...schemas.request import Message, Prompt
from ...schemas.row import Row
from ...schemas.rows import analysis as analyses
from ...schemas.rows import preferences as rows
from ...schemas.rows.shared import SHARED, Aspect
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.few_shot import few_shot_prompt
from ..asking.journal_reader import AskFailed
from ..sources import Seed
from . import Family, Role
from ._preferences_judging import (
    ATTRIBUTES,
    CRITERIA,
    SIDES,
    SWAPPED,
    Analysed,
    Attribute,
    Compared,
    Criterion,
    analysis,
    grading_type,
    gradings,
    rating_type,
    ratings,
    rubric_aspects,
    second_turn,
    verdict,
)
from ._preferences_pairs import Inconsistent, Pairing, Ties, pairs_select
from ._preferences_prompts import ANALYSE, COMPARE, GRADE, RATE, RESPOND, RESPOND_EXAMPLES, RETHINK
from ._preferences_rows import (
    comparison_rows,
    conversation,
    given_responses,
    prompt_row,
    written_response,
)
from ._prompted import seed_of


class Declined(AnswerModel):
    """The writer declines, and says why."""

    declined: Annotated[str, Field(min_length=1, max_length=300)]


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
    judging: Literal["ratings", "comparisons", "both", "rubric"] = "ratings"
    """Whether judges rate each response by itself, compare two at a time, or both; or grade each by a rubric."""
    attributes: tuple[Attribute, ...] = ATTRIBUTES
    """What is rated."""
    criteria: tuple[Criterion, ...] = CRITERIA
    """The rubric; a response scores the points of the criteria that it meets."""
    both_orders: bool = True
    """Whether every judge compares two responses in both orders."""
    think_twice: bool = False
    """Whether a judge first writes what a comparison turns on and the issues of both responses, and decides in a second
    turn; its analyses are the table `analyses`."""
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
    grade_prompt: str = GRADE
    """System prompt of a judge who grades; the criteria are added to it."""
    compare_prompt: str = COMPARE
    """System prompt of a judge who compares at once."""
    analyse_prompt: str = ANALYSE
    """System prompt of a judge who thinks twice."""
    rethink_prompt: str = RETHINK
    """What a judge who thinks twice is asked after its analysis."""

    @model_validator(mode="after")
    def _attributes_and_weights(self) -> Self:
        rated, graded = [each.name for each in self.attributes], [each.name for each in self.criteria]
        reserved = {rows.DIRECT, rows.STRENGTH, rows.OVERALL, rows.RUBRIC}
        for option, names in (("attributes", rated), ("criteria", graded)):
            if taken := {name for name in names if names.count(name) > 1 or name in reserved}:
                raise ValueError(f"{option}: {', '.join(sorted(taken))} is taken; each needs a name of its own")
        if self._rates and not rated:
            raise ValueError("attributes: at least one is needed to rate responses")
        if self.judging == "rubric" and not any(each.points for each in self.criteria):
            raise ValueError("criteria: at least one with points is needed to grade responses")
        if self.think_twice and not self._compares:
            raise ValueError(f"think_twice: judges compare nothing with `judging: {self.judging}`")
        if unknown := {*self.weights} - {*rated}:
            raise ValueError(f"weights: {', '.join(sorted(unknown))} is no attribute")
        if empty := [a.name for a in self.attributes if a.low >= a.high]:
            raise ValueError(f"attributes: {', '.join(empty)} has no range; `low` must be below `high`")
        return self

    @property
    def _rates(self) -> bool:
        return self.judging in ("ratings", "both")

    @property
    def _compares(self) -> bool:
        return self.judging in ("comparisons", "both")

    def tables_for_options(self) -> Mapping[str, type[Row]]:
        """With `think_twice` also the analyses, before the shared tables that describe them."""
        if not self.think_twice:
            return self.tables
        own = {name: row_type for name, row_type in self.tables.items() if name not in SHARED}
        return {**own, analyses.NAME: analyses.Analysis, **SHARED}

    def once(self) -> Sequence[Row]:
        """The attributes or the criteria, and what is judged of a comparison."""
        rated = [
            Aspect(item_table="responses", aspect=a.name, low=a.low, high=a.high, rules=["mean"])
            for a in self.attributes
            if self._rates
        ]
        graded = rubric_aspects(self.criteria) if self.judging == "rubric" else []
        return (*rated, *graded, *(rows.COMPARED if self._compares else ()))

    def derived(self) -> Mapping[str, str]:
        """The pairs, from ratings or the points of a rubric, and from comparisons."""
        scored = [attribute.name for attribute in self.attributes] if self._rates else []
        scored += [rows.RUBRIC] if self.judging == "rubric" else []
        weights = self.weights if self._rates else {}
        return {"pairs": pairs_select(scored, weights, self.min_gap, self.ties, self.pairing, self.inconsistent)}

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """The responses of the source, or those that the writers give; then what the judges say of them."""
        prompt = prompt_row(seed)
        responses = given_responses(prompt) or await self._written(prompt, ask)
        rated = await ask.all(self._rated(prompt, r, ask) for r in responses if self._rates)
        graded = await ask.all(self._graded(prompt, r, ask) for r in responses if self.judging == "rubric")
        comparisons = comparison_rows(responses) if self._compares else []
        by_id = {response.response_id: response for response in responses}
        compared = await ask.all(self._compared(prompt, c, by_id, ask) for c in comparisons)
        judged = (row for each in (*rated, *graded, *compared) for row in each)
        return [prompt, *responses, *comparisons, *judged]

    def seed(self, main: Row) -> Seed:
        """The seed of a prompt, with the responses that came with it."""
        assert isinstance(main, rows.JudgedPrompt)
        given = {"responses": [r.text for r in main.responses], "models": [r.model for r in main.responses]}
        return seed_of(main, turns=[turn.model_dump() for turn in main.turns], **(given if main.responses else {}))

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

    async def _rated(self, prompt: rows.Prompt, response: rows.Response, ask: Ask) -> list[Row]:
        """One ask of each judge for all attributes."""
        scales = "\n".join(f"{a.name} ({a.low} to {a.high}): {a.question}" for a in self.attributes)
        shown = f"{conversation(prompt)}\n\nResponse: {response.text}"
        asked = few_shot_prompt(f"{self.rate_prompt}\n{scales}", (), shown, 20 * len(self.attributes))
        item = ("responses", response.response_id)
        answers = await ask.each(asked, rating_type(self.attributes), "judge", item=item, into="annotations")
        return [row for answer in answers for row in ratings(item, answer, self.attributes)]

    async def _graded(self, prompt: rows.Prompt, response: rows.Response, ask: Ask) -> list[Row]:
        """One ask of each judge for all criteria."""
        criteria = "\n".join(f"{each.name}: {each.question}" for each in self.criteria)
        shown = f"{conversation(prompt)}\n\nResponse: {response.text}"
        asked = few_shot_prompt(f"{self.grade_prompt}\n{criteria}", (), shown, 20 * len(self.criteria))
        item = ("responses", response.response_id)
        answers = await ask.each(asked, grading_type(self.criteria), "judge", item=item, into="annotations")
        return [row for answer in answers for row in gradings(item, answer, self.criteria)]

    async def _compared(
        self, prompt: rows.Prompt, pair: rows.Comparison, responses: Mapping[str, rows.Response], ask: Ask
    ) -> list[Row]:
        """One ask of each judge in each order; sample 1 is the one in which the second response was shown first."""
        texts = [responses[pair.first_id].text, responses[pair.second_id].text]
        compared = self._in_two_turns if self.think_twice else self._at_once
        orders = await ask.all(
            compared(f"{conversation(prompt)}\n\nResponse A: {a}\n\nResponse B: {b}", pair, sides, sample, ask)
            for sample, ((a, b), sides) in enumerate(((texts, SIDES), (texts[::-1], SWAPPED)))
            if sample == 0 or self.both_orders
        )
        return [row for each in orders for row in each]

    async def _at_once(
        self, shown: str, pair: rows.Comparison, sides: Mapping[str, str], sample: int, ask: Ask
    ) -> list[Row]:
        asked, item = few_shot_prompt(self.compare_prompt, (), shown, 40), ("comparisons", pair.comparison_id)
        answers = await ask.each(asked, Compared, "judge", item=item, into="annotations", samples=(sample,))
        return [row for answer in answers for row in verdict(item, answer, sides)]

    async def _in_two_turns(
        self, shown: str, pair: rows.Comparison, sides: Mapping[str, str], sample: int, ask: Ask
    ) -> list[Row]:
        """A judge whose analysis does not parse gives no verdict; both failures are recorded as such."""
        first, item = few_shot_prompt(self.analyse_prompt, (), shown, 400), ("comparisons", pair.comparison_id)
        analysed = await ask.each(first, Analysed, "judge", item=item, into=analyses.NAME, samples=(sample,))
        second = {each.annotator_id: second_turn(first, each, self.rethink_prompt, 40) for each in analysed}
        answers = await ask.each(
            lambda annotator: second.get(annotator.annotator_id),
            Compared,
            "judge",
            item=item,
            into="annotations",
            samples=(sample,),
        )
        written = [analysis(pair.comparison_id, each, sides) for each in analysed]
        return [*written, *(row for answer in answers for row in verdict(item, answer, sides))]


@lru_cache
def _reply_type(pattern: str, max_length: int) -> type[BaseModel]:
    """A response, or a refusal."""
    text = Annotated[str, Field(min_length=1, max_length=max_length, pattern=pattern)]
    written = create_model("Written", __base__=AnswerModel, text=(text, ...))
    return create_model("Reply", __base__=AnswerModel, answer=(written | Declined, ...))
