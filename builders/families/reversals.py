"""Pairs whose preference reverses with the criterion, after RPR (arXiv 2407.14916)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, NonNegativeInt, model_validator

from ...schemas.request import Prompt as Asked
from ...schemas.row import Row
from ...schemas.rows.preferences import Prompt, Response
from ...schemas.rows.reversals import FULFILS, TABLES, VERDICT, VERDICTS, Category, Criterion, Profile
from ...schemas.rows.shared import Annotation, Annotator
from ...validators.tables.normalise import norm
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.declinable import Bounds, declinable_prompt, write, write_optional
from ..asking.few_shot import few_shot_prompt
from ..sources import Seed
from . import Family, Role
from . import _reversals_prompts as prompts
from ._annotations import annotation, drawn_order, sides_shown, unswapped
from ._prompted import (
    WrittenText,
    matching,
    prompt_values,
    response,
    seed_of,
    writing,
)  # fmt: skip

SIDES: tuple[Literal["x"], Literal["y"]] = ("x", "y")
Sentence = Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]


class WrittenCriterion(AnswerModel):
    """A criterion and its category."""

    criterion: Sentence
    category: str


class WrittenCriteria(AnswerModel):
    """Two criteria that do not ask for the same."""

    criteria: Annotated[list[WrittenCriterion], Field(min_length=2, max_length=2)]

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if norm(self.criteria[0].criterion) == norm(self.criteria[1].criterion):
            raise ValueError("the two criteria are the same")
        return self


class Fulfilled(AnswerModel):
    """Which of two responses fulfils a criterion better."""

    better: Literal["first", "second", "tie", "abstain"]


class Reversals(Family):
    """Two criteria for a prompt, each reversing which of two responses is preferred."""

    tables = TABLES
    roles = {
        "write": Role("writes criteria, responses, scenarios and profiles"),
        "judge": Role("judges which response fulfils a criterion better", many=True),
    }

    min_agreement: Annotated[float, Field(ge=0, le=1)] = 0.6
    """Share of the annotators who must prefer the intended response under both criteria; 0 verifies everything."""
    profiles: NonNegativeInt = 1
    """Profiles for each criterion; RPR has five for a row."""
    categories: Annotated[tuple[str, ...], Field(min_length=1)] = prompts.CATEGORIES
    """The closed list of categories."""
    criterion_pattern: str | None = None
    """Regular expression of a criterion, under which small teachers decode."""
    response_pattern: str | None = None
    """Regular expression of a response, a scenario and a profile."""
    criteria_prompt: str = prompts.CRITERIA
    """System prompt for two criteria."""
    criteria_examples: tuple[tuple[str, dict[str, Any]], ...] = prompts.CRITERIA_EXAMPLES
    """Prompts, each with two criteria."""
    respond_prompt: str = prompts.RESPOND
    """System prompt of a response."""
    respond_examples: tuple[tuple[str, str, str], ...] = prompts.RESPOND_EXAMPLES
    """Prompts, each with a criterion and a response."""
    scenario_prompt: str = prompts.SCENARIO
    """System prompt of a scenario."""
    scenario_examples: tuple[tuple[str, str, str], ...] = prompts.SCENARIO_EXAMPLES
    """Prompts, each with a criterion and a scenario."""
    profile_prompt: str = prompts.PROFILE
    """System prompt of a profile."""
    profile_examples: tuple[tuple[str, str, str], ...] = prompts.PROFILE_EXAMPLES
    """Prompts, each with a criterion and a profile."""
    judge_prompt: str = prompts.JUDGE
    """System prompt of a judge."""
    judge_examples: tuple[tuple[str, str], ...] = prompts.JUDGE_EXAMPLES
    """What a judge is shown, and the verdict."""

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """Two criteria, a response for each, scenarios and profiles, and the verdicts under both criteria."""
        prompt = Prompt(**prompt_values(seed))
        asked = declinable_prompt(self.criteria_prompt, self.criteria_examples, prompt.text, 300)
        patterns = {"criterion": self.criterion_pattern} if self.criterion_pattern else {}
        bounds = Bounds(patterns=patterns, choices={"category": self.categories})
        listed = await write(ask, asked, WrittenCriteria, "write", bounds)
        responses = await self._responses(prompt, listed.value, ask)
        if norm(responses[0].text) == norm(responses[1].text):
            raise ask.failed("both responses are identical", responses[0].text, listed)
        criteria = await ask.all(self._criterion(prompt, side, listed, ask) for side in SIDES)
        profiles = await ask.all(
            self._profile(prompt, criterion, n, ask) for criterion in criteria for n in range(self.profiles)
        )
        verdicts = await ask.all(self._verdicts(prompt.text, criterion, responses, ask) for criterion in criteria)
        return [prompt, *responses, *criteria, *filter(None, profiles), *(row for each in verdicts for row in each)]

    def once(self) -> Sequence[Row]:
        """The aspect, and the closed list of categories."""
        return (VERDICT, *(Category(category=category) for category in self.categories))

    def derived(self) -> Mapping[str, str]:
        """Which reversals are verified, and two pairs of each that is."""
        return {"reversals": REVERSALS.format(min_agreement=self.min_agreement), "pairs": PAIRS}

    def seed(self, main: Row) -> Seed:
        """The seed of a prompt."""
        assert isinstance(main, Prompt)
        return seed_of(main)

    async def _responses(self, prompt: Prompt, criteria: WrittenCriteria, ask: Ask) -> list[Response]:
        async def one(place: int, criterion: str) -> Response:
            asked = _asked(self.respond_prompt, self.respond_examples, prompt.text, criterion, "response")
            answer = await write(ask, asked, WrittenText, "write", matching(self.response_pattern))
            return response(prompt.prompt_id, place, answer.value.text, answer)

        return await ask.all(one(place, written.criterion) for place, written in enumerate(criteria.criteria))

    async def _criterion(
        self, prompt: Prompt, side: Literal["x", "y"], listed: Answer[WrittenCriteria], ask: Ask
    ) -> Criterion:
        written = listed.value.criteria[SIDES.index(side)]
        asked = _asked(self.scenario_prompt, self.scenario_examples, prompt.text, written.criterion, "scenario")
        item = ("criteria", f"{prompt.prompt_id}/{side}")
        pattern = matching(self.response_pattern)
        scenario = await write_optional(ask, asked, WrittenText, "write", item, "criteria", pattern)
        return Criterion(
            criterion_id=item[1],
            prompt_id=prompt.prompt_id,
            category=written.category,
            side=side,
            text=written.criterion,
            scenario=scenario.value.text if scenario else None,
            writer_id=listed.annotator_id,
            digest=listed.digest,
        )

    async def _profile(self, prompt: Prompt, criterion: Criterion, number: int, ask: Ask) -> Profile | None:
        wanted = f"person {number + 1} of {self.profiles}"
        asked = _asked(self.profile_prompt, self.profile_examples, prompt.text, criterion.text, wanted)
        item = ("criteria", criterion.criterion_id)
        pattern = matching(self.response_pattern)
        answer = await write_optional(ask, asked, WrittenText, "write", item, "profiles", pattern)
        profile_id = f"{criterion.criterion_id}/{number}"
        if answer is None:
            return None
        return Profile(
            profile_id=profile_id, criterion_id=criterion.criterion_id, text=answer.value.text, digest=answer.digest
        )

    async def _verdicts(
        self, prompt: str, criterion: Criterion, responses: Sequence[Response], ask: Ask
    ) -> list[Annotation]:
        item = ("criteria", criterion.criterion_id)
        shown = [(text, {"better": better}) for text, better in self.judge_examples]

        def asked(annotator: Annotator) -> Asked:
            (first, second), _ = sides_shown(responses[0].text, responses[1].text, annotator, item[1])
            labels = " / ".join(drawn_order(VERDICTS, item[1], annotator.annotator_id, "labels"))
            user = f"Prompt: {prompt}\nCriterion: {criterion.text}\nfirst: {first}\nsecond: {second}\nbetter: {labels}"
            return few_shot_prompt(self.judge_prompt, shown, user, 20)

        answers = await ask.each(asked, Fulfilled, "judge", item=item, into="annotations")
        return [
            annotation(item, answer, FULFILS, label=label, options=shown)
            for answer in answers
            for label, shown in [unswapped(answer.value.better, answer.annotator, item[1])]
        ]


def _asked(system: str, examples: Sequence[tuple[str, str, str]], prompt: str, criterion: str, wanted: str) -> Asked:
    """A prompt for a text that goes by a criterion."""

    def user(prompt: str, criterion: str) -> str:
        return f"Prompt: {prompt}\nCriterion: {criterion}\n{wanted}:"

    return writing(system, [(user(p, c), {"text": text}) for p, c, text in examples], user(prompt, criterion))


REVERSALS = f"""
WITH verdicts AS (
    SELECT item_id AS criterion_id, count(*) FILTER (label = 'first') / count(*) AS first,
        count(*) FILTER (label = 'second') / count(*) AS second
    FROM annotations WHERE item_table = 'criteria' AND aspect = '{FULFILS}' AND label <> 'abstain' GROUP BY item_id)
