"""What to build: one YAML file that says everything and defaults nothing that matters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import (
    ConfigDict,
    Field,
    PositiveInt,
    PrivateAttr,
    TypeAdapter,
    WrapValidator,
    field_validator,
    model_validator,
)

from .component import NAME
from .errors import did_you_mean
from .field_docs import Stored
from .hub_lists import hub_list
from .licences import HUB_LICENCES
from .panel import Draw
from .rows.shared import Attributes
from .terms import LICENCES

Spec = str | dict[str, dict[str, Any] | None]
"""A component: its name, or `{name: {option: value}}`."""

Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class Part(Stored):
    """Base of the parts of a recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Panelist(Part):
    """One annotator of a panel: a teacher, and the persona it answers as, if any."""

    teacher: Text
    """Name of a teacher of the recipe."""
    persona: Attributes | None = None
    """Whom the teacher is asked to answer as."""
    id: str | None = Field(default=None, pattern=r"^[\w.~-]+$")
    """Id of the annotator in the data; default: the teacher's name, with a digest of the persona."""
    n: PositiveInt | None = None
    """Number of people, each with an id of their own, `id` or the teacher's name and a number; for a `human` only."""

    @model_validator(mode="after")
    def _people_or_persona(self) -> Self:
        if self.n and self.persona:
            raise ValueError("`n` counts people, and a persona is one; list each persona")
        return self

    def each(self) -> list[Panelist]:
        """This annotator, or the people that it stands for."""
        name = self.id or self.teacher
        numbers = range(1, (self.n or 0) + 1)
        return [Panelist(teacher=self.teacher, id=f"{name}-{number}") for number in numbers] if self.n else [self]


class DrawnPanel(Part):
    """A panel of personas that are drawn, in place of a list of its annotators."""

    draw: Draw
    """What they are drawn from."""

    def members(self, seed: int) -> list[Panelist]:
        """The personas, by the seed of the recipe where the draw has none of its own."""
        drawn = self.draw.drawn(seed).items()
        return [Panelist(teacher=self.draw.teacher, persona=persona, id=id_) for id_, persona in drawn]


_LISTED, _DRAWN = TypeAdapter(list[Panelist]), TypeAdapter(DrawnPanel)


def _panel(given: Any, _: object) -> list[Panelist] | DrawnPanel:
    """A panel of either kind; errors are those of the kind that it is."""
    return _DRAWN.validate_python(given) if isinstance(given, dict | DrawnPanel) else _LISTED.validate_python(given)


Panel = Annotated[list[Panelist] | DrawnPanel, WrapValidator(_panel)]
"""The annotators of a panel one by one, or what they are drawn from."""


class Price(Part):
    """Declared price of a teacher, in USD per million tokens; never guessed."""

    input: float = Field(ge=0)
    """Per million tokens of prompts."""
    output: float = Field(ge=0)
    """Per million tokens of answers."""


class CitedSource(Part):
    """Where seeds come from."""

    name: Text
    """What it is."""
    license: Text
    """Its licence: an id of the Hub's list, or what it is called."""
    url: str | None = None
    """Where it can be found."""
    citation: str | None = None
    """How to cite it."""


class Budget(Part):
    """The most that a run may spend, counted over all of its journal; what was not counted, at its upper bound."""

    usd: float | None = Field(default=None, gt=0)
    """US dollars; needs the price of every teacher."""
    tokens: PositiveInt | None = None
    """Tokens of prompts and answers together."""


class StopRule(Part):
    """When a run stops because its teachers give no usable answers; counted for each teacher in each role."""

    after: PositiveInt = 16
    """Unusable answers before the first usable one that stop the run; fewer where there are fewer seeds."""
    failure_share: Share | None = None
    """Largest share of unusable answers, 0 to 1, once there are `after` answers; null: any."""


