"""Responses to a prompt, and which is better under which configuration, after CoSA (arXiv 2410.08968)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, NonNegativeInt, PositiveInt, model_validator

from ...schemas.field_docs import Stored
from ...schemas.row import Row
from ...schemas.rows.configurations import (
    ADDRESSED,
    HELPFULNESS,
    TABLES,
    Category,
    Configuration,
    Prompt,
    asks_for,
    aspects,
    contains,
)
from ...schemas.rows.preferences import Response
from ...schemas.rows.shared import ABSTAIN, Annotation
from ..asking.answer_model import AnswerModel
from ..asking.ask import Answer, Ask
from ..asking.declinable import write_optional
from ..asking.few_shot import few_shot_prompt
from ..asking.narrow import Narrow
from ..sources import Seed
from . import Family, Role
from . import _configurations_prompts as prompts
from ._annotations import annotation
from ._configurations_sql import ERROR_SCORES, PAIRS, SPECIFICATIONS
from ._prompted import (
    WrittenText,
    matching,
    prompt_values,
    response,
    seed_of,
    writing,
)  # fmt: skip


class Declared(Stored):
    """A configuration of the recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, Field(min_length=1)]
    """What a system prompt says."""
    allowed: tuple[str, ...]
    """The categories that it allows."""


class AskedFor(AnswerModel):
    """The categories that a prompt asks for."""

    categories: list[str]


class Labelled(AnswerModel):
    """Whether a response addresses its prompt, how helpful it is, and the categories that it contains."""

    addressed: Literal["yes", "no", "abstain"]
    helpfulness: Literal[0, 1, 2, 3, 4, 5, "abstain"]
    categories: list[str]