SELECT x.prompt_id, f.response_id AS first_id, s.response_id AS second_id, x.criterion_id AS x_id,
    y.criterion_id AS y_id, round(vx.first, 6) AS agreed_x, round(vy.second, 6) AS agreed_y,
    coalesce(least(agreed_x, agreed_y), 0) >= {{min_agreement}} AS verified
FROM criteria x JOIN criteria y ON y.prompt_id = x.prompt_id AND x.side = 'x' AND y.side = 'y'
JOIN responses f ON f.prompt_id = x.prompt_id AND f.place = 0
JOIN responses s ON s.prompt_id = x.prompt_id AND s.place = 1
LEFT JOIN verdicts vx ON vx.criterion_id = x.criterion_id
LEFT JOIN verdicts vy ON vy.criterion_id = y.criterion_id
ORDER BY x.prompt_id
"""
PAIRS = f"""
SELECT c.criterion_id AS pair_id, r.prompt_id, first_id, second_id, c.category AS objective, c.text AS context,
    CASE side WHEN 'x' THEN 'first' ELSE 'second' END AS preferred, NULL AS margin, NULL AS first_score,
    NULL AS second_score, CASE side WHEN 'x' THEN agreed_x ELSE agreed_y END AS agreement, [] AS distribution,
    (SELECT count(*) FROM annotations a WHERE a.item_table = 'criteria' AND a.item_id = c.criterion_id
        AND a.aspect = '{FULFILS}' AND a.label <> 'abstain') AS n,
    [{{'table': 'criteria', 'key': c.criterion_id}}, {{'table': 'reversals', 'key': r.prompt_id}}] AS basis
FROM reversals r JOIN criteria c ON c.criterion_id IN (x_id, y_id) WHERE verified ORDER BY pair_id
"""
"""Two pairs of each verified reversal: the same responses, preferred the other way round."""