class CardText(Part):
    """What only the maker of a dataset can say about it."""

    pretty_name: str | None = None
    """Title of the card; default: the name of the recipe."""
    language: list[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]] = []
    """ISO 639 codes of the languages of the texts, such as en."""
    description: str | None = None
    """What the dataset is for, in a paragraph."""
    sources: list[CitedSource] = []
    """Where the seeds come from."""
    rationale: str | None = None
    """Why the dataset was made, and why of these seeds."""
    uses: str | None = None
    """What the dataset is meant for."""
    out_of_scope: str | None = None
    """What it must not be used for, or will not do well."""
    sensitive: str | None = None
    """What personal or sensitive information the texts hold, and what was done about it."""
    authors: list[Text] = []
    """Who made the dataset."""
    citation: str | None = None
    """How to cite the dataset."""
    contact: str | None = None
    """Whom to ask."""
    target: dict[str, dict[str, Share]] = {}
    """Whom the annotators should be: attribute -> value -> share of all annotators, 0 to 1."""
    anonymity: int = Field(default=5, ge=2)
    """Smallest number of human annotators that may share their attributes: the k of k-anonymity."""
    terms: dict[str, str] = {}
    """Teacher -> licence or terms of its model, such as mit or openai-terms, where its name does not tell them."""
    license_override: str | None = None
    """Why the dataset may be published although licences or terms conflict; shown in the card with the conflicts."""
    teacher_override: str | None = None
    """Why the dataset may be published on the Hub although a teacher says of itself that it is not fit for that; shown
    in the card."""
    license_name: str | None = None
    """Name of a licence that is not on the Hub's list; `license` is then `other`."""
    license_link: str | None = None
    """Where that licence can be read."""

    @field_validator("language")
    @classmethod
    def _known_languages(cls, value: list[str]) -> list[str]:
        if unknown := [language for language in value if language not in hub_list("languages")]:
            raise ValueError(f"the Hub knows no language {unknown[0]!r}")
        return value

    @field_validator("target")
    @classmethod
    def _known_attributes(cls, value: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        known = [name for name in Attributes.model_fields if name != "description"]
        if unknown := [name for name in value if name not in known]:
            raise ValueError(f"annotators have no attribute {unknown[0]!r}; there is {', '.join(known)}")
        if over := [name for name, shares in value.items() if sum(shares.values()) > 1 + 1e-9]:
            raise ValueError(f"the shares of {over[0]!r} are more than 1 together")
        return value

    @field_validator("terms")
    @classmethod
    def _known_terms(cls, value: dict[str, str]) -> dict[str, str]:
        if unknown := [terms for terms in value.values() if terms not in LICENCES]:
            raise ValueError(f"we do not know these terms: {unknown[0]!r}; there is {', '.join(LICENCES)}")
        return value


class Recipe(Part):
    """A recipe. Name and family are the identity of a run; anything else may be edited and built again."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=96)
    """Name of the dataset."""
    license: str
    """Licence of the dataset: an id of the Hub's list, or `other`. Required, never defaulted."""
    seed: int = 0
    """Seed of everything that is drawn at random."""
    n: PositiveInt | None = None
    """How many seeds to take from the source; all, if not given."""
    source: Spec
    """Where the seeds come from: a name of `pluriset list sources`, or `{name: {option: value}}`."""
    teachers: dict[str, Spec] = Field(min_length=1)
    """Who answers: name for roles and panels -> a name of `pluriset list teachers`, or `{name: {option: value}}`."""
    annotators: dict[str, Panel] = {}
    """Panels by name: the annotators that judge side by side, listed or drawn."""
    roles: dict[str, str] = {}
    """Role of the family -> teacher or panel; a role that is not named goes to the only teacher."""
    family: Spec
    """What is built: a name of `pluriset list families`, or `{name: {option: value}}`."""
    curation: list[Spec] = []
    """Steps applied to the rows, in order: each a name of `pluriset list curation`, or `{name: {option: value}}`."""
    card: CardText = CardText()
    """What only you can say about the dataset; the card shows it."""
    prices: dict[str, Price] = {}
    """Teacher -> price."""
    budget: Budget = Budget()
    """Where a build stops by itself."""
    stop: StopRule = StopRule()
    """How many unusable answers stop a build, so that none are paid for in vain."""
    _file: str = PrivateAttr("recipe.yaml")

    @field_validator("license")
    @classmethod
    def _known_licence(cls, value: str) -> str:
        if value not in HUB_LICENCES:
            raise ValueError("not a licence id of the Hub; use `other` with card.license_name and card.license_link")
        return value

    @field_validator("teachers", "annotators")
    @classmethod
    def _plain_names(cls, value: dict[str, Any]) -> dict[str, Any]:
        if wrong := [name for name in value if not NAME.fullmatch(name)]:
            raise ValueError(f"a name is lower-case letters, digits and _; not {wrong[0]!r}")
        return value

    @model_validator(mode="after")
    def _names_resolve(self) -> Self:
        askable = {*self.teachers, *self.annotators}
        for place, name in [
            *(
                (f"annotators.{name}", teacher)
                for name, panel in self.annotators.items()
                for teacher in _teachers(panel)
            ),
            *((f"prices.{name}", name) for name in self.prices),
            *((f"card.terms.{name}", name) for name in self.card.terms),
        ]:
            if name not in self.teachers:
                raise _unknown_name(f"{place}: no teacher is named {name!r}", name, self.teachers)
        for role, name in self.roles.items():
            if name not in askable:
                raise _unknown_name(f"roles.{role}: no teacher or panel is named {name!r}", name, sorted(askable))
        if self.budget.usd is not None and (unpriced := sorted({*self.teachers} - {*self.prices})):
            raise ValueError(f"budget.usd: prices must say what {', '.join(unpriced)} costs")
        if self.license == "other" and not (self.card.license_name and self.card.license_link):
            raise ValueError("license: other needs card.license_name and card.license_link")
        return self

    @property
    def file(self) -> str:
        """The file that says it, for errors."""
        return self._file

    def read_from(self, file: str) -> Self:
        """This recipe, as a file says it."""
        self._file = file
        return self

    @property
    def family_name(self) -> str:
        """The name of the family."""
        return self.family if isinstance(self.family, str) else next(iter(self.family))

    def answerers(self, role: str) -> list[Panelist]:
        """Who answers for a role: the members of a panel, or one teacher as itself."""
        name = self.roles.get(role) or (next(iter(self.teachers)) if len(self.teachers) == 1 else role)
        if isinstance(panel := self.annotators.get(name), DrawnPanel):
            return panel.members(self.seed)
        if panel:
            return [one for member in panel for one in member.each()]
        return [Panelist(teacher=name)] if name in self.teachers else []

    @property
    def target(self) -> dict[str, dict[str, float]]:
        """Whom the annotators should be: as the card declares it, else what the drawn panels aim for."""
        drawn = [panel.draw.targets for panel in self.annotators.values() if isinstance(panel, DrawnPanel)]
        return self.card.target or (drawn[0] if len(drawn) == 1 else {})


def _teachers(panel: Panel) -> list[str]:
    """The teachers of a panel."""
    return [panel.draw.teacher] if isinstance(panel, DrawnPanel) else [member.teacher for member in panel]


def _unknown_name(what: str, name: str, known: Iterable[str]) -> ValueError:
    """An error that lists the names, and the one that may be meant."""
    meant = did_you_mean(name, known)
    return ValueError(f"{what}; there is {', '.join(known)}" + (f"; {meant}" if meant else ""))
