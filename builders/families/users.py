"""Pairs of responses labelled as different types of users prefer them, after VPL (arXiv 2408.10075)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, Field, NonNegativeInt, PositiveInt, create_model, model_validator

from ...schemas.request import Prompt
from ...schemas.row import Row
from ...schemas.rows.preferences import DIRECT, Comparison, Response, Verdict
from ...schemas.rows.shared import ABSTAIN, Annotation, Annotator
from ...schemas.rows.users import COMPARISON, HIGH, LENGTH, LOW, TABLES, rated
from ...schemas.rows.users import Prompt as PromptRow
from ...validators.tables.sql import quote_literal
from ..asking.answer_model import AnswerModel
from ..asking.ask import Ask
from ..asking.declinable import write
from ..asking.few_shot import few_shot_prompt
from ..sources import Seed
from . import Family, Role
from ._annotations import annotation, drawn_order, sides_shown, unswapped
from ._prompted import (
    WrittenText,
    digest_id,
    given_texts,
    matching,
    prompt_values,
    response,
    seed_of,
    writing,
)  # fmt: skip
from ._users_prompts import ATTRIBUTES, COMPARE, RATE, RATE_EXAMPLES, RESPOND, RESPOND_EXAMPLES, STYLES
from ._users_ratings import SOURCE, given_ratings, source_annotation
from ._users_sql import CONTEXTS, LABELS

USERS: dict[str, dict[str, float]] = {
    **{attribute: {attribute: 1.0} for attribute in ATTRIBUTES},
    "brief": {LENGTH: -1.0},
    "thorough": {LENGTH: 1.0},
}


class Preference(AnswerModel):
    """Which of two responses an annotator would rather get."""

    preferred: Verdict


class Users(Family):
    """Pairs of responses, labelled as different types of users prefer them."""

    tables = TABLES
    roles = {
        "respond": Role("writes both responses"),
        "rate": Role("rates each response", many=True),
        "compare": Role(
            "compares the responses as a user of its own; asked with `annotators_are_users` only", many=True
        ),
    }

    users: dict[str, dict[str, float]] = USERS
    """User -> attribute -> weight. VPL has one user for each attribute; `brief` and `thorough` are ours."""
    annotators_are_users: bool = False
    """Whether the annotators of the role `compare`, such as personas, are users too."""
    attributes: dict[str, str] = ATTRIBUTES
    """Rated attribute -> what it means, as raters read it. The defaults are those of UltraFeedback."""
    source_ratings: Literal["human", "model"] | None = None
    """Who gave the ratings in the field `ratings` of a seed: for each of its responses a mapping of attribute to score.
    They are annotations by `source`, and the seed is not rated again. Default: the field is not read."""
    survey: PositiveInt = 100
    """Most pairs of the survey: of the training split, those on which users differ first."""
    min_context: PositiveInt = 2
    """Fewest pairs that are shown of a user."""
    max_context: PositiveInt = 8
    """Most pairs that are shown of a user."""
    draw: NonNegativeInt = 0
    """Draws ties, the survey and its pairs; another number gives other draws."""
    respond_prompt: str = RESPOND
    """System prompt of a response; `{style}` is the style of the first or second."""
    styles: Annotated[tuple[str, ...], Field(min_length=2, max_length=2)] = STYLES
    """How the two responses are written, so that they differ."""
    respond_examples: tuple[tuple[str, str], ...] = RESPOND_EXAMPLES
    """For each style a prompt and a response."""
    response_pattern: str | None = None
    """Regular expression of a response, under which small teachers decode."""
    rate_prompt: str = RATE
    """System prompt of a rater; `{attributes}` are the attributes and what they mean."""
    rate_examples: tuple[tuple[str, str, int], ...] = RATE_EXAMPLES
    """Prompt, response, and the rating of each attribute."""
    compare_prompt: str = COMPARE
    """System prompt of an annotator who is a user."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        weighed = {attribute for weights in self.users.values() for attribute in weights}
        if unrated := sorted(weighed - {*self.attributes, LENGTH}):
            raise ValueError(f"`users` weigh attributes that are not rated: {', '.join(unrated)}")
        if not all(self.users.values()) or len(self.users) < 2 - self.annotators_are_users:
            raise ValueError("`users` needs two users who can differ, each with a weight")
        if not max(self.min_context, len(self.users) - 1) <= self.max_context:
            raise ValueError("`max_context` must reach `min_context`, and be one less than there are users or more")
        return self

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """Two responses, their ratings, and where annotators are users what each of them prefers."""
        given = given_texts(seed, "responses")[:2]
        given = given if len(given) == 2 else []
        ratings = given_ratings(seed, self.attributes) if given and self.source_ratings else []
        prompt = PromptRow(**prompt_values(seed), responses=given, ratings=ratings)
        responses = await self._responses(prompt, ask)
        if responses[0].text == responses[1].text:
            ask.reject("row", "responses", responses[1].response_id, "both responses are identical", responses[1].text)
            return [prompt, responses[0]]
        comparison = Comparison(
            comparison_id=digest_id(*(each.response_id for each in responses)),
            prompt_id=prompt.prompt_id,
            first_id=responses[0].response_id,
            second_id=responses[1].response_id,
        )
        found = [source_annotation(prompt, each) for each in ratings]
        asked = await ask.all(self._ratings(prompt.text, each, ask) for each in responses if not ratings)
        verdicts = await self._verdicts(prompt.text, comparison, responses, ask) if self.annotators_are_users else []
        return [prompt, *responses, comparison, *found, *(row for each in asked for row in each), *verdicts]

    def once(self) -> Sequence[Row]:
        """The attributes, where annotators are users the verdict on a pair, and who gave the ratings of the source."""
        source = [Annotator(annotator_id=SOURCE, kind=self.source_ratings)] if self.source_ratings else []
        return (*map(rated, self.attributes), *(COMPARISON if self.annotators_are_users else ()), *source)

    def derived(self) -> Mapping[str, str]:
        """The users, what each of them prefers, and the pairs that tell them apart."""
        return {
            "users": " UNION ALL ".join([*map(_user, self.users, self.users.values()), JUDGES]),
            "labels": LABELS.format(
                draw=self.draw, survey=self.survey, base=_weights(dict.fromkeys(self.attributes, 1.0))
            ),
            "contexts": CONTEXTS.format(draw=self.draw, least=self.min_context, most=self.max_context),
        }

    def seed(self, main: Row) -> Seed:
        """The seed of a prompt."""
        assert isinstance(main, PromptRow)
        ratings = [
            {each.attribute: each.score for each in main.ratings if each.place == place}
            for place in range(len(main.responses))
        ]
        return seed_of(main, responses=main.responses, ratings=ratings)

    async def _responses(self, prompt: PromptRow, ask: Ask) -> list[Response]:
        """Those of the source, else one in each style."""
        if prompt.responses:
            return [response(prompt.prompt_id, place, text) for place, text in enumerate(prompt.responses)]
        rows = []
        for place, (style, example) in enumerate(zip(self.styles, self.respond_examples, strict=False)):
            system = self.respond_prompt.format(style=style)
            asked = writing(system, [(example[0], {"text": example[1]})], prompt.text)
            answer = await write(ask, asked, WrittenText, "respond", matching(self.response_pattern))
            rows.append(response(prompt.prompt_id, place, answer.value.text, answer))
        return rows

    async def _ratings(self, prompt: str, rated_one: Response, ask: Ask) -> list[Annotation]:
        meanings = "\n".join(f"{attribute}: {meaning}" for attribute, meaning in self.attributes.items())
        shown = [(_rating(p, r), dict.fromkeys(self.attributes, score)) for p, r, score in self.rate_examples]
        asked = few_shot_prompt(
            self.rate_prompt.format(attributes=meanings), shown, _rating(prompt, rated_one.text), 30 * len(meanings)
        )
        item = ("responses", rated_one.response_id)
        answers = await ask.each(asked, _ratings_type(tuple(self.attributes)), "rate", item=item, into="annotations")
        return [
            annotation(item, answer, attribute, **({"label": ABSTAIN} if score == ABSTAIN else {"score": score}))
            for answer in answers
            for attribute, score in answer.value
        ]

    async def _verdicts(
        self, prompt: str, comparison: Comparison, responses: Sequence[Response], ask: Ask
    ) -> list[Annotation]:
        first, second = (each.text for each in responses)
        verdicts = get_args(Verdict)

        def asked(annotator: Annotator) -> Prompt:
            (shown_first, shown_second), _ = sides_shown(first, second, annotator, comparison.comparison_id)
            labels = " / ".join(drawn_order(verdicts, comparison.comparison_id, annotator.annotator_id, "labels"))
            user = f"Prompt: {prompt}\nfirst: {shown_first}\nsecond: {shown_second}\npreferred: {labels}"
            return few_shot_prompt(self.compare_prompt, (), user, 30)

        item = ("comparisons", comparison.comparison_id)
        answers = await ask.each(asked, Preference, "compare", item=item, into="annotations")
        return [
            annotation(item, answer, DIRECT, label=label, options=shown)
            for answer in answers
            for label, shown in [unswapped(answer.value.preferred, answer.annotator, item[1])]
        ]