class Configurations(Family):
    """Responses labelled with categories, and the better of two under each configuration."""

    tables = TABLES
    roles = {
        "respond": Role("writes responses in several styles"),
        "label": Role("labels prompts and responses with categories", many=True),
    }

    categories: Annotated[dict[str, str], Field(min_length=1)] = prompts.CATEGORIES
    """The taxonomy: category -> what belongs to it. The default is ours and mild; `other` takes the rest."""
    configurations: Annotated[dict[str, Declared], Field(min_length=1)] = {
        name: Declared.model_validate(declared) for name, declared in prompts.CONFIGURATIONS.items()
    }
    """Name -> configuration."""
    per_prompt: PositiveInt = 3
    """Configurations that are drawn for each prompt."""
    draw: NonNegativeInt = 0
    """Draws the configurations; another number draws others."""
    styles: Annotated[tuple[str, ...], Field(min_length=2)] = prompts.STYLES
    """How responses are written, so that they differ in what they contain."""
    response_pattern: str | None = None
    """Regular expression of a response, under which small teachers decode."""
    respond_prompt: str = prompts.RESPOND
    """System prompt of a response; `{style}` is its style."""
    respond_examples: tuple[tuple[str, str], ...] = prompts.RESPOND_EXAMPLES
    """A prompt and a response for each style."""
    label_prompt: str = prompts.LABEL_PROMPT
    """System prompt for the labels of a prompt; `{categories}` is the taxonomy."""
    label_prompt_examples: tuple[tuple[str, tuple[str, ...]], ...] = prompts.LABEL_PROMPT_EXAMPLES
    """Prompts and what they ask for."""
    label_response: str = prompts.LABEL_RESPONSE
    """System prompt for the labels of a response; `{categories}` is the taxonomy."""
    label_response_examples: tuple[tuple[str, str, str, int, tuple[str, ...]], ...] = prompts.LABEL_RESPONSE_EXAMPLES
    """Prompt, response, whether it addresses the prompt, helpfulness, categories."""

    @model_validator(mode="after")
    def _known_categories(self) -> Self:
        allowed = {category for declared in self.configurations.values() for category in declared.allowed}
        if unknown := sorted(allowed - {*self.categories}):
            raise ValueError(f"`configurations` allow what is no category: {', '.join(unknown)}")
        return self

    async def build(self, seed: Seed, ask: Ask) -> list[Row]:
        """A response in each style, and the labels of the prompt and of each response."""
        license_ = seed.fields.get("license")
        prompt = Prompt(**prompt_values(seed), license=license_ if isinstance(license_, str) else None)
        written = await ask.all(self._response(prompt, place, ask) for place in range(len(self.styles)))
        responses = [each for each in written if each]
        of_prompt = await self._of_prompt(prompt, ask)
        of_responses = await ask.all(self._of_response(prompt, each, ask) for each in responses)
        return [prompt, *responses, *of_prompt, *(label for each in of_responses for label in each)]

    def once(self) -> Sequence[Row]:
        """The aspects, the taxonomy and the configurations."""
        return (
            *aspects([*self.categories]),
            *(Category(category=name, meaning=meaning) for name, meaning in self.categories.items()),
            *(
                Configuration(config_id=name, text=declared.text, allowed=[*declared.allowed])
                for name, declared in self.configurations.items()
            ),
        )

    def derived(self) -> Mapping[str, str]:
        """What prompts ask for, the error of each response, and the better of two under each configuration."""
        errors = ERROR_SCORES.format(draw=self.draw, most=self.per_prompt)
        return {"specifications": SPECIFICATIONS, "error_scores": errors, "pairs": PAIRS}

    def seed(self, main: Row) -> Seed:
        """The seed of a prompt."""
        assert isinstance(main, Prompt)
        return seed_of(main, license=main.license)

    async def _response(self, prompt: Prompt, place: int, ask: Ask) -> Response | None:
        style = self.styles[place]
        shown = [(f"Prompt: {text}\n{style}", {"text": answer}) for text, answer in self.respond_examples[place:][:1]]
        asked = writing(self.respond_prompt.replace("{style}", style), shown, f"Prompt: {prompt.text}\n{style}")
        item, bounds = ("prompts", prompt.prompt_id), matching(self.response_pattern)
        answer = await write_optional(ask, asked, WrittenText, "respond", item, "responses", bounds)
        return response(prompt.prompt_id, place, answer.value.text, answer) if answer else None

    async def _of_prompt(self, prompt: Prompt, ask: Ask) -> list[Annotation]:
        shown = [(f"Prompt: {text}\nasks for:", {"categories": named}) for text, named in self.label_prompt_examples]
        asked = few_shot_prompt(self._system(self.label_prompt), shown, f"Prompt: {prompt.text}\nasks for:", 80)
        item = ("prompts", prompt.prompt_id)
        answers = await ask.each(asked, AskedFor, "label", item=item, into="annotations", narrow=self._narrow())
        return [
            annotation(item, answer, asks_for(category), label=label)
            for answer in answers
            for category, label in self._labels(answer).items()
        ]

    async def _of_response(self, prompt: Prompt, labelled: Response, ask: Ask) -> list[Annotation]:
        shown = [
            (_labelling(text, answer), {"addressed": addressed, "helpfulness": helpful, "categories": named})
            for text, answer, addressed, helpful, named in self.label_response_examples
        ]
        asked = few_shot_prompt(self._system(self.label_response), shown, _labelling(prompt.text, labelled.text), 100)
        item = ("responses", labelled.response_id)
        answers = await ask.each(asked, Labelled, "label", item=item, into="annotations", narrow=self._narrow())
        rows = []
        for answer in answers:
            rows += [annotation(item, answer, contains(c), label=label) for c, label in self._labels(answer).items()]
            helpful = answer.value.helpfulness
            given = {"label": ABSTAIN} if helpful == ABSTAIN else {"score": helpful}
            rows.append(annotation(item, answer, ADDRESSED, label=answer.value.addressed))
            rows.append(annotation(item, answer, HELPFULNESS, **given))
        return rows

    def _labels(self, answer: Answer[AskedFor] | Answer[Labelled]) -> dict[str, str]:
        """Category -> yes or no, or abstain for all of them."""
        named = answer.value.categories
        if ABSTAIN in named:
            return dict.fromkeys(self.categories, ABSTAIN)
        return {category: "yes" if category in named else "no" for category in self.categories}

    def _narrow(self) -> Narrow:
        return {"categories": {"enum": (*self.categories, ABSTAIN), "max_length": min(3, len(self.categories))}}

    def _system(self, prompt: str) -> str:
        named = "\n".join(f"{category}: {meaning}" for category, meaning in self.categories.items())
        return prompt.replace("{categories}", named)


def _labelling(prompt: str, text: str) -> str:
    return f"Prompt: {prompt}\nResponse: {text}\nlabels:"
