"""A question to a person as a form: what is shown, and the inputs that make up an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["choice", "choices", "number", "text", "lines"]
"""One of several, several of several, a number, a text, or a text with one member of a list on each line."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose."""

    value: str | int | float | bool
    """What the answer holds."""
    text: str
    """What is shown."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a form."""

    name: str
    """Path of the field in the answer: names and places, joined by dots."""
    label: str
    """What is asked, in a word or two."""
    kind: Kind
    """How it is answered."""
    choices: Sequence[Choice] = ()
    """What is chosen from, in the order shown; empty where nothing is."""
    low: float | None = None
    """Smallest number; of several choices or lines, the fewest."""
    high: float | None = None
    """Largest number; of several choices or lines, the most."""
    whole: bool = False
    """Whether a number is a whole one."""
    min_length: int = 0
    """Fewest characters of a text."""
    max_length: int = 4000
    """Most characters of a text."""
    pattern: str | None = None
    """Regular expression that a text must match somewhere."""


@dataclass(frozen=True, slots=True)
class Group:
    """Inputs that belong together: an object of the answer."""

    name: str
    label: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Either:
    """Groups of which one is filled in, such as an answer or why there is none."""

    name: str
    label: str
    variants: Sequence[Group]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Groups of which as many are filled in as there are members of a list."""

    name: str
    label: str
    blocks: Sequence[Group]
    fewest: int = 0


Part = Input | Group | Either | Repeat


@dataclass(frozen=True, slots=True)
class Form:
    """A question to a person."""

    instruction: str
    """What holds for every question of this kind."""
    examples: Sequence[tuple[str, str]]
    """Questions with a good answer."""
    question: str
    """What is asked now."""
    inputs: Group
    """What makes up the answer."""
    again: bool = False
    """Whether an earlier answer could not be used."""

    def fields(self) -> Iterator[Input]:
        """Every input, depth first."""
        yield from _inputs(self.inputs)


def _inputs(part: Part) -> Iterator[Input]:
    if isinstance(part, Input):
        yield part
        return
    inner: Sequence[Part] = (
        part.parts if isinstance(part, Group) else part.variants if isinstance(part, Either) else part.blocks
    )
    for each in inner:
        yield from _inputs(each)


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a person may declare of themselves."""

    name: str
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class Task:
    """One page of an annotator: a form, and where they are."""

    form: Form
    item: str
    """Names the request in the page that comes back."""
    done: int
    """Requests that this person has answered."""
    total: int
    """Requests of this person."""
    reason: Literal["no", "optional", "required"]
    """Whether the reason is asked for."""
    instructions: str
    """What the maker of the dataset wants people to read."""
    given: dict[str, list[str]]
    """Input -> what was filled in, where a page comes back with problems or an answer is corrected."""
    problems: dict[str, str]
    """Input -> what is wrong with it."""
    csrf: str
    """Must come back with the form."""
    previous: bool = False
    """Whether there is an earlier answer that can be corrected."""
    corrects: bool = False
    """Whether this is an answer that was given before."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The page on which a person agrees, before they see an item."""

    text: str
    attributes: Sequence[Attribute]
    csrf: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """The page of a link: the token is used when it is sent back."""

    token: str
    csrf: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A page without a form: thanks, or why nothing can be done."""

    title: str
    text: str
    previous: bool = False
    """Whether there is an earlier answer that can be corrected."""


Page = Task | Consent | Entry | Notice