def _rating(prompt: str, text: str) -> str:
    return f"Prompt: {prompt}\nResponse: {text}"


@lru_cache
def _ratings_type(attributes: tuple[str, ...]) -> type[BaseModel]:
    """An answer with a rating of each attribute, or an abstention."""
    scale = (Literal[(*range(LOW, HIGH + 1), ABSTAIN)], ...)
    fields: dict[str, Any] = dict.fromkeys(attributes, scale)
    return create_model("Ratings", __base__=AnswerModel, **fields)


def _weights(weights: Mapping[str, float]) -> str:
    """Weights as SQL: a list of attributes with their weight."""
    pairs = ", ".join(
        f"{{'attribute': {quote_literal(name)}, 'weight': {weight!r}::DOUBLE}}" for name, weight in weights.items()
    )
    return f"[{pairs}]"


def _user(user: str, weights: Mapping[str, float]) -> str:
    return f"SELECT {quote_literal(user)} AS user_id, {_weights(weights)} AS weights, NULL AS annotator_id"


JUDGES = f"""
(SELECT DISTINCT 'annotator:' || annotator_id, [], annotator_id FROM annotations
WHERE item_table = 'comparisons' AND aspect = '{DIRECT}' ORDER BY annotator_id)
"""
"""The annotators who are users."""
